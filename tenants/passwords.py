"""Passwords that people set: what may be one, and how a forgotten one is replaced by a link.

Whoever asks gets the same answer in the same time, whatever the address: one look and one row, of
somebody or of nobody. A new password ends every session of its person, at every tenant.
"""

from __future__ import annotations

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from tenants import clock, news, sessions
from tenants.errors import Invalid, NotFound
from tenants.links import digest_of
from tenants.models import AccountLink, Tenant, User
from tenants.staff import shut_out, tell_of_reset

EMAIL_CHARACTERS = 254


class Weak(Invalid):
    """A password that is not taken; ``words`` say why, in the active translation."""

    def __init__(self, words: list[str]) -> None:
        super().__init__("the password is not strong enough")
        self.words = words


def check_strength(password: str, user: User) -> None:
    """Let pass what may be ``user``'s password. Raises Weak."""
    try:
        validate_password(password, user)
    except ValidationError as problem:
        raise Weak(list(problem.messages)) from None


def ask_for_reset(email: str, *, tenant: Tenant | None, language: str) -> None:
    """Have a link sent to the person of that address, if there is one who may come in.

    The mail goes out within seconds (tenants/outbox.py). ``tenant`` is at whose desk it was asked
    for; None at the platform's own door.
    """
    address = email.strip().lower()[:EMAIL_CHARACTERS].replace("\x00", "")
    user = User.objects.filter(email=address, is_active=True).first()
    now = clock.now()
    link = AccountLink(
        purpose=AccountLink.Purpose.RESET,
        user=user,
        tenant=tenant,
        language=language,
        asked_at=now,
        send_at=now,
    )
    AccountLink.objects.bulk_create(
        [link],
        update_conflicts=True,
        unique_fields=["user", "purpose"],
        update_fields=["tenant", "language", "asked_at", "send_at"],
    )


def find_link(token: str, *, tenant: Tenant | None) -> AccountLink | None:
    """Return the link that ``token`` opens at this door, or None, for every reason alike."""
    links = AccountLink.objects.select_related("user").filter(user__is_active=True, tenant=tenant)
    return links.filter(digest=digest_of(token), ends_at__gt=clock.NOW).first()


def set_by_link(token: str, password: str, *, tenant: Tenant | None) -> bool:
    """Set the password of the person of a link, and end their sessions everywhere.

    Says whether they lose what only the old password opened. Opens scopes of its own. Raises
    NotFound where the link is dead, Weak where it can be used once more with a better password.
    """
    with transaction.atomic():
        link = find_link(token, tenant=tenant)
        if link is None or link.user is None:
            raise NotFound("no such link")
        user = link.user
        check_strength(password, user)
        # Of two who come at once one finds nothing to delete.
        if not AccountLink.objects.filter(pk=link.pk, digest=link.digest).delete()[0]:
            raise NotFound("no such link")
        AccountLink.objects.filter(user=user).delete()
        if user.has_usable_password():  # else it is their first one
            news.tell(user, news.What.PASSWORD, language=link.language)
        user.set_password(password)
        user.save(update_fields=["password"])
        sessions.end_everywhere(user.pk)
        loses = tell_of_reset(user)
    shut_out(user, "member.password_reset")
    return loses
