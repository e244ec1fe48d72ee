"""Cards: what a counsellor lays before the visitor in a talk, and what the visitor answers.

A kind of card says what it shows and which answers it takes; each app registers its own
(``register_card``). All else is here: a card is sealed like a message and lives as long, changes
under the lock of its talk, and is told by its id, so that nothing of it is in an event.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import F
from msgspec.json import decode, encode

from chat.errors import ConversationEnded
from chat.events import tell
from chat.messages import Keyring, talk_keys
from chat.models import Card, Conversation
from chat.states import Author, CardState, State
from retention import clock
from retention.sealing import Unsealable
from tenants.errors import Invalid, NotAllowed, NotFound, Unavailable
from tenants.models import Membership, Tenant
from tenants.scope import tenant_scope
from tenants.staff import own_membership

Frame = dict[str, Any]


@dataclass(frozen=True)
class CardKind:
    """One kind of card.

    ``offer(tenant, language, content)`` returns what both sides are shown in the language of the
    talk, from what the counsellor sent; it opens its own scopes. ``suits(tenant, talk, shown)`` makes
    of that what suits the very talk, in the scope that lays the card. ``answered(tenant, talk, shown,
    value)`` takes the visitor's answer, in the scope and the transaction that stores it, and returns
    what of it both are shown (``shown`` has the card's ``id`` beside); without it, or where the card is
    not ``answerable``, there is nothing to answer. All raise Invalid. A card that ``lasts`` expires
    unanswered after that.

    Of an answer, what stands under ``desk`` is shown at the desk alone, and never to the visitor.

    What follows an answer opens its own scopes: ``follow(tenant, talk, card)`` may return a frame for
    the visitor alone, and ``call_back(tenant, talk, card)`` undoes what came of the answer where the
    counsellor withdraws the card, or raises NotAllowed.
    """

    name: str
    offer: Callable[[Tenant, str, Frame], Frame]
    answered: Callable[[Tenant, Conversation, Frame, Any], Any] | None = None
    lasts: timedelta | None = None
    suits: Callable[[Tenant, Conversation, Frame], Frame] | None = None
    answerable: Callable[[Frame], bool] = lambda shown: True
    follow: Callable[[Tenant, UUID, Frame], Frame | None] | None = None
    call_back: Callable[[Tenant, UUID, UUID], None] | None = None

    def takes_answer(self, shown: Frame) -> bool:
        return self.answered is not None and self.answerable(shown)


_kinds: dict[str, CardKind] = {}


def register_card(kind: CardKind) -> None:
    """Make a kind of card known. Called by the apps as they start."""
    _kinds[kind.name] = kind


def offer_card(
    tenant: Tenant, membership: Membership, conversation_id: UUID, *, kind: str, content: Frame
) -> Frame:
    """Lay a card of ``kind`` before the visitor of a talk of ``membership``; return its frame.

    Opens its own scopes. Raises NotFound for every other talk, Invalid for a kind that is not there.
    """
    with tenant_scope(tenant):
        language = _locked(conversation_id, counsellor=own_membership(tenant, membership)).language
    known = _kinds.get(kind)
    if known is None:
        raise Invalid("no such kind of card")
    shown = known.offer(tenant, language, content)
    with tenant_scope(tenant):
        keys = keys_before(tenant, conversation_id)
        talk = _locked(conversation_id, counsellor=own_membership(tenant, membership))
        if known.suits:
            shown = known.suits(tenant, talk, shown)
        return _offer(tenant, talk, keys, known, shown)


def keys_before(tenant: Tenant, conversation_id: UUID) -> Keyring:
    """Return what a talk is sealed with, before anything is locked.

    Whoever writes in the talk would wait for the other instance with us.
    """
    talk = Conversation.objects.filter(pk=conversation_id).exclude(state=State.ENDED).first()
    return talk_keys(tenant, talk) if talk else {}


def _offer(
    tenant: Tenant, talk: Conversation, keys: Keyring, kind: CardKind, shown: Frame
) -> Frame:
    card = _card(tenant, talk, kind.name)
    if kind.lasts and kind.takes_answer(shown):
        card.until = clock.now() + kind.lasts
    card.body = _sealed(keys, card, shown, Author.COUNSELLOR)
    card.save(force_insert=True)
    _tell(talk)
    return _as_told(card, keys)


def _card(tenant: Tenant, talk: Conversation, kind: str) -> Card:
    return Card(
        id=uuid4(),
        tenant=tenant,
        conversation=talk,
        segment_id=talk.segment_id,
        kind=kind,
        after=talk.last_seq,
        place=talk.cards,
    )


def lay_first(tenant: Tenant, talk: Conversation, kind: str, shown: Sequence[Frame]) -> None:
    """Lay cards into a talk that has just been put into the queue. In the scope that began it."""
    keys = keys_before(tenant, talk.pk)
    for place, one in enumerate(shown):
        card = _card(tenant, talk, kind)
        card.place = place
        card.body = _sealed(keys, card, one, Author.COUNSELLOR)
        card.save(force_insert=True)
    Conversation.objects.filter(pk=talk.pk).update(cards=len(shown))


def withdraw_card(
    tenant: Tenant, membership: Membership, conversation_id: UUID, *, card_id: UUID
) -> Frame:
    """Take a card back that stands unanswered. In the scope. Raises NotAllowed for any other."""
    keys = keys_before(tenant, conversation_id)
    talk = _locked(conversation_id, counsellor=own_membership(tenant, membership))
    card = _offered(talk, card_id)
    card.state = CardState.WITHDRAWN
    return _saved(talk, card, keys)


def take_back(
    tenant: Tenant, membership: Membership, conversation_id: UUID, *, card_id: UUID
) -> Frame:
    """Withdraw a card, or call back what has come of its answer. Opens its own scopes.

    Raises NotAllowed where neither can be done, NotFound for what is not the member's.
    """
    with tenant_scope(tenant):
        talk = _locked(conversation_id, counsellor=own_membership(tenant, membership))
        answered = Card.objects.filter(pk=card_id, conversation=talk, state=CardState.ANSWERED)
        known = _kinds.get(answered.values_list("kind", flat=True).first() or "")
        if known is None or known.call_back is None:
            return withdraw_card(tenant, membership, conversation_id, card_id=card_id)
    known.call_back(tenant, conversation_id, card_id)
    with tenant_scope(tenant):
        card = Card.objects.filter(pk=card_id).first()
        if card is None:
            raise NotFound("no such card")
        return _as_told(card, keys_before(tenant, conversation_id), at_desk=True)


def answer_card(tenant: Tenant, conversation_id: UUID, *, card_id: UUID, value: Any) -> Frame:
    """Take the visitor's answer to a card, once. In the scope.

    Raises NotAllowed for a card that is answered, withdrawn, expired or of a kind without answers.
    """
    keys = keys_before(tenant, conversation_id)
    talk = _locked(conversation_id)
    card = _offered(talk, card_id)
    known = _kinds.get(card.kind)
    shown = _opened(keys, card, card.body, Author.COUNSELLOR)
    if known is None or known.answered is None or not known.takes_answer(shown):
        raise NotAllowed("this card takes no answer")
    said = known.answered(tenant, talk, shown | {"id": str(card.pk)}, value)
    card.answer, card.state = _sealed(keys, card, said, Author.VISITOR), CardState.ANSWERED
    return _saved(talk, card, keys)


def follow_answer(tenant: Tenant, conversation_id: UUID, card: Frame) -> Frame | None:
    """Do what follows a visitor's answer; return what they alone are told. Opens its own scopes."""
    known = _kinds.get(card["kind"])
    return known.follow(tenant, conversation_id, card) if known and known.follow else None


def amend_answer(talk: Conversation, keys: Keyring, card_id: UUID, said: Frame) -> None:
    """Change what both are shown of an answer by ``said``. In the scope, with the talk locked.

    Nothing where the card has been erased meanwhile.
    """
    card = Card.objects.filter(pk=card_id, conversation=talk, answer__isnull=False).first()
    if card is None or card.answer is None or card.segment_id not in keys:
        return
    shown = _opened(keys, card, card.answer, Author.VISITOR)
    card.answer = _sealed(keys, card, shown | said, Author.VISITOR)
    _save(talk, card)


def expire_cards(tenant: Tenant, *, now: datetime) -> None:
    """Note which cards can no longer be answered, and tell it. In the scope."""
    over = Card.objects.filter(state=CardState.OFFERED, until__lte=now)
    # In the order of ids, as everything takes talks that takes several.
    over = over.order_by("conversation")
    for card_id, conversation_id in over.values_list("pk", "conversation_id"):
        talk = Conversation.objects.select_for_update(no_key=True).filter(pk=conversation_id)
        card = Card.objects.filter(pk=card_id, state=CardState.OFFERED).first()
        found = talk.exclude(state=State.ENDED).first()
        if found and card:
            card.state = CardState.EXPIRED
            _save(found, card)


def cards_of(talk: Conversation, keys: Keyring, *, at_desk: bool = False) -> list[Frame]:
    """Return the cards of a talk as frames show them, in order. In the scope.

    What is for the desk alone is there only if asked for. One query, and none for a talk that has
    never had a card.
    """
    if not talk.cards:
        return []
    rows = Card.objects.filter(conversation=talk).order_by("after", "place", "pk")
    return [shown for card in rows if (shown := _shown(card, keys, at_desk=at_desk))]


def read_cards(tenant: Tenant, conversation_id: UUID, *, at_desk: bool) -> tuple[int, list[Frame]]:
    """Return the cards of a talk that goes on, and how often any has changed. In the scope."""
    talk = Conversation.objects.filter(pk=conversation_id).exclude(state=State.ENDED).first()
    if talk is None:
        return 0, []
    return talk.cards, cards_of(talk, talk_keys(tenant, talk), at_desk=at_desk)


def _locked(conversation_id: UUID, *, counsellor: Membership | None = None) -> Conversation:
    rows = Conversation.objects.select_for_update(no_key=True).exclude(state=State.ENDED)
    if counsellor is not None:
        rows = rows.filter(counsellor=counsellor, state__in=[State.ACTIVE, State.PAUSED])
    talk = rows.filter(pk=conversation_id).first()
    if talk is None:
        raise NotFound("no such talk") if counsellor else ConversationEnded("the talk has ended")
    return talk


def _offered(talk: Conversation, card_id: UUID) -> Card:
    card = Card.objects.filter(pk=card_id, conversation=talk).first()
    if card is None:
        raise NotFound("no such card")
    if _state(card) != CardState.OFFERED:
        raise NotAllowed("this card is no longer open")
    return card


def _state(card: Card) -> str:
    # Over at its moment, whether or not somebody has noted it yet.
    over = card.until is not None and card.until <= clock.now()
    return str(CardState.EXPIRED if over and card.state == CardState.OFFERED else card.state)


def _saved(talk: Conversation, card: Card, keys: Keyring) -> Frame:
    _save(talk, card)
    return _as_told(card, keys)


def _save(talk: Conversation, card: Card) -> None:
    card.version += 1
    card.save(update_fields=["state", "version", "answer"])
    _tell(talk)


def _tell(talk: Conversation) -> None:
    Conversation.objects.filter(pk=talk.pk).update(cards=F("cards") + 1)
    tell(talk.pk, "cards", count=talk.cards + 1)


def _as_told(card: Card, keys: Keyring, *, at_desk: bool = False) -> Frame:
    shown = _shown(card, keys, at_desk=at_desk)
    if shown is None:
        raise ConversationEnded("the talk has ended")
    return shown


def _shown(card: Card, keys: Keyring, *, at_desk: bool) -> Frame | None:
    """Return a card as frames show it; None where its key is gone."""
    try:
        content = _opened(keys, card, card.body, Author.COUNSELLOR)
        value = _opened(keys, card, card.answer, Author.VISITOR) if card.answer else None
    except (Unsealable, ConversationEnded):
        return None
    frame = {
        **content,
        "id": str(card.pk),
        "kind": card.kind,
        "state": _state(card),
        "version": card.version,
        "after": card.after,
    }
    if isinstance(value, dict) and not at_desk:
        value.pop("desk", None)
    return frame | {"value": value} if card.answer else frame


def _sealed(keys: Keyring, card: Card, said: Any, author: Author) -> bytes:
    key = keys.get(card.segment_id)
    if key is None:
        raise Unavailable("the key is not here; try again")
    return key.sealer.seal(encode(said).decode(), author=author, message=card.pk)


def _opened(keys: Keyring, card: Card, body: bytes | memoryview, author: Author) -> Any:
    key = keys.get(card.segment_id)
    if key is None:
        raise ConversationEnded("the talk has ended")
    return decode(key.sealer.open(bytes(body), author=author, message=card.pk))
