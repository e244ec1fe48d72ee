from __future__ import annotations

from referrals import carrying, counts, partnerships
from referrals.directory import checks
from tenants.jobs import job


@job("referrals.carry_on")
def carry_on_handoffs() -> None:
    """Carry on what broke off between two lines, and bring back who has waited long enough."""
    carrying.carry_on()


@job("referrals.remind_pacts")
def remind_of_pacts() -> None:
    """Write down which pacts between lines end within a month."""
    partnerships.remind_of_expiry()


@job("referrals.remind_checks")
def remind_of_checks() -> None:
    """Write down which services of the directories somebody should have checked by today."""
    checks.remind_checks()


@job("referrals.forget_counts")
def forget_counts() -> None:
    """Delete the counts of handoffs that no page looks back to any more."""
    counts.forget_counts()
