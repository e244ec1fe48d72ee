from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from tenants.models import Tenant
from tenants.trial import open_line


class Command(BaseCommand):
    help = "Open every line now, for trying it out, by dated exceptions. Again replaces them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--hours", type=int, default=48, help="for how long (default 48)")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        for tenant in Tenant.objects.all():
            until = open_line(tenant, now=now, hours=options["hours"])
            self.stdout.write(f"{tenant.slug}: open until {until:%Y-%m-%d} at midnight")
