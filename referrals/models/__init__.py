from referrals.models.count import ReferralCount
from referrals.models.handoff import Incoming, Outgoing
from referrals.models.partnership import Partnership

__all__ = ["Incoming", "Outgoing", "Partnership", "ReferralCount"]
