from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from referrals.directory.importing import export_services
from tenants.models import Tenant


class Command(BaseCommand):
    help = "Write a line's directory, hidden services too, as HSDS 3 (JSON) to standard output."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="the line")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["slug"]).first()
        if tenant is None:
            raise CommandError("no such line")
        self.stdout.write(export_services(tenant), ending="")
