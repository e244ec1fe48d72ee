"""The vault's functions in the instance ``keys`` (migration 0008_vault_keys), each with its types.

All of them ask for the time themselves and give nothing that is past it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connections

from retention.keys import UNDISTURBED
from retention.models import VaultRequest

Group = VaultRequest.Group


@dataclass(frozen=True, slots=True)
class Holder:
    """One who has a share of a day, and the key that it is sealed to."""

    user: int
    public: bytes
    group: Group


def make_day(
    tenant: int,
    day: date,
    *,
    public: bytes,
    expires_at: datetime,
    shares: Sequence[tuple[Holder, bytes]],
) -> bool:
    """Store a day's public half and its shares, in their boxes; say whether that was done."""
    people = [holder.user for holder, _ in shares]
    keys = [holder.public for holder, _ in shares]
    groups = [str(holder.group) for holder, _ in shares]
    boxes = [box for _, box in shares]
    ((made,),) = _ask(
        "SELECT vault_day_make(%s, %s, %s, %s, %s, %s, %s, %s)",
        *(tenant, day, public, expires_at, people, keys, groups, boxes),
    )
    return bool(made)


def public_of_today(tenant: int) -> tuple[date, bytes] | None:
    """Return the day that it is and the key that seals on it, if there is one."""
    rows = _ask("SELECT day, public FROM vault_day_public(%s)", tenant)
    return (rows[0][0], bytes(rows[0][1])) if rows else None


def holders_of(tenant: int, day: date) -> set[Holder]:
    """Return who has a share of the day, as they were when it was made."""
    rows = _ask("SELECT person, person_key, side FROM vault_day_people(%s, %s)", tenant, day)
    return {Holder(user, bytes(key), Group(group)) for user, key, group in rows}


def read_share(tenant: int, day: date, user: int) -> tuple[Group, bytes, bytes] | None:
    """Return the group and box of a person's share, and the day's public half."""
    rows = _ask("SELECT side, box, public FROM vault_share_read(%s, %s, %s)", tenant, day, user)
    return (Group(rows[0][0]), bytes(rows[0][1]), bytes(rows[0][2])) if rows else None


def shorten_days(tenant: int, ends: Mapping[date, datetime]) -> None:
    """Let each day end at its own moment at the latest. Never lengthens a life."""
    days, moments = list(ends), list(ends.values())
    _ask("SELECT vault_day_shorten(%s, %s::date[], %s::timestamptz[])", tenant, days, moments)


def ask_opening(
    opening: UUID, *, tenant: int, day: date, boxes: Collection[tuple[int, bytes]]
) -> bool:
    """Pass the asker's share on, a box for each person who may agree; False once the day is over."""
    people, sealed = [user for user, _ in boxes], [box for _, box in boxes]
    ((asked,),) = _ask(
        "SELECT vault_opening_ask(%s, %s, %s, %s, %s)", opening, tenant, day, people, sealed
    )
    return bool(asked)


def passed_to(user: int, *, opening: UUID, tenant: int) -> bytes | None:
    """Return the box that was passed to a person, while the opening waits."""
    return _one("SELECT vault_opening_passed(%s, %s, %s)", opening, tenant, user)


def answer_opening(opening: UUID, *, tenant: int, answer: bytes) -> bool:
    """Leave the answer for the one who asked, once; say whether that was in time."""
    ((done,),) = _ask("SELECT vault_opening_answer(%s, %s, %s)", opening, tenant, answer)
    return bool(done)


def show_answer(opening: UUID, *, tenant: int) -> tuple[bytes, datetime] | None:
    """Return the answer and when it is gone. The first call starts its half hour."""
    rows = _ask("SELECT answer, expires_at FROM vault_opening_show(%s, %s)", opening, tenant)
    return (bytes(rows[0][0]), rows[0][1]) if rows else None


def end_opening(opening: UUID, *, tenant: int) -> None:
    """Destroy whatever an opening has passed."""
    _ask("SELECT vault_opening_end(%s, %s)", opening, tenant)


def destroy_due() -> int:
    """Destroy days and openings past their time, of all tenants; return how many."""
    return int(_ask("SELECT vault_destroy_due()")[0][0])


def compact() -> bool:
    """The same as ``keys.compact`` for the tables of the vault."""
    rows = _ask("SELECT vault_compact() WHERE pg_try_advisory_xact_lock(%s)", UNDISTURBED)
    return bool(rows and rows[0][0])


def _one(query: str, *values: Any) -> bytes | None:
    found = _ask(query, *values)[0][0]
    return None if found is None else bytes(found)


def _ask(query: str, *values: Any) -> Sequence[tuple[Any, ...]]:
    with connections["keys"].cursor() as cursor:
        cursor.execute(query, values)
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return rows
