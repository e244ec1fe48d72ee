from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from referrals.directory.importing import import_services
from tenants.models import Tenant

SERVICES = Path(__file__).resolve().parents[2] / "demo_services"


class Command(BaseCommand):
    help = "Give the lines the services that come with Helpline. For a machine of one's own."

    def handle(self, *args: Any, **options: Any) -> None:
        for path in sorted(SERVICES.glob("*.json")):
            tenant = Tenant.objects.filter(slug=path.stem).first()
            if tenant is not None:
                # What somebody has changed since is theirs.
                done = import_services(tenant, path, only_new=True)
                new = sum(one.what == "new" for one in done)
                self.stdout.write(f"{tenant.slug}: {new} new services")
