"""The people who run the platform: how the first one comes in."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from tenants import clock
from tenants.errors import Invalid, NotAllowed
from tenants.links import OPERATOR_LIFE, Token
from tenants.models import AccountLink, User


def make_operator(email: str, *, name: str, again: bool = False) -> Token:
    """Make an operator without a password; return what opens the link by which they set one.

    Of an operator who is there already only ``again`` makes another link, and the one before opens
    nothing any more. Raises NotAllowed without it, and for somebody who has an account of another
    kind: who answers or keeps records at a line runs no platform. Raises Invalid.
    """
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise Invalid("that is no e-mail address") from None
    with transaction.atomic():
        user = User.objects.select_for_update().filter(email=address).first()
        if user is None:
            if not name.strip():
                raise Invalid("say what the operator is called: --name")
            user = User.objects.create_user(address, name=name.strip())
        else:
            _check_known(user, again=again)
        user.is_staff = user.is_superuser = user.is_active = True
        user.save(update_fields=["is_staff", "is_superuser", "is_active", "password"])
        return _link_for(user)


def _check_known(user: User, *, again: bool) -> None:
    if not user.is_staff:
        raise NotAllowed("this address belongs to somebody who is no operator: take another one")
    if user.is_active and not again:
        raise NotAllowed("there is such an operator already: --again makes another link")
    if not user.is_active:
        # Let in anew, and not with what they knew before.
        user.set_unusable_password()


def _link_for(user: User) -> Token:
    token, now = Token(), clock.now()
    AccountLink.objects.filter(user=user).delete()
    AccountLink.objects.create(
        purpose=AccountLink.Purpose.OPERATOR,
        user=user,
        language="",
        asked_at=now,
        sent_at=now,
        ends_at=now + OPERATOR_LIFE,
        digest=token.digest,
    )
    return token
