from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from tenants.demo import load_demo_staff, read_password, write_demo


class Command(BaseCommand):
    help = "Give every tenant made-up staff and write how to sign in. For a machine of one's own."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--json", type=Path, required=True, metavar="PATH", help="where the logins are written"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.HELPLINE_STAFF_MFA != "off":
            raise CommandError(
                "demo staff sign in with a password alone: this installation asks for a second "
                "factor (HELPLINE_STAFF_MFA is not off), so nothing was made"
            )
        path = Path(options["json"])
        demo = load_demo_staff(password=read_password(path))
        write_demo(demo, path)
        count = sum(len(tenant.users) for tenant in demo.tenants)
        self.stdout.write(f"{count} demo users; their logins are in {path.name}")
