from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from tenants.charter import BadCharters, read_charters
from tenants.loading import Loaded, load_charters
from tenants.models import Tenant

CHARTERS = Path(__file__).resolve().parents[2] / "charters"


class Command(BaseCommand):
    help = "Make the tenants promise what their charters say: all of them or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "paths",
            nargs="*",
            type=Path,
            metavar="PATH",
            help="a charter, or a folder of them (default: all that come with Helpline)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        files = list(dict.fromkeys(_files(options["paths"] or [CHARTERS])))
        if not files:
            raise CommandError("no charter (*.toml) in the given folders; nothing was loaded")
        known = Tenant.objects.values_list("slug", flat=True)
        try:
            charters = read_charters(files, known=list(known))
        except BadCharters as bad:
            count = len(bad.problems)
            said = "1 problem" if count == 1 else f"{count} problems"
            raise CommandError(f"{bad}\n{said}; nothing was loaded") from None
        for loaded in load_charters(charters, now=timezone.now()):
            self.stdout.write(_line(loaded))


def _files(paths: list[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from (_short(each) for each in sorted(path.glob("*.toml")))
        else:
            yield _short(path)


def _short(path: Path) -> Path:
    """Name a file the way that somebody in this folder would."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def _line(loaded: Loaded) -> str:
    if not loaded.changes:
        return f"{loaded.slug}: unchanged"
    is_new = "new; " if loaded.is_new else ""
    return f"{loaded.slug}: {is_new}{'; '.join(loaded.changes)}"
