"""What a run needs in its databases, written as their owner: tenants made ready, staff who are
signed in, talks that go on. What is seeded is what the application itself would have written.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, cycle, islice
from typing import Any
from uuid import UUID, uuid4

from bench.stage import BASELINE, Connection, Stage

QUEUE_CAP = 30_000
LIFE = timedelta(hours=12)
_users = count(1)


@dataclass(frozen=True)
class Line:
    """A tenant, and the version of its promise that talks are bound to."""

    slug: str
    tenant: int
    policy: int


@dataclass(frozen=True)
class Seat:
    """A member of staff with a session."""

    line: Line
    membership: UUID
    cookie: str


@dataclass(frozen=True)
class Seeded:
    """A talk: how its visitor gets in, and whose it is."""

    line: Line
    conversation: UUID
    secret: str
    seat: Seat | None


class Seed:
    """Writes into one stage. Made before any event loop runs: it uses Django."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        os.environ.update(stage.variables)
        os.environ["DJANGO_SETTINGS_MODULE"] = "helpline.settings"
        import django

        django.setup()
        self.lines = self._ready_lines()

    def seats(self, many: int, line: Line | None = None) -> list[Seat]:
        """Return ``many`` counsellors who are signed in and ready."""
        lines = [line] if line else self.lines
        seats, users, members, presences, sessions = [], [], [], [], []
        for mine in islice(cycle(lines), many):
            number, membership, key = next(_users), uuid4(), secrets.token_hex(16)
            address = f"{number}@bench.example"
            users.append((number, "!bench", False, address, "Bench", True, False, False))
            members.append((membership, mine.tenant, number, "counsellor", "{}", "Kari", True, ""))
            presences.append((mine.tenant, membership, True, _now()))
            said, seat = _session(number, mine.tenant)
            about = (number, mine.tenant, seat, _now() + LIFE)
            sessions.append((key, said, _now() + LIFE, *about))
            seats.append(Seat(mine, membership, f"desk={key}"))
        with self.stage.main() as main:
            _copy(
                main,
                "tenants_user",
                "id password is_superuser email name is_active is_staff is_demo",
                users,
            )
            columns = "id tenant_id user_id role title first_name active expiry_rule"
            _copy(main, "tenants_membership", columns, members)
            _copy(main, "chat_presence", "tenant_id membership_id ready lost_at", presences)
            columns = "session_key session_data expire_date user_id tenant_id seat active_at"
            _copy(main, "tenants_staffsession", columns, sessions)
        return seats

    def talks(self, seats: Sequence[Seat], many: int) -> list[Seeded]:
        """Return ``many`` talks that go on, dealt out to ``seats``."""
        return self._talks([(seat.line, seat) for seat in islice(cycle(seats), many)])

    def waiting(self, line: Line, many: int) -> list[Seeded]:
        """Return ``many`` who wait at ``line``, the first first."""
        return self._talks([(line, None)] * many)

    def baseline(self, many: int) -> list[str]:
        """Return the secrets of ``many`` talks of the plain application."""
        ids = [uuid4() for _ in range(many)]
        with self.stage.main(BASELINE) as plain:
            _copy(plain, "baseline_conversation", "id secret", [(one, one.hex) for one in ids])
            keys = [(one, secrets.token_bytes(32)) for one in ids]
            _copy(plain, "baseline_key", "conversation_id key", keys)
        return [one.hex for one in ids]

    def _talks(self, places: Sequence[tuple[Line, Seat | None]]) -> list[Seeded]:
        talks, rows, segments, keys = [], [], [], []
        first, expires = _now(), _now() + LIFE
        for number, (line, seat) in enumerate(places):
            segment, conversation, secret = uuid4(), uuid4(), secrets.token_urlsafe(32)
            came = first + timedelta(milliseconds=number)
            rows.append(
                (
                    conversation, line.tenant, line.policy, "nb", "", False,
                    "active" if seat else "waiting", False, came,
                    seat.membership if seat else None, hashlib.sha256(secret.encode()).digest(),
                    False, segment, 0, 0, 0, 0, came, came, "", expires, "ours", False, 0,
                )
            )  # fmt: skip
            segments.append((segment, line.tenant, conversation, expires, "ours", False, False))
            keys.append((segment, line.tenant, secrets.token_bytes(32), expires))
            talks.append(Seeded(line, conversation, secret, seat))
        with self.stage.main() as main, self.stage.keys() as keys_instance:
            _copy(keys_instance, "segment_key", "segment tenant secret expires_at", keys)
            _copy(main, "chat_conversation", _CONVERSATION, rows)
            columns = "id tenant_id conversation_id expires_at expiry_rule held emptied"
            _copy(main, "chat_segment", columns, segments)
        return talks

    def _ready_lines(self) -> list[Line]:
        """Open every line round the clock, for staff without papers and a long queue."""
        from django.utils import timezone

        from retention.keys import tenant_key
        from tenants.models import Tenant
        from tenants.trial import open_line

        with self.stage.main() as main:
            main.execute(
                "UPDATE tenants_tenant SET live = true, queues_unstaffed = true, capacity = 30000,"
                " queue_cap = %s",
                [QUEUE_CAP],
            )
            main.execute("DELETE FROM tenants_requirement")
            rows: Any = main.execute(
                "SELECT t.slug, t.id, max(p.id) FROM tenants_tenant t"
                " JOIN tenants_policy p ON p.tenant_id = t.id GROUP BY t.id ORDER BY t.id"
            ).fetchall()
        for tenant in Tenant.objects.all():
            open_line(tenant, now=timezone.now(), hours=48)
            tenant_key(tenant)
        return [Line(*row) for row in rows]


_CONVERSATION = (
    "id tenant_id policy_id language topic urgent state front queued_at counsellor_id secret_hash"
    " counsellor_told_lost segment_id last_seq erased_through visitor_seen counsellor_seen"
    " began_at last_message_at ended_by expires_at expiry_rule held cards"
)


def _now() -> datetime:
    return datetime.now(UTC)


def _session(user_id: int, tenant: int) -> tuple[str, UUID]:
    """Return what signing in at a desk stores (tenants/sessions.py), and the seat in it."""
    from django.contrib.sessions.backends.db import SessionStore

    from tenants.models import User
    from tenants.sessions import SEAT, SIGNED_IN, TENANT

    user = User(id=user_id, password="!bench")  # noqa: S106  # nobody's
    seat = uuid4()
    said = SessionStore().encode(
        {
            "_auth_user_id": str(user_id),
            "_auth_user_backend": "tenants.backends.StaffBackend",
            "_auth_user_hash": user.get_session_auth_hash(),
            TENANT: tenant,
            SIGNED_IN: _now().isoformat(),
            SEAT: str(seat),
        }
    )
    return said, seat


def _copy(
    connection: Connection, table: str, columns: str, rows: Iterable[tuple[Any, ...]]
) -> None:
    statement = f"COPY {table} ({', '.join(columns.split())}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement.encode()) as copy:
        for row in rows:
            copy.write_row(row)
