"""A handoff from yes to its end: a saga of two rows at two lines, each step a commit of its own.

::

    giver     agreed ───────────────▶ there ──────────▶ taken (the first talk ends)
                 │ refused, never_arrived  │ back, left, void
    taker     expected ─────────────▶ there ──────────▶ taken

Two lines are two scopes, one after the other, so a crash may fall between any two steps. What the
partner's row says is what is true, and the giver's side is carried along (referrals/carrying.py).
Until ``taken`` the first talk is alive and its counsellor has the visitor.  Rule: B3, B5
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.utils import translation
from django.utils.translation import gettext

from chat.calls import afterwards
from chat.cards import Frame
from chat.codes import Code, make_code
from chat.conversations import Opened
from chat.errors import Closed, Full, Taken
from chat.models import Conversation
from chat.resuming import give_back
from chat.states import By, State
from chat.tallies import count_answer
from referrals import brought, incoming, outgoing
from referrals.carrying import carry_by, line_of
from referrals.counts import count
from referrals.errors import Over, Used
from referrals.models import Incoming, Outgoing, Partnership
from referrals.states import FAILED, UNDER_WAY, HandoffState, Outcome
from referrals.tokens import hash_of, new_token
from retention import clock
from retention.vault.records import SealedAddress
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.fitness import ANSWERING
from tenants.hosts import url_of
from tenants.models import Membership, Tenant
from tenants.scope import tenant_scope
from tenants.staff import own_membership

S, Side = HandoffState, Partnership.Side
REASON_LENGTH = 300


# What a visitor does.


def go_on(giver: Tenant, conversation: UUID, card: Frame) -> Frame | None:
    """Do what follows a visitor's answer; return what they alone are told. Opens its own scopes.

    Where this breaks off, nothing has been promised to anybody: the minute passes, and they are
    still where they were.
    """
    said, taker = card["value"], line_of(card["to"])
    if said["state"] == "declined":
        with tenant_scope(taker):
            count(taker, giver.slug, Side.TAKES, Outcome.DECLINED, now=clock.now())
        return None
    with tenant_scope(giver):
        language = _language(giver, conversation)
    if said["state"] == S.REFUSED:
        return _refused(language)
    token, way_back = new_token(), new_token()
    with tenant_scope(giver):
        row = outgoing.give_tokens(UUID(card["id"]), token=token, way_back=way_back)
    if row is None:
        return None
    parts = brought.parts_of(giver, conversation, said)
    try:
        incoming.expect(taker, row, giver=giver.slug, language=language, parts=parts)
    except (Closed, Full, Over):
        with tenant_scope(giver):
            outgoing.move(giver, row.pk, S.REFUSED)
        return _refused(language)
    url = f"{url_of(taker.slug, 'visitor')}#handoff={token.reveal()}.{way_back.reveal()}"
    return {"type": "handoff", "state": "go", "url": url}


def _language(tenant: Tenant, conversation: UUID) -> str:
    talks = Conversation.objects.filter(pk=conversation)
    return talks.values_list("language", flat=True).first() or tenant.default_language


def _refused(language: str) -> Frame:
    with translation.override(language):
        text = gettext("They cannot take you just now. You are still here, with us.")
    return {"type": "handoff", "state": "refused", "text": text}


@dataclass(frozen=True, slots=True)
class Arrived:
    """A visitor who has come: their talk here, a code that brings them back, where they come from."""

    opened: Opened
    code: Code | None
    name: str
    return_url: str


def arrive(
    taker: Tenant,
    token: str,
    *,
    tab: UUID | None = None,
    sealed: SealedAddress | None = None,
) -> Arrived:
    """Begin the talk of somebody who comes with a token. Opens its own scopes.

    ``tab`` is the page that asks, by a name of its own choice: it may ask again.
    Raises NotFound for a token of nobody here, Over for one that is too late, Used for one that has
    been used, whose talk here then ends where nobody has taken it, and Closed.
    """
    found = incoming.find(taker, hash_of(token))
    giver = line_of(found.row.partner)
    if found.row.state != S.EXPECTED:
        return _arrived_again(giver, taker, found.row, tab)
    # Not for every guess, and between the scopes: it takes its time, and nobody here waits for it.
    made = make_code(taker, wait=0)
    try:
        with tenant_scope(taker):
            prints = made[1] if made else None
            opened = incoming.admit(taker, found, tab=tab, sealed=sealed, prints=prints)
    except (Closed, Over) as problem:
        late = clock.now() >= found.row.until
        incoming.bring_back(taker, found.row, S.NEVER_ARRIVED if late else S.BACK)
        carry_by(giver, found.row)
        raise problem
    if opened is None:
        return _arrived_again(giver, taker, incoming.find(taker, hash_of(token)).row, tab)
    incoming.finish(taker, found.row)
    with tenant_scope(giver):
        given = Outgoing.objects.filter(token_hash=hash_of(token), settled=False).first()
        if given is not None:
            # All that is to do now; whatever else has become of them meanwhile follows by itself.
            outgoing.move(giver, given.pk, S.THERE)
    return Arrived(opened, made[0] if made else None, giver.name, url_of(giver.slug, "visitor"))


def _arrived_again(giver: Tenant, taker: Tenant, row: Incoming, tab: UUID | None) -> Arrived:
    opened = incoming.admit_again(taker, row, tab)
    if opened is None:
        raise _replayed(giver, taker, row)
    return Arrived(opened, None, giver.name, url_of(giver.slug, "visitor"))


def _replayed(giver: Tenant, taker: Tenant, row: Incoming) -> Used:
    with tenant_scope(giver):
        given = Outgoing.objects.filter(token_hash=bytes(row.token_hash)).first()
        has_home = given is not None and outgoing.goes_on(given)
    is_known = row.replayed
    row = incoming.replay(taker, row, has_home=has_home)
    if row.state != S.VOID and not is_known:
        with tenant_scope(giver):
            count(giver, taker.slug, Side.GIVES, Outcome.REPLAYED, now=clock.now())
    carry_by(giver, row)
    return Used("this token has been used")


def come_back(giver: Tenant, token: str, *, tab: UUID | None = None) -> Opened:
    """Give a visitor their first talk back, with a new secret. Opens its own scopes.

    ``tab`` as for ``arrive``. Raises NotFound for a token of nobody here; Over for one that was used,
    and where the partner has taken them or the talk is over.
    """
    with tenant_scope(giver):
        row = Outgoing.objects.filter(return_hash=hash_of(token)).first()
        if row is None:
            raise NotFound("this token opens nothing")
        # Nobody is called away from a partner for a talk that is not there any more.
        is_again = row.returned and tab is not None and row.tab == tab
        if (row.returned and not is_again) or row.state == S.TAKEN or not outgoing.goes_on(row):
            raise Over("it is too late for this token")
    if row.state in UNDER_WAY and not _brought_back(giver, row):
        raise Over("somebody has taken them")
    with tenant_scope(giver):
        alive = Conversation.objects.select_for_update(no_key=True).exclude(state=State.ENDED)
        if alive.filter(pk=row.conversation).first() is None:
            raise Over("the talk has ended")
        unused = Outgoing.objects.filter(pk=row.pk, returned=False)
        if not is_again and not unused.update(returned=True, tab=tab):
            raise Over("this token has been used")
        opened = give_back(row.conversation)
    if opened is None:
        raise Over("the talk has ended")
    return opened


# What a counsellor does.


def call_back(giver: Tenant, conversation: UUID, card: UUID) -> None:
    """Bring a visitor back whom nobody has taken yet. Opens its own scopes.

    Who may is asked by whoever calls. Raises NotAllowed where they are taken, or not under way.
    """
    with tenant_scope(giver):
        row = Outgoing.objects.filter(card=card, conversation=conversation).first()
    if row is None or row.state not in UNDER_WAY:
        raise NotAllowed("nobody is under way with this card")
    if not _brought_back(giver, row):
        raise NotAllowed("they cannot be called back now")


def send_back(
    taker: Tenant, membership: Membership, conversation: UUID, *, reason: str = ""
) -> None:
    """Send somebody back who waits here and whom a partner has sent. Opens its own scopes.

    ``reason`` is for the partner's counsellor alone, and is kept nowhere here.
    Raises NotFound for every other talk and for who does not answer here, NotAllowed where they are
    taken, or nobody is left to go back to, Invalid for a reason that is too long.
    """
    reason = unicodedata.normalize("NFC", reason).strip()
    if len(reason) > REASON_LENGTH or "\0" in reason:
        raise Invalid(f"`reason` has at most {REASON_LENGTH} characters")
    with tenant_scope(taker):
        member = own_membership(taker, membership)
        row = Incoming.objects.filter(conversation=conversation, arrived=True).first()
    if row is None or member.role not in ANSWERING:
        raise NotFound("no such talk")
    giver = line_of(row.partner)
    with tenant_scope(giver):
        left = Outgoing.objects.filter(token_hash=row.token_hash).first()
        is_open = left is not None and outgoing.goes_on(left)
    if row.state != S.THERE or not is_open:
        raise NotAllowed("they cannot go back")
    if incoming.bring_back(taker, row).state == S.TAKEN:
        raise NotAllowed("somebody has taken them")
    carry_by(giver, row)
    if reason:
        with tenant_scope(giver):
            outgoing.give_reason(giver, bytes(row.token_hash), reason)


def _brought_back(giver: Tenant, row: Outgoing) -> bool:
    """Bring back whoever is not taken yet; say whether they are this line's again."""
    taker = line_of(row.partner)
    there = incoming.at(taker, bytes(row.token_hash) if row.token_hash else None)
    if there is None:
        return False
    there = incoming.bring_back(taker, there)
    carry_by(giver, there)
    return there.state in FAILED


# What happens at the partner.


def on_claim(tenant: Tenant, talk: Conversation) -> None:
    """Somebody takes who stood in front. In the scope and the transaction of the claim.

    Raises Taken for a talk that is about to end, since its visitor was brought back.
    """
    row = _unsettled_of(talk)
    if row is None:
        return
    if row.state in FAILED:
        raise Taken("they have gone back")
    if incoming.move(tenant, row, S.TAKEN):
        # Nobody here has answered them before, though they stood in front.
        count_answer(tenant, queued_at=talk.queued_at, now=clock.now())
        afterwards(partial(_carry_later, row))


def on_end(tenant: Tenant, talk: Conversation, by: By) -> None:
    """A talk ends, at either side of a handoff. In the scope and the transaction of the end."""
    row = _unsettled_of(talk)
    if row is not None:
        # Whoever ends it themselves, or flees from the page, does not come back by that.
        _over(tenant, row, S.LEFT if by == By.VISITOR else S.BACK)
    given = Outgoing.objects.filter(conversation=talk.pk, state=S.TAKEN, settled=False).first()
    if given is not None:
        outgoing.settle(given)


def on_park(tenant: Tenant, talk: Conversation) -> None:
    """A visitor flees from a talk that stays open for whoever has its code.

    From then on it is a talk like any other here. In the scope and the transaction.  Rule: D12
    """
    row = _unsettled_of(talk)
    if row is not None and row.state == S.THERE:
        _over(tenant, row, S.LEFT)


def _over(tenant: Tenant, row: Incoming, state: HandoffState) -> None:
    incoming.move(tenant, row, state)
    incoming.settle(row)
    afterwards(partial(_carry_later, row))


def _unsettled_of(talk: Conversation) -> Incoming | None:
    rows = Incoming.objects.select_for_update().filter(arrived=True, settled=False)
    return rows.filter(conversation=talk.pk).first()


def _carry_later(row: Incoming) -> None:
    carry_by(line_of(row.partner), row)
