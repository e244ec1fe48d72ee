from __future__ import annotations

from celery import shared_task

from retention import ledger, purge


@shared_task(name="retention.purge")
def purge_what_is_due() -> None:
    """Forget whatever is due, for every tenant."""
    purge.purge()


@shared_task(name="retention.expire_keyless")
def expire_what_has_no_key() -> None:
    """Expire rows whose key is gone: after a restore, or a crash between key and row."""
    purge.expire_keyless()


@shared_task(name="retention.seal_ledger")
def seal_the_ledger() -> None:
    """Seal the days of every tenant's ledger that are over."""
    ledger.seal_days()
