from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.charter import BadCharters, Charter, read_charters
from tenants.errors import HelplineError
from tenants.exporting import charter_of, charter_text
from tenants.models import Tenant
from tenants.scope import tenant_scope


class Command(BaseCommand):
    help = "Write what a line promises as a charter that load_charters reads back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the line")
        parser.add_argument(
            "--out", type=Path, metavar="FILE", help="where to (default: standard output)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.select_related("operator").filter(slug=options["slug"]).first()
        if tenant is None:
            raise CommandError("no such line")
        try:
            with tenant_scope(tenant):
                charter = charter_of(tenant)
            text = charter_text(charter)
        except HelplineError as refused:
            raise CommandError(str(refused)) from None
        out: Path | None = options["out"]
        if out is None:
            self.stdout.write(text, ending="")
        else:
            out.write_text(text, encoding="utf-8")
        if problems := _unreadable(charter, text):
            raise CommandError(f"{problems}\nwritten as it stands; it loads once this is put right")


def _unreadable(charter: Charter, text: str) -> str:
    """Return what ``load_charters`` would refuse of it: rows can be edited into what no file may say."""
    # Whether its partners are there is a matter of where it is read.
    known = [partner.slug for partner in charter.partners]
    with TemporaryDirectory() as folder:
        path = Path(folder) / charter.file
        path.write_text(text, encoding="utf-8")
        try:
            read_charters([path], known=known)
        except BadCharters as bad:
            return str(bad).replace(f"{folder}/", "")
    return ""
