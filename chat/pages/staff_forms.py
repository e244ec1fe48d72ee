"""What forms about staff say, read and done: their papers and their shifts.

Each returns why it was refused, in words of the active translation, or nothing. In the scope; each
raises NotFound and NotAllowed as the functions that do the work.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from uuid import UUID

from django.utils.translation import gettext as _

from tenants import planning
from tenants.errors import Invalid, NotFound
from tenants.models import Membership, Tenant
from tenants.qualifications import end_qualification, enter_qualification

Said = Mapping[str, str]


def enter(tenant: Tenant, actor: Membership, member_id: UUID, said: Said) -> str:
    """Write down what a member holds."""
    try:
        enter_qualification(
            tenant,
            actor,
            member_id,
            kind=said.get("kind", ""),
            years=_number(said.get("years", "")),
            issuer=said.get("issuer", "").strip(),
            valid_until=day_of(said["valid_until"]) if said.get("valid_until") else None,
            seen="seen" in said,
        )
    except Invalid:
        return _(
            "Fill in every field, with a last day that is to come. Where one that counts is here"
            " already, see the new one before it takes its place."
        )
    return ""


def end(tenant: Tenant, actor: Membership, member_id: UUID, said: Said) -> str:
    """End what a member does not hold any more."""
    kind, reason = said.get("kind", ""), said.get("reason", "").strip()
    try:
        end_qualification(tenant, actor, member_id, kind=kind, reason=reason)
    except Invalid:
        return _("Say why it ends.")
    return ""


def plan(tenant: Tenant, actor: Membership, said: Said) -> str:
    """Plan a shift."""
    try:
        planning.plan(
            tenant,
            actor,
            _member(said.get("member", "")),
            day=day_of(said.get("day", "")),
            begins=_time(said.get("begins", "")),
            ends=_time(said.get("ends", "")),
        )
    except Invalid:
        return _("Choose a day to come within a year, and from when until when.")
    return ""


def cancel(tenant: Tenant, actor: Membership, said: Said) -> None:
    """Take a shift out of the rota. Raises also Invalid for what no page of ours sends."""
    begins_at = _moment(said.get("begins_at", ""))
    planning.cancel(tenant, actor, _member(said.get("member", "")), begins_at=begins_at)


def _member(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        raise NotFound("no such member") from None


def _number(said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) < 4):
        raise Invalid("a whole number of years")
    return int(said)


def day_of(said: str) -> date:
    """Return the date that a field says. Raises Invalid."""
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise Invalid("a date") from None


def _time(said: str) -> time:
    try:
        return time.fromisoformat(said).replace(tzinfo=None)
    except ValueError:
        raise Invalid("a time of day") from None


def _moment(said: str) -> datetime:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        raise Invalid("a moment") from None
    if found.tzinfo is None:
        raise Invalid("a moment with its zone")
    return found
