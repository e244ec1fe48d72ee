"""Holds in tests: a line that may be asked for its talks, its keepers, and what they do."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from chat.conversations import end_conversation
from chat.desk import held_talk
from chat.states import By
from retention import clock
from retention.holds import Demand, confirm_hold, place_hold
from retention.models import Hold
from retention.purge import Purged, purge
from retention.releases import reconcile_holds
from retention.reviews import today_at
from tenants.errors import NotFound
from tenants.models import Membership, Role, Tenant
from tenants.scope import tenant_scope
from tests.talks import begin, owner_rows
from tests.world import hire, move_clock

AUTHORITY, REFERENCE = "Politiet, Oslo", "2031/77"
PURPOSE = "hand over to the police"


def owner_of(tenant: Tenant) -> Membership:
    """An officer: the one who places holds in tests."""
    return hire(tenant, Role.OFFICER, 1)


def second_of(tenant: Tenant) -> Membership:
    """An administrator: the one who confirms them."""
    return hire(tenant, Role.ADMINISTRATOR, 2)


def demand(tenant: Tenant, *, reason: str = "investigation") -> Demand:
    return Demand(reason, AUTHORITY, REFERENCE, today_at(tenant) + timedelta(days=30))


def place(
    tenant: Tenant,
    talk: UUID,
    *,
    by: Membership | None = None,
    reason: str = "investigation",
) -> Hold:
    """Hold a talk at once; nobody has confirmed it."""
    owner, asked = by or owner_of(tenant), demand(tenant, reason=reason)
    return place_hold(tenant, owner, asked, kind="conversation", thing=talk)


def hold(
    tenant: Tenant, talk: UUID, *, by: Membership | None = None, reason: str = "investigation"
) -> Hold:
    """Hold a talk, with a second person."""
    return confirm_hold(tenant, second_of(tenant), place(tenant, talk, by=by, reason=reason).pk)


def ended(tenant: Tenant, *texts: str) -> UUID:
    """Begin a talk, say ``texts`` in it and end it; it is kept."""
    talk = begin(tenant, *texts)
    assert end_conversation(tenant, talk, by=By.VISITOR)
    return talk


def last_moment(talk: UUID) -> datetime:
    """Return when a talk's own time is over."""
    query = "SELECT expires_at FROM chat_conversation WHERE id = %s"
    ((moment,),) = owner_rows("default", query, talk)
    assert isinstance(moment, datetime)
    return moment


def pass_by(talk: UUID) -> None:
    """Let a talk's own time be over."""
    move_clock(last_moment(talk))


def hours_pass(hours: int) -> None:
    move_clock(clock.now() + timedelta(hours=hours))


def run_jobs() -> Purged:
    """What the worker does each minute."""
    reconcile_holds()
    return purge()


def read_through(tenant: Tenant, membership: Membership, hold: Hold) -> list[str] | None:
    """Return what a member reads through a hold; None where there is nothing for them."""
    try:
        with tenant_scope(tenant):
            stands = held_talk(tenant, membership, hold.pk, after=0, purpose=PURPOSE)
    except NotFound:
        return None
    return [message.text for message in stands.caught.page.messages]


def marks(talk: UUID) -> tuple[list[bool], list[bool]]:
    """Return what is marked as held: of the rows (talk and segments), and of the keys."""
    rows = owner_rows(
        "default",
        "SELECT held FROM chat_conversation WHERE id = %s"
        " UNION ALL SELECT held FROM chat_segment WHERE conversation_id = %s",
        talk,
        talk,
    )
    segments = owner_rows("default", "SELECT id FROM chat_segment WHERE conversation_id = %s", talk)
    keys = owner_rows(
        "keys",
        "SELECT held FROM segment_key WHERE segment = ANY (%s)",
        [segment for (segment,) in segments],
    )
    return [held for (held,) in rows], [held for (held,) in keys]


HELD, FREE = ([True, True], [True]), ([False, False], [False])


def outcome_of(hold: Hold) -> tuple[str, bool]:
    """Return how a hold ended, and whether it is over."""
    query = "SELECT outcome, released_at IS NOT NULL FROM retention_hold WHERE id = %s"
    ((outcome, is_over),) = owner_rows("default", query, hold.pk)
    return str(outcome), bool(is_over)


def trail_of(tenant: Tenant) -> list[str]:
    """Return what has been done about holds, in order."""
    query = (
        "SELECT action FROM tenants_auditentry WHERE tenant_id = %s AND action LIKE 'hold.%%'"
        " ORDER BY id"
    )
    return [action for (action,) in owner_rows("default", query, tenant.pk)]
