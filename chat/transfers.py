"""A talk goes from one counsellor to another: offered, and theirs once they have accepted.

Until then its giver has it, and from that commit on the receiver: who has a talk is one column of its
row, so that at every moment somebody has it and nobody else. An offer that nobody answers is over at
its moment, whatever becomes of the processes of the two. The way back is the same way.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db.models import F, Q

from chat.colleagues import cards_by_id, colleague_here, is_with, tell_windows
from chat.consults import close_consults_of
from chat.errors import AtCapacity, QualificationMissing
from chat.events import publish, queue_group, tell
from chat.fitness import lacking
from chat.messages import Keyring, talk_keys
from chat.models import Conversation, Offer, Presence
from chat.pauses import locked_talk
from chat.queue import open_talks, shown_counsellor
from chat.states import Author, OfferState, State
from retention import clock
from retention.keys import open_all
from retention.sealing import Unsealable
from tenants.errors import NotAllowed, NotFound, Unavailable
from tenants.fitness import ANSWERING
from tenants.models import Membership, Tenant
from tenants.staff import own_membership

Frame = dict[str, Any]

STANDS_FOR = timedelta(seconds=60)
# What has become of an offer whose talk is over, or somebody else's, or was erased.
ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Standing:
    """An offer that stands, as its two see it."""

    id: UUID
    conversation: UUID
    giver: Frame
    receiver: Frame
    note: str
    topic: str
    language: str
    seconds: int

    def frame(self, membership: Membership) -> Frame:
        """Return its frame; the talk's id is the giver's alone until it is accepted."""
        frame: Frame = {
            "offer": str(self.id),
            "from": self.giver,
            "to": self.receiver,
            "note": self.note,
            "topic": self.topic,
            "language": self.language,
            "state": str(OfferState.OFFERED),
            "seconds": self.seconds,
        }
        if self.giver["id"] == str(membership.pk):
            frame["conversation"] = str(self.conversation)
        return frame


def offer_talk(
    tenant: Tenant, membership: Membership, conversation_id: UUID, *, to: UUID, note: str
) -> Standing:
    """Offer a talk of ``membership`` to a colleague, who has 60 seconds. In the scope.

    Raises NotFound for every other talk and a colleague who is not here, NotAllowed where the
    colleague's role does not answer or an offer of the talk stands, QualificationMissing and
    AtCapacity where the colleague may not or cannot take it.  Rule: S3, D1, B7.
    """
    member = own_membership(tenant, membership)
    before = Conversation.objects.filter(pk=conversation_id).exclude(state=State.ENDED).first()
    keys = talk_keys(tenant, before) if before else {}
    talk = locked_talk(member, conversation_id)
    receiver = colleague_here(member, to)
    _check_may_take(tenant, receiver)
    now = clock.now()
    standing = Offer.objects.filter(conversation=talk, state=OfferState.OFFERED)
    standing.filter(until__lte=now).update(state=OfferState.EXPIRED)
    if standing.exists():
        raise NotAllowed("this talk is offered to somebody already")
    offer = Offer(
        id=uuid4(),
        tenant=tenant,
        conversation=talk,
        segment_id=talk.segment_id,
        giver=member,
        receiver=receiver,
        until=now + STANDS_FOR,
    )
    offer.note = _sealed(keys, offer, note) if note else None
    offer.save(force_insert=True)
    tell_windows(member.pk, receiver.pk)
    (shown,) = _shown(tenant, [offer], keys)
    return shown


def accept_offer(tenant: Tenant, membership: Membership, offer_id: UUID) -> Conversation:
    """Take over the talk that is offered to ``membership``. In the scope.

    Raises NotFound for every other offer and where its talk is over or somebody else's, NotAllowed
    where it does not stand any more, AtCapacity, QualificationMissing.  Rule: S3, D1, B7.
    """
    member = own_membership(tenant, membership)
    _lock_place(member)
    offer, talk = _locked(offer_id, Q(receiver=member))
    _check_stands(offer)
    if not is_with(talk, offer.giver_id):
        raise NotFound("no such offer")
    _check_may_take(tenant, member)
    Conversation.objects.filter(pk=talk.pk).update(
        state=State.ACTIVE,
        counsellor=member,
        note=None,
        note_id=None,
        counsellor_told_lost=False,
    )
    close_consults_of(talk)
    _settle(offer, OfferState.ACCEPTED)
    return _handed_over(tenant, talk.pk)


def decline_offer(tenant: Tenant, membership: Membership, offer_id: UUID) -> None:
    """Say no to an offer. In the scope. Raises NotFound and NotAllowed as above."""
    member = own_membership(tenant, membership)
    offer, _ = _locked(offer_id, Q(receiver=member))
    _check_stands(offer)
    _settle(offer, OfferState.DECLINED)


def withdraw_offer(tenant: Tenant, membership: Membership, offer_id: UUID) -> UUID:
    """Take an offer back that nobody has answered; return its talk. Raises as above."""
    member = own_membership(tenant, membership)
    offer, _ = _locked(offer_id, Q(giver=member))
    _check_stands(offer)
    _settle(offer, OfferState.WITHDRAWN)
    return offer.conversation_id


def settle_offers_of(talk: Conversation) -> None:
    """Withdraw what stands of a talk that its giver does not have any more. In the scope."""
    for offer in Offer.objects.filter(conversation=talk, state=OfferState.OFFERED):
        _settle(offer, OfferState.WITHDRAWN)


def expire_offers(tenant: Tenant, *, now: datetime) -> None:
    """Note which offers nobody has answered in time, and tell both. In the scope."""
    over = Offer.objects.filter(state=OfferState.OFFERED, until__lte=now)
    for offer_id, conversation_id in over.order_by("conversation").values_list(
        "pk", "conversation_id"
    ):
        talk = Conversation.objects.select_for_update(no_key=True).filter(pk=conversation_id)
        found = talk.first()
        offer = Offer.objects.filter(pk=offer_id, state=OfferState.OFFERED).first()
        if found and offer:
            _settle(offer, OfferState.EXPIRED)


def standing_offers(*, now: datetime) -> Any:
    """Return the offers of the active tenant that stand."""
    return Offer.objects.filter(
        state=OfferState.OFFERED,
        until__gt=now,
        conversation__counsellor=F("giver"),
        conversation__state__in=[State.ACTIVE, State.PAUSED],
    )


def offers_of(tenant: Tenant, membership: Membership) -> list[Standing]:
    """Return the offers that stand to or from a member. In the scope; up to three queries."""
    rows = standing_offers(now=clock.now()).select_related("conversation")
    found = list(rows.filter(Q(giver=membership) | Q(receiver=membership)).order_by("until", "pk"))
    if not found:
        return []
    keys = open_all(tenant, {row.segment_id: row.conversation_id for row in found})
    return _shown(tenant, found, keys)


def outcomes(offers: Collection[UUID]) -> dict[UUID, str]:
    """Return what has become of each of ``offers``, which do not stand any more. In the scope."""
    now = clock.now()
    rows = Offer.objects.filter(pk__in=offers).values_list("pk", "state", "until")
    found = {pk: _outcome(state, until, now) for pk, state, until in rows}
    return {one: found.get(one, ENDED) for one in offers}


def _outcome(state: str, until: datetime, now: datetime) -> str:
    if state != OfferState.OFFERED:
        return state
    return str(OfferState.EXPIRED) if until <= now else ENDED


def _check_may_take(tenant: Tenant, receiver: Membership) -> None:
    if receiver.role not in ANSWERING:
        raise NotAllowed("their role does not answer visitors")
    if lacking(tenant, receiver):
        raise QualificationMissing("something is missing that this line promises its visitors")
    if open_talks(receiver).count() >= tenant.capacity:
        raise AtCapacity(f"nobody has more than {tenant.capacity} talks at once")


def _lock_place(member: Membership) -> None:
    # As a claim does: two windows of one counsellor cannot both take the last place.
    list(Presence.objects.select_for_update().filter(membership=member))


def _locked(offer_id: UUID, mine: Q) -> tuple[Offer, Conversation]:
    """Lock the talk of an offer, and return both as they are then."""
    place = Offer.objects.filter(mine, pk=offer_id).first()
    if place is not None:
        rows = Conversation.objects.select_for_update(no_key=True).exclude(state=State.ENDED)
        talk = rows.filter(pk=place.conversation_id).first()
        offer = Offer.objects.filter(pk=offer_id).first()
        if talk is not None and offer is not None:
            return offer, talk
    raise NotFound("no such offer")


def _check_stands(offer: Offer) -> None:
    if offer.state != OfferState.OFFERED or offer.until <= clock.now():
        raise NotAllowed("this offer does not stand any more")


def _settle(offer: Offer, state: OfferState) -> None:
    offer.state = state
    offer.save(update_fields=["state"])
    tell_windows(offer.giver_id, offer.receiver_id)


def _handed_over(tenant: Tenant, conversation_id: UUID) -> Conversation:
    talk = Conversation.objects.select_related("counsellor").get(pk=conversation_id)
    tell(
        talk.pk,
        "state",
        state=str(talk.state),
        counsellor=shown_counsellor(tenant, talk),
        membership=talk.counsellor_id.hex if talk.counsellor_id else None,
    )
    # Who has room for the next has changed.
    publish(queue_group(tenant.pk), "queue")
    return talk


def _shown(tenant: Tenant, offers: Collection[Offer], keys: Keyring) -> list[Standing]:
    members = {one for row in offers for one in (row.giver_id, row.receiver_id)}
    cards = cards_by_id(tenant, members)
    now = clock.now()
    return [
        Standing(
            id=row.pk,
            conversation=row.conversation_id,
            giver=cards[row.giver_id],
            receiver=cards[row.receiver_id],
            note=_opened(keys, row),
            topic=row.conversation.topic,
            language=row.conversation.language,
            seconds=max(0, round((row.until - now).total_seconds())),
        )
        for row in offers
    ]


def _sealed(keys: Keyring, offer: Offer, note: str) -> bytes:
    key = keys.get(offer.segment_id)
    if key is None:
        raise Unavailable("the key is not here; try again")
    return key.sealer.seal(note, author=Author.COUNSELLOR, message=offer.pk)


def _opened(keys: Keyring, offer: Offer) -> str:
    key = keys.get(offer.segment_id)
    if key is None or offer.note is None:
        return ""
    try:
        return key.sealer.open(bytes(offer.note), author=Author.COUNSELLOR, message=offer.pk)
    except Unsealable:
        return ""
