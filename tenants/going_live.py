"""A line's way between preparing and leaving: live by two people, paused by one, live again.

What is left for good is on the floor above (retention/departures.py): it destroys keys.
"""

from __future__ import annotations

from collections.abc import Callable

from tenants import clock, proposals
from tenants.audit import record
from tenants.checklist import Item, missing
from tenants.errors import NotAllowed
from tenants.models import Membership, Proposal, State, Tenant

GO_LIVE = Proposal.Kind.GO_LIVE

# Called in the scope and transaction in which a line's state changes, with the tenant as it is then.
watchers: list[Callable[[Tenant], None]] = []


class Unready(NotAllowed):
    """The checklist has something that is missing; ``items`` says what."""

    code = "unready"

    def __init__(self, items: list[Item]) -> None:
        super().__init__("; ".join(str(item.title) for item in items))
        self.items = tuple(items)


def propose_live(tenant: Tenant, membership: Membership) -> Proposal:
    """Propose that the line goes live. In the scope.

    Raises Unready while anything is missing, NotAllowed for a line that is not being prepared and
    for who has no say.
    """
    actor, now_there = _decided(tenant, membership)
    _expect(now_there, State.PREPARING)
    _check(now_there)
    return proposals.propose(now_there, actor, GO_LIVE)


def confirm_live(tenant: Tenant, membership: Membership) -> None:
    """Let the line go live, as the second person: visitors come in from this commit on. In the scope.

    Raises as ``propose_live``, and NotFound where nobody has proposed it within 24 hours.
    """
    actor, now_there = _decided(tenant, membership)
    _expect(now_there, State.PREPARING)
    proposals.take(now_there, actor, GO_LIVE)
    _check(now_there)
    # Nothing is missing, no text either.
    now_there.live, now_there.whole_in = True, list(now_there.languages)
    _write(now_there, actor, "tenant.live", State.PREPARING, ["live", "whole_in"])


def pause(tenant: Tenant, membership: Membership) -> None:
    """Let nobody new in from this commit on; talks that are alive go on. In the scope.

    Raises NotAllowed for a line that is not live, and for who has no say.
    """
    actor, now_there = _decided(tenant, membership)
    _expect(now_there, State.LIVE)
    now_there.paused_on = clock.now().astimezone(now_there.tzinfo).date()
    _write(now_there, actor, "tenant.paused", State.LIVE, ["paused_on"])


def resume(tenant: Tenant, membership: Membership) -> None:
    """Take visitors again, while nothing is missing. In the scope. Raises Unready, NotAllowed."""
    actor, now_there = _decided(tenant, membership)
    _expect(now_there, State.PAUSED)
    _check(now_there)
    now_there.paused_on = None
    _write(now_there, actor, "tenant.resumed", State.PAUSED, ["paused_on"])


def _decided(tenant: Tenant, membership: Membership) -> tuple[Membership, Tenant]:
    """Return who decides, and the line as it stands, locked: two do not decide at once."""
    proposals.in_turn(tenant)
    actor = proposals.decider(membership, tenant)
    return actor, Tenant.objects.select_for_update(of=("self",)).get(pk=tenant.pk)


def _expect(tenant: Tenant, state: State) -> None:
    if tenant.state != state:
        raise NotAllowed(f"this line {tenant.state.label}")


def _check(tenant: Tenant) -> None:
    lacking = missing(tenant)
    if lacking:
        raise Unready(lacking)


def _write(
    tenant: Tenant, actor: Membership, action: str, before: State, columns: list[str]
) -> None:
    tenant.save(update_fields=columns)
    changes = {"state": (str(before), str(tenant.state))}
    record(tenant, actor=actor, action=action, subject=None, basis="", changes=changes)
    for watch in watchers:
        watch(tenant)
