"""Talks that are over and still kept, as a list without content: how an officer finds one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chat.models import Conversation
from chat.states import State
from tenants.models import PolicyRule, Tenant

PAGE = 50


@dataclass(frozen=True, slots=True)
class KeptTalk:
    """One talk by what an officer may know it by: the day, the subject, the language."""

    id: UUID
    ended_on: date
    topic: str
    language: str
    kept_until: date
    may_be_flagged: bool
    is_flagged: bool
    is_held: bool


def kept_talks(tenant: Tenant, *, page: int = 1) -> tuple[list[KeptTalk], bool]:
    """Return one page of what is kept, the newest first, and whether there are more. In the scope."""
    over = Conversation.objects.filter(state=State.ENDED).select_related("policy")
    rows = over.order_by("-ended_at", "pk")
    start = (page - 1) * PAGE
    found = list(rows[start : start + PAGE + 1])
    last = _last_that_flags()
    talks = [_kept(tenant, talk, may_flag=talk.policy.version <= last) for talk in found[:PAGE]]
    return talks, len(found) > PAGE


def _last_that_flags() -> int:
    """Return the newest version that gives talks with personal data a life of their own, or 0."""
    rules = PolicyRule.objects.filter(
        kind=PolicyRule.Kind.CONVERSATION, policy__published_at__isnull=False
    )
    flags = rules.filter(starts=PolicyRule.Starts.FLAGGED).order_by("-policy__version")
    return flags.values_list("policy__version", flat=True).first() or 0


def _kept(tenant: Tenant, talk: Conversation, *, may_flag: bool) -> KeptTalk:
    assert talk.ended_at is not None
    return KeptTalk(
        id=talk.pk,
        ended_on=talk.ended_at.astimezone(tenant.tzinfo).date(),
        topic=talk.topic,
        language=talk.language,
        kept_until=talk.expires_at.astimezone(tenant.tzinfo).date(),
        may_be_flagged=may_flag and talk.flagged_at is None,
        is_flagged=talk.flagged_at is not None,
        is_held=talk.held,
    )
