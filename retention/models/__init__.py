from __future__ import annotations

from retention.models.ledger import LedgerEntry

__all__ = ["LedgerEntry"]
