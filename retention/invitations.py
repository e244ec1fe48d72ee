"""Invitations that nobody has taken up, and how they go."""

from __future__ import annotations

from retention.expiring import expiring
from tenants.models import Invitation

INVITATION = expiring("invitation", Invitation, began="asked_at")
