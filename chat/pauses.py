"""A counsellor who steps aside for a moment, and what the visitor is told of it.  Rule: S6

The note is what a counsellor writes to the visitor, so it is kept and carried as messages are:
sealed under the talk's key, and gone with it. Some short words (docs/protocol.md) stand for a
sentence that the visitor's page has in its own language; the rest is shown as it was written.
"""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID, uuid4

from chat.events import tell
from chat.messages import Keyring, talk_keys
from chat.models import Conversation
from chat.queue import shown_counsellor
from chat.states import Author, State
from retention.sealing import Unsealable
from tenants.errors import NotFound, Unavailable
from tenants.models import Membership, Tenant

# The sealed note and the id that it was sealed with.
Note = tuple[bytes, UUID]


def pause_talk(
    tenant: Tenant, membership: Membership, conversation_id: UUID, *, note: str = ""
) -> None:
    """Say in a talk of ``membership`` that its counsellor is away from it for a moment.

    In the scope. Said again, the newer note stands. Raises NotFound for every other talk.  Rule: S6.
    """
    # Before the lock: whoever writes in the talk would wait for the other instance with us.
    before = Conversation.objects.filter(pk=conversation_id).exclude(state=State.ENDED).first()
    keys = talk_keys(tenant, before) if before and note else {}
    pause_locked(tenant, locked_talk(membership, conversation_id), keys, note=note)


def pause_locked(tenant: Tenant, talk: Conversation, keys: Keyring, *, note: str) -> None:
    """The same for a talk that is locked already, and the keys that it is sealed with."""
    talk.state, talk.note_id = State.PAUSED, uuid4() if note else None
    talk.note = _sealed(keys, talk, note) if talk.note_id else None
    _save(tenant, talk)


def resume_talk(tenant: Tenant, membership: Membership, conversation_id: UUID) -> None:
    """Say that the counsellor is back in the talk. In the scope. Raises NotFound as above."""
    talk = locked_talk(membership, conversation_id)
    talk.state, talk.note, talk.note_id = State.ACTIVE, None, None
    _save(tenant, talk)


def locked_talk(membership: Membership, conversation_id: UUID) -> Conversation:
    """Lock a talk that ``membership`` has, and return it. Raises NotFound for every other talk."""
    mine = Conversation.objects.select_for_update(no_key=True, of=("self",))
    rows = mine.select_related("counsellor").filter(
        pk=conversation_id, counsellor=membership, state__in=[State.ACTIVE, State.PAUSED]
    )
    talk = rows.first()
    if talk is None:
        raise NotFound("no such talk")
    return talk


def _sealed(keys: Keyring, talk: Conversation, note: str) -> bytes:
    key = keys.get(talk.segment_id)
    if key is None or talk.note_id is None:
        raise Unavailable("the key is not here; try again")
    return key.sealer.seal(note, author=Author.COUNSELLOR, message=talk.note_id)


def _save(tenant: Tenant, talk: Conversation) -> None:
    talk.save(update_fields=["state", "note", "note_id"])
    tell(
        talk.pk,
        "state",
        state=str(talk.state),
        counsellor=shown_counsellor(tenant, talk),
        membership=talk.counsellor_id.hex if talk.counsellor_id else None,
        note=note_of(talk),
    )


def note_of(talk: Conversation) -> Note | None:
    """Return the sealed note of a talk that is paused, if it has one."""
    if talk.state != State.PAUSED or talk.note is None or talk.note_id is None:
        return None
    return bytes(talk.note), talk.note_id


def read_note(note: Note | None, keys: Keyring) -> str | None:
    """Return what a note says; None for none, also where it was erased or its key is not here."""
    if note is None:
        return None
    body, sealed_as = note
    for key in keys.values():
        with suppress(Unsealable):
            return key.sealer.open(body, author=Author.COUNSELLOR, message=sealed_as)
    return None


def note_field(note: Note | None, keys: Keyring) -> dict[str, str]:
    """Return the field ``note`` as frames carry it, where there is one."""
    said = read_note(note, keys)
    return {"note": said} if said else {}
