"""The note board of a line: what one shift leaves to the next, without anybody's personal data.

It is looked through before it is stored, and refused where something in it looks as if it showed
who somebody is (chat/personal.py). Each is sealed under a key of its own; when the hours that the
charter says are over the key goes, and with it the note from every backup.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from chat.models import HandoverNote
from chat.personal import found_in
from chat.states import Author
from retention import clock, keys
from retention.expiring import expiring
from retention.sealing import Unsealable
from tenants.errors import Invalid, NotFound, Unavailable
from tenants.models import LEADS, Membership, Tenant
from tenants.staff import own_membership

TEXT_LENGTH = 1000


class TooPersonal(Invalid):
    """A note that seems to show who somebody is; ``kinds`` are those of chat/personal.py."""

    def __init__(self, kinds: list[str]) -> None:
        super().__init__(f"the note seems to hold: {', '.join(kinds)}")
        self.kinds = kinds


@dataclass(frozen=True, slots=True)
class Note:
    """A note as members read it; ``author`` is empty once its writer is no member any more."""

    id: UUID
    text: str
    author: str
    written_at: datetime
    expires_at: datetime
    may_remove: bool


def write_note(tenant: Tenant, membership: Membership, text: str) -> HandoverNote:
    """Leave ``text`` to the next shift. In the scope.

    Raises Invalid for no text and for too much, TooPersonal for what looks like personal data,
    Unavailable where its key is not there.
    """
    writer = own_membership(tenant, membership)
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if not 1 <= len(plain) <= TEXT_LENGTH or "\0" in plain:
        raise Invalid(f"a note has 1 to {TEXT_LENGTH} characters")
    kinds = found_in(plain)
    if kinds:
        raise TooPersonal(kinds)
    now = clock.now()
    note = HandoverNote(
        id=uuid4(),
        tenant=tenant,
        author=writer.pk,
        written_at=now,
        expires_at=now + timedelta(hours=tenant.handover_hours),
    )
    _seal(tenant, note, plain)
    note.save(force_insert=True)
    return note


def remove_note(tenant: Tenant, membership: Membership, note_id: UUID) -> None:
    """Take a note away: one's own, or as a lead any. In the scope. Raises NotFound for others."""
    member = own_membership(tenant, membership)
    rows = HandoverNote.objects.filter(pk=note_id)
    if member.role not in LEADS:
        rows = rows.filter(author=member.pk)
    note = rows.first()
    if note is None:
        raise NotFound("no such note")
    # The key first, as everywhere: what a crash leaves behind cannot be read.
    keys.destroy_keys(tenant, [note.segment])
    rows.delete()


def notes(tenant: Tenant, membership: Membership) -> list[Note]:
    """Return what stands on the board, the newest first. In the scope; two queries, and one for keys."""
    rows = list(HandoverNote.objects.order_by("-written_at", "-pk"))
    writers = Membership.objects.select_related("user").filter(pk__in={row.author for row in rows})
    names = {writer.pk: writer.user.name for writer in writers}
    leads = membership.role in LEADS
    opened = keys.open_all(tenant, {row.segment: row.pk for row in rows}) if rows else {}
    return [
        Note(
            id=row.pk,
            text=text,
            author=names.get(row.author, ""),
            written_at=row.written_at,
            expires_at=row.expires_at,
            may_remove=leads or row.author == membership.pk,
        )
        for row in rows
        if (text := _text(opened.get(row.segment), row))
    ]


def _seal(tenant: Tenant, note: HandoverNote, text: str) -> None:
    note.segment = keys.create_key(tenant, expires_at=note.expires_at)
    opened = keys.open_keys(tenant, conversation=note.pk, segments=[note.segment])
    if note.segment not in opened:
        raise Unavailable("the key is not here; try again")
    sealer = opened[note.segment].sealer
    note.body = sealer.seal(text, author=Author.COUNSELLOR, message=note.pk)


def _text(key: keys.OpenKey | None, note: HandoverNote) -> str:
    """Return what a note says; nothing where its key is gone."""
    if key is None:
        return ""
    try:
        return key.sealer.open(bytes(note.body), author=Author.COUNSELLOR, message=note.pk)
    except Unsealable:
        return ""


HANDOVER_NOTE = expiring("handover_note", HandoverNote, began="written_at", is_sealed=True)
