from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from referrals.states import UNDER_WAY, HandoffState
from tenants.scope import TenantModel


class Handoff(TenantModel):
    """What both sides of a handoff have: the pact it goes by, its own talk, and how far it is.

    ``token_hash`` is all that joins the two rows. ``settled`` once nothing is left to do for it here;
    ``over_at`` is then an hour away at most, and past it, or past ``expires_at``, the row is gone for
    the application.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pact = models.UUIDField()
    partner = models.SlugField(max_length=40, db_index=False)
    conversation = models.UUIDField()
    state = models.CharField(max_length=13, choices=HandoffState.choices)
    # The last moment at which they may come.
    until = models.DateTimeField()
    # The page that has used this side's token: where its answer was lost it is given another.
    tab = models.UUIDField(null=True)
    settled = models.BooleanField(default=False)
    over_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.partner}: {self.state}"


class Outgoing(Handoff):
    """A visitor of this line who goes to a partner: the giver's side.  Rule: B3"""

    card = models.UUIDField()
    # SHA-256 each; empty until the visitor is told.
    token_hash = models.BinaryField(max_length=32, null=True)
    return_hash = models.BinaryField(max_length=32, null=True)
    returned = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "token_hash"], name="outgoing_token_once"),
            models.UniqueConstraint(fields=["tenant", "return_hash"], name="outgoing_return_once"),
            # One visitor goes one way at a time.
            models.UniqueConstraint(
                fields=["tenant", "conversation"],
                condition=models.Q(state__in=UNDER_WAY),
                name="outgoing_one_at_a_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "conversation"], name="outgoing_of_talk"),
            models.Index(
                fields=["tenant"], condition=models.Q(settled=False), name="outgoing_unsettled"
            ),
            models.Index(fields=["tenant", "expires_at"], name="outgoing_due"),
        ]


class Incoming(Handoff):
    """A visitor whom a partner sends: the taker's side.  Rule: B3

    ``conversation`` is the talk that begins when they come. Until then ``body`` holds what they have
    agreed to bring, sealed under ``segment``, a key of its own that dies with ``until``.
    """

    language = models.CharField(max_length=2)
    token_hash = models.BinaryField(max_length=32)
    segment = models.UUIDField(null=True)
    body = models.BinaryField(null=True)
    arrived = models.BooleanField(default=False)
    replayed = models.BooleanField(default=False)
    # When they are brought back if nobody has taken them; never, where nobody is there to go back to.
    waits_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "token_hash"], name="incoming_token_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "conversation"], name="incoming_of_talk"),
            models.Index(
                fields=["tenant"], condition=models.Q(settled=False), name="incoming_unsettled"
            ),
            models.Index(fields=["tenant", "expires_at"], name="incoming_due"),
        ]
