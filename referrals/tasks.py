from __future__ import annotations

from referrals.directory import checks
from tenants.jobs import job


@job("referrals.remind_checks")
def remind_of_checks() -> None:
    """Write down which services of the directories somebody should have checked by today."""
    checks.remind_checks()
