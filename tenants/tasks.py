from __future__ import annotations

from tenants import expiry, lockouts, outbox, sessions
from tenants.jobs import job


@job("tenants.clear_sessions")
def clear_sessions() -> None:
    """Delete the sessions of staff whose time is over."""
    sessions.clear()


@job("tenants.warn_of_expiry")
def warn_of_what_runs_out() -> None:
    """Warn of each qualification that runs out within 60, 14 and 1 days."""
    expiry.warn_of_expiry()


@job("tenants.send_links")
def send_links() -> None:
    """Send the mails that are to go out, and forget links that are over."""
    outbox.send_due()


@job("tenants.forget_attempts")
def forget_attempts() -> None:
    """Delete what was counted of wrong passwords and codes, once no lock depends on it."""
    lockouts.forget_old()
