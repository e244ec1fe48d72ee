"""Wrong passwords and wrong codes are counted, and too many of them stop the next for ten minutes.

``AXES_HANDLER`` of django-axes, which asks before a password is looked at and tells of each that was
wrong. Counted are the name that was typed and the blinded bucket of where it came from
(helpline/buckets.py). Neither is stored as it is: a name is an HMAC, since it may be a private address,
or a password in the wrong field. No agent and no page is stored at all. A name counts alike whether or
not there is such an account, so that a lock tells nothing.

Links for a forgotten password are counted by the place alone, right or wrong: who asks for one proves
nothing, and each that finds somebody is a mail.

Whoever is at work stays so: a lock is asked about at the door alone, and what is proved inside
(unlocking, a step up) counts for that seat.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from ipaddress import IPv6Address
from typing import Any

from axes.handlers.base import AxesHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db import connection
from django.http import HttpRequest

from tenants import clock
from tenants.models import User

COOL_OFF = timedelta(minutes=10)
# A name, and a place: a house with many members has one address.
NAME, PLACE, FACTOR, SEAT, ASKED = "name", "place", "factor", "seat", "asked"
LIMITS = {NAME: 10, PLACE: 100, FACTOR: 6, SEAT: 10, ASKED: 20}
_NOWHERE = "::"

_COUNT = """
    INSERT INTO axes_accessattempt AS had (username, ip_address, user_agent, http_accept, path_info,
        get_data, post_data, attempt_time, failures_since_start)
    VALUES (%s, %s, '', '', '', '', '', retention_now(), 1)
    ON CONFLICT (username, ip_address, user_agent) DO UPDATE SET
        failures_since_start = CASE WHEN had.attempt_time <= retention_now() - make_interval(secs => %s)
            THEN 1 ELSE had.failures_since_start + 1 END,
        attempt_time = retention_now()
"""
# Not by the model, which would look into a table beside it that the application cannot touch.
_FORGET = "DELETE FROM axes_accessattempt WHERE username = %s AND ip_address = %s"
_FORGET_OLD = "DELETE FROM axes_accessattempt WHERE attempt_time <= retention_now() - make_interval(secs => %s)"


class Handler(AxesHandler):  # type: ignore[misc]  # axes has no types
    """What django-axes asks and tells."""

    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        return is_out(NAME, _name_in(credentials)) or is_out(PLACE, _place_of(request))

    def user_login_failed(
        self,
        sender: object,
        credentials: dict[str, Any],
        request: HttpRequest | None = None,
        **more: Any,
    ) -> None:
        # What is tried while it is locked does not lengthen the lock.
        if request is not None and not was_out(request):
            count_wrong(request, _name_in(credentials))

    def user_logged_in(self, sender: object, request: HttpRequest, user: Any, **more: Any) -> None:
        forget(NAME, user.get_username())


def was_out(request: HttpRequest) -> bool:
    """Say whether the password of this request was not looked at, because of a lock."""
    return bool(getattr(request, "axes_locked_out", False))


def count_wrong(request: HttpRequest, name: str) -> None:
    """Count a sign-in that failed, for the name and for the place."""
    count(NAME, name)
    count(PLACE, _place_of(request))


def may_ask(request: HttpRequest) -> bool:
    """Say whether one more link may be asked for from this place, and count it if so."""
    place = _place_of(request)
    if is_out(ASKED, place):
        return False
    count(ASKED, place)
    return True


def count(kind: str, what: str) -> None:
    """Count one more that was wrong."""
    if not what:
        return
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [*_key(kind, what), COOL_OFF.total_seconds()])


def is_out(kind: str, what: str) -> bool:
    """Say whether so many were wrong that the next is not looked at."""
    if not what:
        return False
    username, place = _key(kind, what)
    rows = AccessAttempt.objects.filter(
        username=username, ip_address=place, failures_since_start__gte=LIMITS[kind]
    )
    return bool(rows.filter(attempt_time__gt=clock.NOW - COOL_OFF).exists())


def forget(kind: str, what: str) -> None:
    """Count from nothing again: it was right."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, _key(kind, what))


def forget_old() -> int:
    """Delete what is of no use to any count any more; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_OLD, [COOL_OFF.total_seconds()])
        return int(cursor.rowcount)


def _key(kind: str, what: str) -> tuple[str, str]:
    if kind == PLACE:
        return "", what
    said = f"{kind}/{what}".encode()
    return hmac.digest(settings.SECRET_KEY.encode(), said, hashlib.sha256).hex(), _NOWHERE


def _name_in(credentials: dict[str, Any] | None) -> str:
    said = credentials or {}
    # Django says `username`, axes the name of the field in the model.
    return str(said.get("username") or said.get(User.USERNAME_FIELD) or "")


def _place_of(request: HttpRequest | None) -> str:
    """Return the blinded bucket, in the shape of an address that nobody can have."""
    buckets = getattr(request, "scope", {}).get("helpline.buckets")
    return str(IPv6Address(b"\xfd" + buckets[0][:15])) if buckets else ""


def address_for_axes(request: HttpRequest) -> str:
    """``AXES_CLIENT_IP_CALLABLE``: axes is told of no address."""
    return _NOWHERE
