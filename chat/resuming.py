"""Coming back to a talk: with a code from anywhere, by itself in the tab that has it.

A page that is loaded again, or that a phone has put away, finds the secret in its tab. A tab that
was closed can be restored by whoever has the phone next, secret and all: so a page says when it
goes, and what is not back soon after that does not come back (chat/arrivals.py).
"""

from __future__ import annotations

import secrets
from uuid import UUID

from django.db.models import Q

from chat.codes import Code, prints_of
from chat.conversations import Opened, Secret, secret_hash
from chat.events import tell
from chat.models import Conversation, ResumeCode
from chat.states import State
from retention import clock
from tenants.errors import NotFound
from tenants.models import Tenant
from tenants.scope import tenant_scope


def resume_conversation(tenant: Tenant, code: Code) -> Opened:
    """Give the talk of ``code`` to whoever has it; the secret that it had is worthless from now on.

    Opens its own scope: finding out takes its time. Raises NotFound for a code that opens
    nothing (any more), SlowDown while others are tried.
    """
    prints = prints_of(tenant, code)
    with tenant_scope(tenant):
        found = ResumeCode.objects.filter(finder=prints.finder)
        conversation = found.values_list("conversation_id", flat=True).first()
        opened = give_back(conversation) if conversation else None
    if opened is None:
        raise NotFound("this code opens nothing")
    return opened


def give_back(conversation: UUID) -> Opened | None:
    """Give a talk that goes on to who may have it back; None for one that is over. In the scope.

    The secret that it had opens nothing any more.
    """
    secret = Secret(secrets.token_urlsafe(32))
    if not _taken_over(conversation, secret):
        return None
    tell(conversation, "resumed")
    return Opened(conversation, secret)


def _taken_over(conversation: UUID, secret: Secret) -> bool:
    alive = Conversation.objects.filter(pk=conversation).exclude(state=State.ENDED)
    digest = secret_hash(secret.reveal())
    return bool(alive.update(secret_hash=digest, tab=None, tab_closed_at=None))


def close_tab(secret: str, tab: UUID) -> None:
    """Note that the page ``tab`` of a talk is gone. In the scope.

    Where another page has the talk it is only remembered: a farewell that comes late is not about
    that page, and one that came before the hello of its own is about what that hello opens.
    """
    alive = Conversation.objects.filter(secret_hash=secret_hash(secret)).exclude(state=State.ENDED)
    mine = alive.filter(Q(tab=tab) | Q(tab=None))
    mine.update(tab_closed_at=clock.now())
    alive.update(closed_tab=tab)
