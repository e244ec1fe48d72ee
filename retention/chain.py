"""The published ledger's arithmetic, which whoever verifies it does again. Needs no database.

    commitment = SHA-256(salt ‖ JSON of [kind, rule, due, done])
    hash of a day = SHA-256(hash of the day before ‖ its date ‖ its commitments in order)
    before the first day stands SHA-256("helpline-ledger-1/" ‖ the tenant's slug)

A commitment binds a count without telling it: the salt is 16 random bytes, so nobody can find the
count by trying. Where a count may be told, its salt is told with it. A count below ``FEW`` is
not: each day has at least ``ROWS`` rows, filled up with rows of nothing, so that a day with one
deletion looks like a day with none.  Rule: D7.  docs/ledger.md has the format of the file.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

FORMAT = "helpline-ledger-1"
FEW = 5
ROWS = 12
SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class Row:
    """What one rule has ended of one kind on a day, and the salt that hides it."""

    kind: str
    rule: str
    due: int
    done: int
    salt: bytes

    @property
    def commitment(self) -> bytes:
        said = json.dumps([self.kind, self.rule, self.due, self.done], separators=(",", ":"))
        return hashlib.sha256(self.salt + said.encode()).digest()

    @property
    def is_telling(self) -> bool:
        """Say whether neither a count nor a difference of the two is below ``FEW``."""
        left = self.due - self.done
        return self.done >= FEW and (left == 0 or left >= FEW)


def salted(kind: str, rule: str, due: int, done: int) -> Row:
    return Row(kind, rule, due, done, secrets.token_bytes(SALT_BYTES))


def filled_up(rows: Collection[Row]) -> list[Row]:
    """Return ``rows`` and rows of nothing up to the next multiple of ``ROWS``, in no order.

    They are sorted by their commitments, which are as good as random.
    """
    missing = -len(rows) % ROWS if rows else ROWS
    return sorted(
        [*rows, *(salted("", "", 0, 0) for _ in range(missing))], key=lambda row: row.commitment
    )


def told(rows: Sequence[Row]) -> list[Row]:
    """Return the rows of a day whose counts may be told.

    A kind is told whole or not at all: from a sum of all rules that can be seen elsewhere, the one
    that is hidden could be reckoned.
    """
    hidden = {row.kind for row in rows if not row.is_telling}
    return [row for row in rows if row.kind not in hidden]


def beginning(slug: str) -> bytes:
    """Return what stands before the first day of a tenant, so that no ledger passes for another's."""
    return hashlib.sha256(f"{FORMAT}/{slug}".encode()).digest()


def hash_of_day(previous: bytes, on: date, commitments: Iterable[bytes]) -> bytes:
    return hashlib.sha256(previous + on.isoformat().encode() + b"".join(commitments)).digest()
