from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models

from chat.states import By, State
from tenants.models import Membership, Policy
from tenants.scope import TenantModel


class Conversation(TenantModel):
    """One talk between a visitor and the desk.

    ``expires_at`` is set at the start, for the latest end that a talk can have, and only ever
    lowered (``chat_expire`` and ``chat_end``, migration 0003): at the end of the talk, or by a
    stricter promise. Past it the row does not exist for the application.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The version of the promise that the visitor was shown when the talk began.
    policy = models.ForeignKey(
        Policy, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    language = models.CharField(max_length=2)
    topic = models.SlugField(max_length=40, blank=True, db_index=False)
    urgent = models.BooleanField(default=False)

    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    # Someone whose counsellor was lost stands before everybody else.
    front = models.BooleanField(default=False)
    queued_at = models.DateTimeField()
    # Since when the counsellor has it; empty again once it has ended.
    claimed_at = models.DateTimeField(null=True)
    counsellor = models.ForeignKey(
        Membership,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
        null=True,
    )

    # SHA-256 of the secret of the visitor's tab.
    secret_hash = models.BinaryField(max_length=32)
    # The page that has the talk, by a name that it chose, and since when it is closed.
    tab = models.UUIDField(null=True)
    tab_closed_at = models.DateTimeField(null=True)
    # The last page that said that it was closed: its hello may come after that.
    closed_tab = models.UUIDField(null=True)
    # The visitor's newest socket: the one whose end is the end of the visitor's line.
    visitor_socket = models.UUIDField(null=True)
    visitor_process = models.UUIDField(null=True)
    visitor_lost_at = models.DateTimeField(null=True)
    counsellor_told_lost = models.BooleanField(default=False)
    # In which segment it is shown to the colleague who is asked about it; the visitor is told so.
    shown_segment = models.UUIDField(null=True)
    # While it is paused: what the visitor is told, sealed, and the id that it was sealed with.
    note = models.BinaryField(null=True)
    note_id = models.UUIDField(null=True)

    # The segment that new messages are sealed under; those before it are gone.
    segment_id = models.UUIDField()
    last_seq = models.IntegerField(default=0)
    erased_through = models.IntegerField(default=0)
    visitor_seen = models.IntegerField(default=0)
    counsellor_seen = models.IntegerField(default=0)

    # How often cards in it have changed.
    cards = models.PositiveIntegerField(default=0)

    # Since when it is known to hold personal data.  Rule: U7
    flagged_at = models.DateTimeField(null=True)

    began_at = models.DateTimeField()
    last_message_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=10, choices=By.choices, blank=True)
    expires_at = models.DateTimeField()
    expiry_rule = models.CharField(max_length=8)
    held = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "secret_hash"], name="conversation_secret_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state=State.ENDED, ended_at__isnull=False)
                | ~models.Q(state=State.ENDED) & models.Q(ended_at__isnull=True),
                name="conversation_end_has_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(erased_through__lte=models.F("last_seq")),
                name="conversation_erased_what_was_there",
            ),
        ]
        indexes: ClassVar = [
            # The queue: who is next, and how many wait.
            models.Index(
                fields=["tenant", "-front", "-urgent", "queued_at", "id"],
                condition=models.Q(state=State.WAITING),
                name="conversation_queue",
            ),
            # A counsellor's own talks, for the desk and for capacity.
            models.Index(
                fields=["tenant", "counsellor"],
                condition=models.Q(state__in=[State.ACTIVE, State.PAUSED]),
                name="conversation_of_counsellor",
            ),
            # What the purge looks for.
            models.Index(
                fields=["tenant", "expires_at"],
                condition=models.Q(held=False),
                name="conversation_due",
            ),
            # Which talks a colleague reads along in: asked every few seconds, and hardly ever any.
            models.Index(
                fields=["tenant"],
                condition=models.Q(
                    shown_segment__isnull=False, state__in=[State.ACTIVE, State.PAUSED]
                ),
                name="conversation_shown",
            ),
            # Which talks are held: asked every minute, and hardly ever many.
            models.Index(
                fields=["tenant"], condition=models.Q(held=True), name="conversation_held"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Segment(TenantModel):
    """A stretch of a conversation under one key; erasing ends one and begins the next.

    ``emptied``: expired while the talk goes on; its messages are tombstones (id and seq).
    """

    id = models.UUIDField(primary_key=True, editable=False)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    expires_at = models.DateTimeField()
    expiry_rule = models.CharField(max_length=8)
    held = models.BooleanField(default=False)
    emptied = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            # What a message's foreign key points at: one key for tenant, talk and segment.
            models.UniqueConstraint(
                fields=["tenant", "conversation", "id"], name="segment_of_conversation"
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["tenant", "expires_at"],
                condition=models.Q(held=False, emptied=False),
                name="segment_due",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
