from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from retention.vault.days import make_days


class Command(BaseCommand):
    help = "Make the keys that seal addresses today and tomorrow, where they are missing."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{make_days()} days made")
