from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from chat.models.conversation import Conversation, Segment
from chat.states import CardState
from tenants.scope import TenantModel


class Card(TenantModel):
    """Something that a counsellor lays before the visitor in a talk. Sealed like a message.

    A card lives as long as its segment: it ends with the talk, and goes with what is erased.
    ``after`` is the last message that stood before it, ``place`` orders those that came after the
    same one, ``version`` counts its changes from 1.
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
    kind = models.SlugField(max_length=20, db_index=False)
    state = models.CharField(max_length=9, choices=CardState.choices, default=CardState.OFFERED)
    version = models.PositiveSmallIntegerField(default=1)
    after = models.IntegerField()
    place = models.PositiveIntegerField(db_default=0, default=0)
    body = models.BinaryField()
    answer = models.BinaryField(null=True)
    # Until when it may be answered; empty for as long as the talk.
    until = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["conversation", "after"], name="card_in_talk"),
            models.Index(
                fields=["tenant", "until"],
                condition=models.Q(state=CardState.OFFERED, until__isnull=False),
                name="card_running_out",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
