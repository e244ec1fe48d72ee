"""How a counsellor ends a talk: why, what it was about, and what follows for both of them.

What is said of a talk goes into the tallies and is kept nowhere with it: most talks are deleted
in the moment in which they end.  Rule: U5, U6, U7
"""

from __future__ import annotations

from uuid import UUID, uuid4

from chat.conversations import end_conversation
from chat.cooldowns import keep_place
from chat.frames import Close
from chat.incidents import note_incident
from chat.lives import flag_talk
from chat.models import Conversation
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
    anybody is told of the end. After a heavy talk the counsellor rests. A talk that somebody else
    has ended meanwhile stays as it is. Of an abusive one the leads are told; returns whether a
    pause was asked of them, None where nobody wanted one. Raises Invalid for a reason or category that the line does
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
    end_conversation(tenant, said.conversation, by=By.COUNSELLOR, counsellor=member.pk, about=about)
    wants = said.cool_down and goes_on and tenant.cooldown_minutes > 0
    incident = uuid4()
    asked = wants and keep_place(said.conversation, incident)
    with tenant_scope(tenant):
        if said.heavy:
            rest(tenant, member, tenant.breather_minutes * 60)
        if is_abusive and goes_on:
            note_incident(tenant, member, incident, asks=asked)
    return asked if said.cool_down else None


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
