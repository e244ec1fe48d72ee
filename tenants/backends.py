"""Who may sign in with a password."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser

from tenants.models import User


class StaffBackend(ModelBackend):
    """Django's own, for persons: a made-up one is somebody on a machine of one's own alone.

    Asked with each request as well, so that a session ends where a demo becomes something else.
    """

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        if isinstance(user, User) and user.is_demo and not demo_is_allowed():
            return False
        return super().user_can_authenticate(user)


def demo_is_allowed() -> bool:
    """Say whether made-up staff, who have a password alone, may be here."""
    return bool(settings.HELPLINE_STAFF_MFA == "off")
