from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from referrals.directory.importing import BadFile, import_services
from tenants.models import Tenant


class Command(BaseCommand):
    help = "List services in a line's directory from a file of HSDS 3 (JSON): all of them or none."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the line")
        parser.add_argument("file", type=Path, help="services as HSDS 3 has them, in JSON")
        parser.add_argument(
            "--dry-run", action="store_true", help="tell what would be done, and do nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["slug"]).first()
        if tenant is None:
            raise CommandError("no such line")
        try:
            done = import_services(tenant, options["file"], dry_run=options["dry_run"])
        except BadFile as bad:
            count = len(bad.problems)
            said = "1 problem" if count == 1 else f"{count} problems"
            raise CommandError(f"{bad}\n{said}; nothing was imported") from None
        for one in done:
            self.stdout.write(f"{one.name}: {one.what}")
        if options["dry_run"]:
            self.stdout.write("nothing was imported: this was a dry run")
