"""The note board of a line: what one shift leaves to the next, without anybody's personal data.

It is looked through before it is stored, and refused where something in it looks as if it showed
who somebody is (chat/personal.py). What stays is gone after the hours that the charter says.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from chat.expiring import expiring
from chat.models import HandoverNote
from chat.personal import found_in
from retention import clock
from tenants.errors import Invalid, NotFound
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

    Raises Invalid for no text and for too much, TooPersonal for what looks like personal data.
    """
    writer = own_membership(tenant, membership)
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").strip()
    if not 1 <= len(plain) <= TEXT_LENGTH or "\0" in plain:
        raise Invalid(f"a note has 1 to {TEXT_LENGTH} characters")
    kinds = found_in(plain)
    if kinds:
        raise TooPersonal(kinds)
    now = clock.now()
    return HandoverNote.objects.create(
        tenant=tenant,
        author=writer.pk,
        text=plain,
        written_at=now,
        expires_at=now + timedelta(hours=tenant.handover_hours),
    )


def remove_note(tenant: Tenant, membership: Membership, note_id: UUID) -> None:
    """Take a note away: one's own, or as a lead any. In the scope. Raises NotFound for others."""
    member = own_membership(tenant, membership)
    rows = HandoverNote.objects.filter(pk=note_id)
    if member.role not in LEADS:
        rows = rows.filter(author=member.pk)
    if not rows.delete()[0]:
        raise NotFound("no such note")


def notes(tenant: Tenant, membership: Membership) -> list[Note]:
    """Return what stands on the board, the newest first. In the scope; two queries."""
    rows = list(HandoverNote.objects.order_by("-written_at", "-pk"))
    writers = Membership.objects.select_related("user").filter(pk__in={row.author for row in rows})
    names = {writer.pk: writer.user.name for writer in writers}
    leads = membership.role in LEADS
    return [
        Note(
            id=row.pk,
            text=row.text,
            author=names.get(row.author, ""),
            written_at=row.written_at,
            expires_at=row.expires_at,
            may_remove=leads or row.author == membership.pk,
        )
        for row in rows
    ]


HANDOVER_NOTE = expiring("handover_note", HandoverNote, began="written_at")
