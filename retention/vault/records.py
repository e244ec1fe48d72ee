"""Records of addresses: sealed before anything else sees them, kept with their talk, forgotten.

What is sealed is the address, the source port and the moment to the second. Networks put many
people behind one address, and without port and time it leads to nobody.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import connection

from retention.kinds import Due, Kind
from retention.models import AddressRecord
from retention.vault import boxes
from retention.vault.days import DayKey
from retention.vault.lives import begin_of, count_shorter, life_of, shorten_addresses
from tenants.errors import NotFound
from tenants.models import Policy, Tenant

# Longer than any address with its port and time, so that no length tells one kind from another.
PLAIN_BYTES = 96
_ID_LENGTH = 32
_REFERENCE = re.compile(r"[0-9a-f]{8}")
_DUE = (
    "SELECT id, expiry_rule, expires_at FROM retention_addressrecord ORDER BY expires_at LIMIT %s"
)
_FORGET = "DELETE FROM retention_addressrecord WHERE id = ANY (%s)"


@dataclass(frozen=True, slots=True)
class SealedAddress:
    """All that the program behind the outermost door has of an address."""

    tenant: int
    day: date
    box: bytes


@dataclass(frozen=True, slots=True)
class Address:
    """From where, and when. Shows itself to nobody by accident."""

    ip: str
    port: int | None
    at: datetime

    def __repr__(self) -> str:
        return "Address(…)"

    def plain(self) -> bytes:
        """Return the bytes that are sealed, always as many."""
        at = self.at.astimezone(UTC).isoformat(timespec="seconds")
        return f"{self.ip} {self.port or '-'} {at}".encode().ljust(PLAIN_BYTES)

    @classmethod
    def of(cls, plain: bytes) -> Address:
        ip, port, at = plain.decode().split()
        return cls(ip, None if port == "-" else int(port), datetime.fromisoformat(at))


def seal_address(key: DayKey, address: Address) -> SealedAddress:
    """Seal an address so that it opens with both halves of its day's key and not otherwise."""
    at = _place(key.tenant, key.day)
    return SealedAddress(key.tenant, key.day, boxes.seal(address.plain(), to=key.public, at=at))


def open_address(record: AddressRecord, *, key: X25519PrivateKey) -> Address:
    """Return the address in a record. Raises Unopenable."""
    at = _place(record.tenant_id, record.day)
    return Address.of(boxes.unseal(bytes(record.box), key=key, at=at))


def keep_address(
    tenant: Tenant, policy: Policy, *, conversation: UUID, sealed: SealedAddress | None
) -> None:
    """Put a sealed address into the vault, in the transaction that begins its talk.

    ``policy`` is the version that the talk is bound to; where it keeps no address, and where there
    is none, nothing is written. After ``let_policies_stand``.  Rule: D7, S7, U3, B8.
    """
    if sealed is None or sealed.tenant != tenant.pk:
        return
    life = life_of(tenant, policy, sealed.day)
    if life is None:
        return
    AddressRecord.objects.create(
        tenant=tenant,
        conversation=conversation,
        day=sealed.day,
        box=sealed.box,
        expires_at=life[0],
        expiry_rule=life[1],
    )


def reference_of(conversation: UUID) -> str:
    """Return what a talk is called on the telephone: ``3F9A-1C2E``."""
    told = conversation.hex[:8].upper()
    return f"{told[:4]}-{told[4:]}"


def record_called(reference: str) -> AddressRecord:
    """Return the record of the talk with this reference (or whole id). In the scope.

    Raises NotFound where there is none, or more than one.
    """
    told = re.sub(r"[^0-9a-f]", "", reference.lower())
    if len(told) == _ID_LENGTH:
        found = AddressRecord.objects.filter(conversation=UUID(told))
    elif _REFERENCE.fullmatch(told):
        first, last = UUID(told.ljust(32, "0")), UUID(told.ljust(32, "f"))
        found = AddressRecord.objects.filter(conversation__gte=first, conversation__lte=last)
    else:
        raise NotFound("a reference has eight signs, 0–9 and A–F")
    records = list(found[:2])
    if len(records) != 1:
        raise NotFound("no address is kept of such a talk")
    return records[0]


def due_records(limit: int) -> Sequence[Due]:
    """Return records whose life is over, oldest first. As the purge role."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [limit])
        return [Due(record, (), rule, since) for record, rule, since in cursor.fetchall()]


def forget_records(items: Sequence[Due]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [[item.id for item in items]])
        return int(cursor.rowcount)


def oldest_record() -> datetime | None:
    """Return the begin of the day of the oldest record that is still kept."""
    day = AddressRecord.objects.order_by("day").values_list("day", flat=True).first()
    return begin_of(day) if day else None


def _place(tenant: int, day: date) -> bytes:
    return boxes.place("address", tenant, day.isoformat())


ADDRESS = Kind(
    name="address",
    covers=(AddressRecord,),
    due=due_records,
    forget=forget_records,
    oldest=oldest_record,
    shorten=shorten_addresses,
    shorter=count_shorter,
)
