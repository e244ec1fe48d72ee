from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from chat.handbook.importing import BadFiles, import_sheets, read_sheets
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Publish articles of a line's handbook from Markdown files: all of them or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the line")
        parser.add_argument("path", type=Path, help="an article, or a folder of them (*.md)")
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what would be done, and do nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["slug"]).first()
        if tenant is None:
            raise CommandError("no such line")
        path: Path = options["path"]
        files = sorted(path.glob("*.md")) if path.is_dir() else [path]
        if not files:
            raise CommandError("no article (*.md) in the given folder; nothing was imported")
        try:
            done = import_sheets(tenant, read_sheets(files), dry_run=options["dry_run"])
        except BadFiles as bad:
            count = len(bad.problems)
            said = "1 problem" if count == 1 else f"{count} problems"
            raise CommandError(f"{bad}\n{said}; nothing was imported") from None
        for one in done:
            number = f", version {one.number}" if one.number else ""
            self.stdout.write(f"{one.slug}: {one.what}{number}")
        if options["dry_run"]:
            self.stdout.write("nothing was imported: this was a dry run")
