"""The giver's side of a handoff: whom this line has on the way, and how far they are.

Everything here is in the scope of the line that gives, and each step is a transaction that does
nothing the second time. What the partner's row says decides (referrals/carrying.py).  Rule: B3
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet

from chat.cards import amend_answer, keys_before
from chat.models import Conversation
from chat.states import State
from referrals.counts import count
from referrals.forgetting import KEPT, LONGEST
from referrals.models import Outgoing, Partnership
from referrals.partnerships import pact_with
from referrals.states import COUNTED, FAILED, TRANSITIONS, UNDER_WAY, HandoffState, Outcome
from referrals.tokens import Token
from retention import clock
from tenants.errors import NotAllowed
from tenants.models import Tenant

Side = Partnership.Side
# How long a visitor has to come to the partner's page once they have said yes.
COMES_WITHIN = timedelta(seconds=60)


def is_full(pact: Partnership) -> bool:
    """Say whether as many of this line's visitors are under way by a pact as it allows."""
    under_way = Outgoing.objects.filter(state__in=UNDER_WAY, pact=pact.pact)
    return under_way.count() >= pact.at_once


def agree(tenant: Tenant, talk: Conversation, partner: str, card: UUID) -> HandoffState:
    """Note that a visitor has said yes, with their talk locked; return what their card says of it.

    ``refused`` where no pact holds any more or as many are under way as it allows. Raises NotAllowed
    for a talk whose visitor is under way already.
    """
    now = clock.now()
    pact = pact_with(tenant, partner, now=now)
    if Outgoing.objects.filter(state__in=UNDER_WAY, conversation=talk.pk).exists():
        raise NotAllowed("they are on their way already")
    if pact is None or is_full(pact):
        count(tenant, partner, Side.GIVES, Outcome.REFUSED, now=now)
        return HandoffState.REFUSED
    Outgoing.objects.create(
        tenant=tenant,
        pact=pact.pact,
        partner=partner,
        conversation=talk.pk,
        card=card,
        state=HandoffState.AGREED,
        until=now + COMES_WITHIN,
        expires_at=now + LONGEST,
    )
    count(tenant, partner, Side.GIVES, Outcome.ACCEPTED, now=now)
    return HandoffState.AGREED


def give_tokens(card: UUID, *, token: Token, way_back: Token) -> Outgoing | None:
    """Bind a pair of tokens to a handoff that has none; None where it is not to be begun (again)."""
    rows = Outgoing.objects.filter(card=card, state=HandoffState.AGREED, token_hash=None)
    if not rows.update(token_hash=token.hash, return_hash=way_back.hash):
        return None
    return Outgoing.objects.get(card=card, token_hash=token.hash)


def move(tenant: Tenant, outgoing: UUID, state: HandoffState) -> bool:
    """Bring a handoff further, and its card with it; False where it is not to go there."""
    conversation = Outgoing.objects.values_list("conversation", flat=True).get(pk=outgoing)
    keys = keys_before(tenant, conversation)
    # The talk before the row, as whoever ends it does.
    talk = _living(conversation).select_for_update(no_key=True).first()
    row = Outgoing.objects.select_for_update().get(pk=outgoing)
    if state not in TRANSITIONS[HandoffState(row.state)]:
        return False
    row.state = state
    row.save(update_fields=["state"])
    now = clock.now()
    if state in FAILED:
        settle(row)
        # They are waited for as anybody is whose line is lost, and from now on.
        _living(conversation).filter(visitor_lost_at__isnull=False).update(visitor_lost_at=now)
    if talk:
        amend_answer(talk, keys, row.card, {"state": str(state)})
    count(tenant, row.partner, Side.GIVES, COUNTED[state], now=now)
    return True


def give_reason(tenant: Tenant, token_hash: bytes, reason: str) -> None:
    """Tell whoever has the talk, and not its visitor, why the partner has sent them back."""
    row = Outgoing.objects.filter(token_hash=token_hash).first()
    if row is None:
        return
    keys = keys_before(tenant, row.conversation)
    talk = _living(row.conversation).select_for_update(no_key=True).first()
    if talk:
        amend_answer(talk, keys, row.card, {"desk": {"reason": reason}})


def settle(row: Outgoing) -> None:
    """Nothing is left to do for it; within the hour it is gone."""
    row.settled, row.over_at = True, clock.now() + KEPT
    row.save(update_fields=["settled", "over_at"])


def goes_on(row: Outgoing) -> bool:
    """Say whether there is a talk that the visitor could come back to."""
    return _living(row.conversation).exists()


def _living(conversation: UUID) -> QuerySet[Conversation]:
    return Conversation.objects.filter(pk=conversation).exclude(state=State.ENDED)


def unsettled() -> list[Outgoing]:
    return list(Outgoing.objects.filter(settled=False).order_by("until"))


def expected_back() -> Sequence[UUID]:
    """Return whose talks are not neglected: their visitors are away because they were passed on."""
    rows = Outgoing.objects.filter(settled=False, state__in=UNDER_WAY)
    return list(rows.values_list("conversation", flat=True))
