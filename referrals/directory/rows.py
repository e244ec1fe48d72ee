"""Reading one object of a JSON file without stopping at its first mistake.

What has another type becomes a problem, and a harmless stand-in is handed out instead. A field that
is not there, or null, is an empty one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from tenants.charter.table import Problems, shown


@dataclass(frozen=True, init=False)
class Row:
    """One object, at ``key`` of its file."""

    values: Mapping[str, Any]
    key: str
    problems: Problems

    def __init__(self, values: object, *, key: str, problems: Problems) -> None:
        given = values if isinstance(values, dict) else {}
        for name, value in (("values", given), ("key", key), ("problems", problems)):
            object.__setattr__(self, name, value)
        if not isinstance(values, dict):
            self.refuse("", values, "an object")

    def refuse(self, name: str, found: object, expected: str) -> None:
        key = f"{self.key}.{name}" if name and self.key else self.key or name
        self.problems.note(key, found=shown(found), expected=expected)

    def value(self, name: str) -> Any:
        return self.values.get(name)

    def text(self, name: str) -> str:
        value = self.value(name)
        if value is not None and not isinstance(value, str):
            self.refuse(name, value, "text")
        return value.strip() if isinstance(value, str) else ""

    def whole(self, name: str) -> int | None:
        value = self.value(name)
        if value is None:
            return None
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        # What is endless or no number at all leaves something other than nothing, too.
        if not is_number or value % 1 != 0:
            self.refuse(name, value, "a whole number")
            return None
        return int(value)

    def day(self, name: str) -> date | None:
        text = self.text(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self.refuse(name, text, 'a date such as "2026-12-24"')
            return None

    def identifier(self, name: str) -> UUID:
        try:
            return UUID(self.text(name))
        except ValueError:
            self.refuse(name, self.value(name) or "", "an id, which is a UUID")
            return uuid4()

    def row(self, name: str) -> Row:
        value = self.value(name)
        key = f"{self.key}.{name}" if self.key else name
        return Row({} if value is None else value, key=key, problems=self.problems)

    def rows(self, name: str) -> list[Row]:
        value = self.value(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self.refuse(name, value, "a list")
            return []
        key = f"{self.key}.{name}" if self.key else name
        return [
            Row(one, key=f"{key}[{at}]", problems=self.problems) for at, one in enumerate(value)
        ]
