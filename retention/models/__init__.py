from __future__ import annotations

from retention.models.hold import Hold
from retention.models.ledger import LedgerDay, LedgerEntry
from retention.models.shuffled import Pool, SpentTokens
from retention.models.vault import AddressRecord, VaultPerson, VaultRequest

__all__ = [
    "AddressRecord",
    "Hold",
    "LedgerDay",
    "LedgerEntry",
    "Pool",
    "SpentTokens",
    "VaultPerson",
    "VaultRequest",
]
