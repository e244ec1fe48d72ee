"""Which migration runs in which of the two PostgreSQL instances."""

from __future__ import annotations

from typing import Any


class InstanceRouter:
    """Everything belongs to main, but for what a migration marks as belonging to ``keys``.

    A migration marks an operation with ``hints={"instance": "keys"}`` or ``"both"``.
    """

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        instance = hints.get("instance", "default")
        return bool(instance in ("both", db))
