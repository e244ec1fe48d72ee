from __future__ import annotations

from referrals.models.count import ReferralCount
from referrals.models.handoff import Incoming, Outgoing
from referrals.models.partnership import Partnership
from referrals.models.service import Service

__all__ = ["Incoming", "Outgoing", "Partnership", "ReferralCount", "Service"]
