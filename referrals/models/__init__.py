from __future__ import annotations

from referrals.models.service import Service

__all__ = ["Service"]
