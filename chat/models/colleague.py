"""What colleagues ask each other about a talk. Sealed like a message, and gone with it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from chat.models.conversation import Conversation, Segment
from chat.states import Closed, OfferState
from tenants.models import Membership
from tenants.scope import TenantModel


class Consult(TenantModel):
    """A side thread: the counsellor of a talk asks one colleague, who does not see the talk.

    It lives as long as its segment, and goes on while its asker has the talk. ``lines`` counts what
    has been said in it, by both; ``body`` is all of that, sealed.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    segment = models.ForeignKey(
        Segment, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    asker = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    colleague = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    # By whom or what it was closed; empty while it is open.
    closed = models.CharField(max_length=9, choices=Closed.choices, blank=True)
    lines = models.PositiveSmallIntegerField(default=0)
    body = models.BinaryField()
    # Until when the colleague may leave it unanswered; empty once they have answered.
    until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            # Of one talk one colleague is asked at a time. What was erased does not stand in the way.
            models.UniqueConstraint(
                fields=["conversation", "segment"],
                condition=models.Q(closed=""),
                name="consult_one_at_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["conversation", "segment"], name="consult_in_talk"),
            models.Index(
                fields=["tenant", "until"],
                condition=models.Q(closed="", until__isnull=False),
                name="consult_unanswered",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Offer(TenantModel):
    """A talk that is offered to a colleague. Until it is accepted its giver has the talk."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    segment = models.ForeignKey(
        Segment, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    giver = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    receiver = models.ForeignKey(
        Membership, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    state = models.CharField(max_length=9, choices=OfferState.choices, default=OfferState.OFFERED)
    # What the giver writes about the talk, sealed; empty for nothing.
    note = models.BinaryField(null=True)
    # From then on it counts as declined, whether or not anybody has noted it.
    until = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["conversation", "segment"],
                condition=models.Q(state=OfferState.OFFERED),
                name="offer_one_at_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["conversation", "segment"], name="offer_in_talk"),
            models.Index(
                fields=["tenant", "until"],
                condition=models.Q(state=OfferState.OFFERED),
                name="offer_running_out",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
