"""What carries a handoff on: whatever has happened at the partner is done at the giver as well.

A crash may fall between any two steps of two lines. So the giver's side follows what the partner's
row says, whoever calls and however often: the door that has just done a step, or the job of every
five seconds.  Rule: B3
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from chat.conversations import end_conversation
from chat.states import By
from referrals import incoming, outgoing
from referrals.models import Incoming, Outgoing
from referrals.partnerships import holds
from referrals.states import FAILED, HandoffState
from retention import clock
from tenants.models import Tenant
from tenants.scope import tenant_scope

log = logging.getLogger("helpline.referrals")

S = HandoffState


def carry_by(giver: Tenant, row: Incoming) -> None:
    """Bring the giver's side in line with a row of the partner's. Opens its own scopes."""
    with tenant_scope(giver):
        given = Outgoing.objects.filter(token_hash=bytes(row.token_hash), settled=False).first()
    if given is not None:
        carry(giver, given)


def carry(giver: Tenant, row: Outgoing) -> None:
    """Do what is due in one handoff, from wherever it stands. Opens its own scopes; idempotent."""
    taker, now = line_of(row.partner), clock.now()
    there = incoming.at(taker, bytes(row.token_hash) if row.token_hash else None)
    if there is None:
        if now >= row.until:
            # Not there (any more): nobody is with the visitor who was seen there either.
            _moved(giver, row, S.BACK if row.state == S.THERE else S.NEVER_ARRIVED)
        return
    with tenant_scope(giver):
        is_alive = outgoing.goes_on(row)
        is_agreed = holds(giver, row.pact, now=now) is not None
    there = _at_partner(taker, there, now=now, is_alive=is_alive, is_agreed=is_agreed)
    if there.arrived:
        _moved(giver, row, S.THERE)
    if there.state in FAILED:
        _moved(giver, row, HandoffState(there.state))
    elif there.state == S.TAKEN:
        _moved(giver, row, S.TAKEN)
        end_conversation(giver, row.conversation, by=By.COUNSELLOR, handed_over=True)
        _settled(giver, row)
    elif there.state == S.THERE and not is_alive:
        incoming.let_stay(taker, there)
        _settled(giver, row)


def _at_partner(
    taker: Tenant, row: Incoming, *, now: datetime, is_alive: bool, is_agreed: bool
) -> Incoming:
    """Do what is due at the partner; return the row as it stands then."""
    if row.state == S.EXPECTED and now >= row.until:
        return incoming.bring_back(taker, row, S.NEVER_ARRIVED)
    waited = row.waits_until is not None and now >= row.waits_until
    may_stay = is_agreed and not waited
    if (row.state == S.EXPECTED and not is_agreed) or (row.state == S.THERE and not may_stay):
        # Whoever has nobody to go back to stays where they are.
        return incoming.bring_back(taker, row) if is_alive else row
    return row


def _moved(giver: Tenant, row: Outgoing, state: HandoffState) -> None:
    with tenant_scope(giver):
        outgoing.move(giver, row.pk, state)


def _settled(giver: Tenant, row: Outgoing) -> None:
    with tenant_scope(giver):
        fresh = Outgoing.objects.filter(pk=row.pk, settled=False).first()
        if fresh is not None:
            outgoing.settle(fresh)


def carry_on() -> None:
    """Carry on, at every line, whatever broke off or has waited long enough.

    What is wrong with one handoff keeps nobody from the others.
    """
    for tenant in Tenant.objects.all():
        with tenant_scope(tenant):
            comes, goes = incoming.unsettled(), outgoing.unsettled()
        for there in comes:
            _safely(partial(incoming.tend, tenant, there, now=clock.now()))
        for given in goes:
            _safely(partial(carry, tenant, given))


def _safely(work: Callable[[], None]) -> None:
    try:
        work()
    except Exception:  # the next run tries again
        log.exception("handoff_failed")


def line_of(slug: str) -> Tenant:
    """Return a line by the name that rows of the other line have of it."""
    return Tenant.objects.get(slug=slug)
