"""What somebody is told that has been changed about their own sign-in.

The mail goes out by the outbox within seconds, and names no line and no address to go to: who gets
one that they did not expect finds the way to their sign-in page by themselves.
"""

from __future__ import annotations

from django.utils.translation import get_language

from tenants import clock
from tenants.models import AccountNews, User

What = AccountNews.What


def tell(user: User, what: What, *, language: str = "") -> None:
    """Have ``user`` told of ``what``, in ``language`` or that of the active translation."""
    spoken = (language or get_language() or "en")[:2]
    AccountNews.objects.create(user=user, what=what, language=spoken, send_at=clock.now())
