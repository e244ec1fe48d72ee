from __future__ import annotations

from typing import ClassVar

from django.db import models

from chat.models.conversation import Conversation
from tenants.scope import TenantModel


class ResumeCode(TenantModel):
    """What is kept of the code of a talk (chat/codes.py). Lives as its talk does.

    ``finder`` is there while the talk goes on, ``witness`` as long as the talk is kept.
    """

    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.PROTECT,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    finder = models.BinaryField(max_length=32, null=True)
    witness = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation"], name="resume_code_once_a_talk"),
            models.UniqueConstraint(fields=["tenant", "finder"], name="resume_code_finds_one"),
            models.UniqueConstraint(fields=["tenant", "witness"], name="resume_code_shows_one"),
        ]

    def __str__(self) -> str:
        return str(self.conversation_id)
