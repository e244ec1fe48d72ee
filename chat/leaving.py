"""A visitor who flees from the page: the talk ends or is parked, as its policy promises.

Either way the secret of the tab opens nothing from then on, so that whoever picks up the phone
finds no way back in. A parked talk stays where it is until neglect ends it (chat/neglect.py).
"""

from __future__ import annotations

import secrets
from uuid import UUID, uuid4

from chat import watchers
from chat.codes import can_come_back
from chat.conversations import end_conversation, secret_hash
from chat.events import publish, queue_group, tell
from chat.models import Conversation
from chat.states import By, State
from retention import clock
from tenants.models import Tenant
from tenants.scope import tenant_scope


def leave_talk(tenant: Tenant, conversation_id: UUID) -> None:
    """End a talk whose visitor has fled, or park it where its policy says so. Opens its own scopes.

    Does nothing to a talk that is over.  Rule: D12.
    """
    with tenant_scope(tenant):
        if _park(conversation_id):
            for each in watchers.parked:
                each(tenant, Conversation.objects.get(pk=conversation_id))
            tell(conversation_id, "parked")
            tell(conversation_id, "line", who="visitor", up=False)
            publish(queue_group(tenant.pk), "queue")
            return
    end_conversation(tenant, conversation_id, by=By.VISITOR)


def leave_by_secret(tenant: Tenant, secret: str) -> None:
    """Do the same for a tab that is gone already and has left its secret. Opens its own scopes.

    Says nothing of a secret that opens nothing: whoever asks learns nothing from the answer.
    """
    with tenant_scope(tenant):
        talks = Conversation.objects.filter(secret_hash=secret_hash(secret))
        conversation_id = talks.values_list("pk", flat=True).first()
    if conversation_id is not None:
        leave_talk(tenant, conversation_id)


def _park(conversation_id: UUID) -> bool:
    """Lock the tab out of a talk that waits for its visitor; False where none may be parked."""
    talks = Conversation.objects.filter(pk=conversation_id).exclude(state=State.ENDED)
    # The policy that the talk began under, as with everything else that was promised then. Where no
    # code was made nobody could come back, and the talk would wait for nothing.
    if not talks.filter(policy__parks=True).exists() or not can_come_back(conversation_id):
        return False
    # No socket's end is the end of this line any more: it is lost from now on.
    return bool(
        talks.update(
            secret_hash=secrets.token_bytes(32), visitor_socket=uuid4(), visitor_lost_at=clock.now()
        )
    )
