from __future__ import annotations

from retention import departures, ledger, purge, releases, reviews, shuffled, watchdog
from retention.vault import days
from tenants.jobs import job


@job(purge.JOB)
def purge_what_is_due() -> None:
    """End the holds that are over, finish who is leaving, then forget whatever is due, everywhere."""
    releases.reconcile_holds()
    departures.finish_departures()
    purge.purge()


@job("retention.remind_reviews")
def remind_of_reviews() -> None:
    """Write down which holds somebody should have looked at by today."""
    reviews.remind_reviews()


@job("retention.expire_keyless")
def expire_what_has_no_key() -> None:
    """Expire rows whose key is gone: after a restore, or a crash between key and row."""
    purge.expire_keyless()


@job("retention.seal_ledger")
def seal_the_ledger() -> None:
    """Seal the days of every tenant's ledger that are over."""
    ledger.seal_days()


@job("retention.watch")
def watch() -> None:
    """Raise an alarm if a promise is not kept in time; each web process does the same."""
    watchdog.look()


@job("retention.make_vault_days")
def make_days_of_the_vault() -> None:
    """Make what seals addresses: today's keys where they are missing, and tomorrow's."""
    days.make_days()


@job("retention.pour_pools")
def pour_what_is_enough() -> None:
    """Put together what enough people have answered on days that are over."""
    shuffled.pour_all()
