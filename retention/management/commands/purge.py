from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from retention import purge, releases
from tenants import jobs


class Command(BaseCommand):
    help = "Forget whatever is due now, for every tenant, rows without a key included."

    def handle(self, *args: Any, **options: Any) -> None:
        releases.reconcile_holds()
        keyless = purge.expire_keyless()
        purged = jobs.run(purge.JOB, purge.purge, wait=True)
        if purged is None:
            raise CommandError("the clock of this machine has jumped; nothing was purged")
        self.stdout.write(
            f"{keyless} segments had lost their key; {purged.keys} keys destroyed by their own "
            f"time; {purged.things} things forgotten."
        )
