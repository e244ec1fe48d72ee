"""The taker's side of a handoff: whom a partner sends here. From yes to taken its row decides.

Everything that can become of the visitor is settled by one change of one row, under its lock: that
they come, that they are taken, that they are brought back, that their token was used twice. Whoever
is first wins, and the giver's side follows (referrals/carrying.py).  Rule: B3
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from chat.cards import Frame, lay_first
from chat.codes import Prints
from chat.conversations import Opened, begin_conversation, check_accepting, end_conversation
from chat.errors import Closed, Full
from chat.lines import in_last_call
from chat.models import Conversation
from chat.resuming import give_back
from chat.states import By
from chat.tallies import count_start
from referrals import brought
from referrals.counts import count
from referrals.errors import Over
from referrals.forgetting import KEPT, LONGEST
from referrals.models import Incoming, Outgoing, Partnership
from referrals.partnerships import holds, within_hours
from referrals.states import COUNTED, FAILED, TRANSITIONS, UNDER_WAY, HandoffState, Outcome
from retention import clock, keys
from retention.keys import OpenKey
from retention.sealing import Unsealable
from retention.vault.records import SealedAddress
from tenants.errors import NotFound
from tenants.hours import standing
from tenants.models import Partner, Tenant
from tenants.scope import tenant_scope

Side = Partnership.Side


def is_full(pact: Partnership) -> bool:
    """Say whether as many are expected or wait here by a pact as it allows. In the scope."""
    under_way = Incoming.objects.filter(state__in=UNDER_WAY, pact=pact.pact)
    return under_way.count() >= pact.at_once


def check_taking(tenant: Tenant, pact: UUID, *, now: datetime, lock: bool = False) -> Partnership:
    """Return the pact if somebody could be sent here by it now. In the scope.

    Raises Over where it does not hold, Closed and Full as for everybody else who begins a talk.
    """
    row = holds(tenant, pact, now=now, lock=lock)
    if row is None or row.mode != Partner.Mode.LIVE:
        raise Over("these two lines do not pass on to each other now")
    check_accepting(tenant, now=now)
    if not within_hours(row, tenant, now=now):
        raise Closed("nobody is passed on at this hour")
    if is_full(row):
        raise Full("as many are under way as these two lines have agreed on")
    return row


def takes(tenant: Tenant, pact: UUID, *, now: datetime) -> bool:
    """Say whether somebody could be sent here by a pact now. In the scope."""
    try:
        check_taking(tenant, pact, now=now)
    except (Closed, Full, Over):
        return False
    return True


def expect(
    tenant: Tenant, outgoing: Outgoing, *, giver: str, language: str, parts: list[Frame]
) -> None:
    """Let a visitor come who has said yes at ``giver``, with what they bring. Opens its own scopes.

    Raises what ``check_taking`` does.
    """
    handoff, conversation = uuid4(), uuid4()
    # It dies by itself with the minute, and is no use for the talk that follows.
    segment = keys.create_key(tenant, expires_at=outgoing.until)
    try:
        body = brought.seal(tenant, conversation, handoff, segment, parts)
        with tenant_scope(tenant):
            now = clock.now()
            pact = check_taking(tenant, outgoing.pact, now=now, lock=True)
            if now >= outgoing.until:
                raise Over("the minute is over")
            Incoming.objects.create(
                id=handoff,
                tenant=tenant,
                pact=pact.pact,
                partner=giver,
                conversation=conversation,
                language=language if language in tenant.offered else tenant.default_language,
                state=HandoffState.EXPECTED,
                token_hash=outgoing.token_hash,
                segment=segment,
                body=body,
                until=outgoing.until,
                expires_at=now + LONGEST,
            )
            count(tenant, giver, Side.TAKES, Outcome.ACCEPTED, now=now)
    except Exception:
        keys.destroy_keys(tenant, [segment])
        raise


@dataclass(frozen=True, slots=True)
class Found:
    """What a token leads to, and the key of what comes along where it is still there."""

    row: Incoming
    key: OpenKey | None


def find(tenant: Tenant, token_hash: bytes) -> Found:
    """Return what a token leads to. Opens its own scope. Raises NotFound for one of nobody here."""
    with tenant_scope(tenant):
        row = Incoming.objects.filter(token_hash=token_hash).first()
        if row is None:
            raise NotFound("this token opens nothing")
        opened = keys.open_all(tenant, {row.segment: row.conversation} if row.segment else {})
    return Found(row, next(iter(opened.values()), None))


def admit(
    tenant: Tenant,
    found: Found,
    *,
    tab: UUID | None,
    sealed: SealedAddress | None,
    prints: Prints | None,
) -> Opened | None:
    """Begin the talk of who comes with a token, at the front of the queue. In the scope.

    None where the token has just been used. Raises Over where it is too late, Closed where the
    line has closed meanwhile and its last call is over.
    """
    row, now = _locked(found.row), clock.now()
    if row.state != HandoffState.EXPECTED:
        return None
    pact = holds(tenant, row.pact, now=now)
    if pact is None or now >= row.until or found.key is None or row.body is None:
        raise Over("it is too late for this token")
    hours = standing(tenant, now=now)
    if not hours.open and not in_last_call(tenant):
        raise Closed("the line is closed", opens_at=hours.opens_at)
    try:
        parts = brought.open_sealed(found.key, row.pk, bytes(row.body))
    except Unsealable:
        raise Over("it is too late for this token") from None
    begun = Conversation(id=row.conversation, language=row.language, front=True, queued_at=now)
    opened = begin_conversation(tenant, begun, sealed=sealed, prints=prints)
    lay_first(tenant, begun, brought.BROUGHT.name, parts)
    row.arrived, row.tab, row.body = True, tab, None
    row.waits_until = now + timedelta(minutes=pact.waits_minutes)
    row.save(update_fields=["arrived", "tab", "body", "waits_until"])
    move(tenant, row, HandoffState.THERE)
    count_start(tenant, now=now)
    return opened


def admit_again(tenant: Tenant, row: Incoming, tab: UUID | None) -> Opened | None:
    """Give the page that has used a token its talk once more: the answer to it was lost.

    None for every other page, and once the minute is over. Opens its own scope.
    """
    if tab is None or row.tab != tab or row.state != HandoffState.THERE:
        return None
    with tenant_scope(tenant):
        return give_back(row.conversation) if clock.now() < row.until else None


def move(tenant: Tenant, row: Incoming, state: HandoffState) -> bool:
    """Bring a handoff further, its row locked; False where it is not to go there. In the scope."""
    if state not in TRANSITIONS[HandoffState(row.state)]:
        return False
    row.state = state
    row.save(update_fields=["state"])
    count(tenant, row.partner, Side.TAKES, COUNTED[state], now=clock.now())
    return True


def settle(row: Incoming) -> None:
    """Nothing is left to do for it; within the hour it is gone. In the scope."""
    row.settled, row.over_at = True, clock.now() + KEPT
    row.save(update_fields=["settled", "over_at"])


def _locked(row: Incoming) -> Incoming:
    return Incoming.objects.select_for_update().get(pk=row.pk)


def at(tenant: Tenant, token_hash: bytes | None) -> Incoming | None:
    """Return how a handoff stands here; None for one that is not known. Opens its own scope."""
    with tenant_scope(tenant):
        return Incoming.objects.filter(token_hash=token_hash).first() if token_hash else None


def bring_back(tenant: Tenant, row: Incoming, state: HandoffState = HandoffState.BACK) -> Incoming:
    """Undo what is not taken yet: the talk here ends, what was to come along is destroyed.

    Opens its own scopes. Returns the row as it stands then: ``taken`` where somebody was first.
    """
    with tenant_scope(tenant):
        row = _locked(row)
        move(tenant, row, state)
    finish(tenant, row)
    return row


def finish(tenant: Tenant, row: Incoming) -> None:
    """See that what the row says has happened. Opens its own scopes; safe to do again."""
    if row.segment:
        keys.destroy_keys(tenant, [row.segment])
        with tenant_scope(tenant):
            Incoming.objects.filter(pk=row.pk).update(segment=None, body=None)
    if row.state in FAILED:
        if row.arrived:
            # Its end settles the row (referrals/handoffs.py).
            end_conversation(tenant, row.conversation, by=By.SYSTEM)
        with tenant_scope(tenant):
            row = _locked(row)
            if not row.settled:
                settle(row)


def let_stay(tenant: Tenant, row: Incoming) -> None:
    """Whoever could take them back is gone: they wait here as everybody does. Opens its own scope."""
    with tenant_scope(tenant):
        Incoming.objects.filter(pk=row.pk).update(waits_until=None)


def replay(tenant: Tenant, row: Incoming, *, has_home: bool) -> Incoming:
    """Somebody has used a used token: end what its first use began, unless somebody has taken it.

    Then a person has them in view, and an old token is not to end their talk; nor is it where the
    visitor has no home to go back to any more. Opens its own scopes. Raises Over where there is
    nothing left to end.
    """
    if row.state not in (HandoffState.THERE, HandoffState.TAKEN):
        raise Over("it is too late for this token")
    if has_home:
        row = bring_back(tenant, row, HandoffState.VOID)
    if row.state != HandoffState.VOID:
        with tenant_scope(tenant):
            fresh = Incoming.objects.filter(pk=row.pk, replayed=False).update(replayed=True)
            if fresh:
                count(tenant, row.partner, Side.TAKES, Outcome.REPLAYED, now=clock.now())
    return row


def tend(tenant: Tenant, row: Incoming, *, now: datetime) -> None:
    """Let go of who has not come in time, and finish what broke off. Opens its own scopes."""
    if row.state == HandoffState.EXPECTED and now >= row.until:
        row = bring_back(tenant, row, HandoffState.NEVER_ARRIVED)
    elif (row.segment and row.state != HandoffState.EXPECTED) or row.state in FAILED:
        finish(tenant, row)


def unsettled() -> list[Incoming]:
    return list(Incoming.objects.filter(settled=False).order_by("until"))
