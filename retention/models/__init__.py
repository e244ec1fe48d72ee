from __future__ import annotations

from retention.models.ledger import LedgerDay, LedgerEntry

__all__ = ["LedgerDay", "LedgerEntry"]
