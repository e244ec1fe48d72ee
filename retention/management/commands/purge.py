from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from retention import purge


class Command(BaseCommand):
    help = "Forget whatever is due now, for every tenant, rows without a key included."

    def handle(self, *args: Any, **options: Any) -> None:
        keyless = purge.expire_keyless()
        purged = purge.purge()
        self.stdout.write(
            f"{keyless} segments had lost their key; {purged.keys} keys destroyed by their own "
            f"time; {purged.things} things forgotten."
        )
