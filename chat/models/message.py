from __future__ import annotations

from typing import ClassVar

from django.db import models

from chat.models.conversation import Conversation, Segment
from tenants.models import Tenant
from tenants.scope import TenantModel


class Message(TenantModel):
    """One sealed message. Written by ``chat_post`` alone (migration 0003), never by the ORM.

    A message lives as long as its segment. Of an erased one (client_id, seq) stay until the talk
    ends, so that a resend is answered and never stored: ``body`` and ``at`` are then empty.
    """

    pk = models.CompositePrimaryKey("conversation_id", "seq")
    # One composite key in the database (migration 0003) ties tenant, talk and segment together;
    # a key to the tenant's row beside it would make every writer lock that one row.
    tenant = models.ForeignKey(
        Tenant, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    seq = models.IntegerField()
    segment = models.ForeignKey(
        Segment, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    author = models.SmallIntegerField()
    client_id = models.UUIDField()
    # The counsellor's membership; empty for the visitor and the system.
    sender_id = models.UUIDField(null=True)
    body = models.BinaryField(null=True)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            # The same id again is the same message again.
            models.UniqueConstraint(
                fields=["conversation", "author", "client_id"], name="message_id_once"
            ),
            models.CheckConstraint(condition=models.Q(seq__gte=1), name="message_seq_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.seq}"
