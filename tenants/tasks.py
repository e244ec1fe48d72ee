from __future__ import annotations

from tenants import sessions
from tenants.jobs import job


@job("tenants.clear_sessions")
def clear_sessions() -> None:
    """Delete the sessions of staff whose time is over."""
    sessions.clear()
