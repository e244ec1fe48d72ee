"""How a counsellor ends a talk: why, what it was about, and what follows for both of them.

What is said of a talk goes into the tallies and is kept nowhere with it: most talks are deleted
in the moment in which they end.  Rule: U5, U6, U7
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from chat.conversations import end_conversation
from chat.cooldowns import drop_place, forget_place, keep_place
from chat.frames import Close
from chat.incidents import note_incident
from chat.lives import flag_talk
from chat.models import Conversation, Farewell
from chat.rests import rest
from chat.states import By, State
from chat.tallies import About
from tenants.errors import Invalid, NotFound
from tenants.models import Category, CloseReason, Membership, Tenant
from tenants.scope import tenant_scope
from tenants.staff import own_membership


def close_talk(tenant: Tenant, membership: Membership, said: Close) -> bool | None:
    """End a talk of ``membership`` as ``said``. Opens its own scopes.

    Where the visitor became identifiable or may have, the talk's shorter life is counted before
    anybody is told of the end. After a heavy talk the counsellor rests, and of an abusive one the
    leads are told, even where the end then raises, for it stands. A talk that somebody else has
    ended or taken meanwhile stays as it is, and nothing follows. Returns whether a pause was asked
    for, None where nobody wanted one. Raises Invalid for a reason or category that the line does
    not have, NotAllowed where it promises no shorter life, NotFound for somebody else's talk.
    Rule: U7
    """
    with tenant_scope(tenant):
        member = own_membership(tenant, membership)
        about = _about(said)
        is_abusive = CloseReason.objects.filter(slug=about.reason, abusive=True).exists()
        if said.cool_down and not is_abusive:
            raise Invalid("`cool_down` goes with a reason of abuse")
        goes_on = _is_own(member, said.conversation)
        if goes_on and said.identifiable in ("yes", "unsure"):
            flag_talk(tenant, member, said.conversation)
    wants = said.cool_down and goes_on and tenant.cooldown_minutes > 0
    incident = uuid4()
    # Before the end, which forgets it.
    asked = wants and keep_place(said.conversation, incident)
    after = _After(incident if is_abusive else None, asks=asked, heavy=said.heavy)
    try:
        has_ended = end_conversation(
            tenant, said.conversation, by=By.COUNSELLOR, counsellor=member.pk, about=about
        )
    except Exception:
        # Keys may be away once the end stands: who comes again finds it over, and would do nothing.
        _follow(tenant, member, after, has_ended=goes_on and _is_over(tenant, said.conversation))
        raise
    _follow(tenant, member, after, has_ended=has_ended)
    return (asked and has_ended) if said.cool_down else None


@dataclass(frozen=True, slots=True)
class _After:
    """What follows a talk for who ended it; ``incident`` is there where it was abusive."""

    incident: UUID | None
    asks: bool
    heavy: bool


def _follow(tenant: Tenant, member: Membership, after: _After, *, has_ended: bool) -> None:
    """Do what follows, where it was this counsellor who has ended the talk, and nobody else."""
    if not has_ended:
        if after.incident:
            forget_place(after.incident)
        return
    with tenant_scope(tenant):
        if after.heavy:
            rest(tenant, member, tenant.breather_minutes * 60)
        if after.incident:
            note_incident(tenant, member, after.incident, asks=after.asks)


def _is_over(tenant: Tenant, conversation_id: UUID) -> bool:
    """Say whether a counsellor has ended a talk, and forget where that was begun."""
    with tenant_scope(tenant):
        ends = Farewell.objects.filter(conversation_id=conversation_id, ended_by=By.COUNSELLOR)
        is_over = ends.exists()
    if is_over:
        drop_place(conversation_id)
    return is_over


def _about(said: Close) -> About:
    reasons = list(CloseReason.objects.values_list("slug", flat=True))
    # Where a line has none, what older clients say means nothing and is no mistake.
    if reasons and said.reason and said.reason not in reasons:
        raise Invalid(f"`reason` is one of {', '.join(reasons)}, or empty")
    categories = list(Category.objects.values_list("slug", flat=True))
    if said.category and said.category not in categories:
        raise Invalid("`category` is the id of one of this line's categories, or empty")
    return About(said.reason if reasons else "", said.category)


def _is_own(member: Membership, conversation_id: UUID) -> bool:
    """Say whether a talk of ``member`` goes on; False where it has ended a moment ago."""
    talk = Conversation.objects.filter(pk=conversation_id).exclude(state=State.ENDED).first()
    if talk is not None and talk.counsellor_id != member.pk:
        raise NotFound("no such talk")
    return talk is not None
