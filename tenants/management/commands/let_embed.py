from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from tenants.models import Tenant
from tenants.trial import let_embed


class Command(BaseCommand):
    help = "Let a page for trying out show the chat in a frame, until charters are loaded again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--origin", required=True, help="such as http://kommun.localhost:8001")

    def handle(self, *args: Any, **options: Any) -> None:
        for tenant in Tenant.objects.all():
            let_embed(tenant, origin=options["origin"])
