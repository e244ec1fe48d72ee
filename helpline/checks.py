"""What must not go live: open secrets, a login above row security, made-up staff, doors nobody thought of."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError, connections

from helpline.doors import every_door


@register(deploy=True)
def secrets_are_set(**_: Any) -> list[CheckMessage]:
    """Refuse a deployment whose sessions or sealed content would not survive a restart."""
    missing = []
    if not os.environ.get("SECRET_KEY") and not os.environ.get("SECRET_KEY_FILE"):
        missing.append("SECRET_KEY")
    if not settings.HELPLINE_MASTER_KEYS:
        missing.append("HELPLINE_MASTER_KEYS")
    return [
        Error(
            f"{name} is not set.",
            hint=f"Give it in the environment, or its file's path in {name}_FILE.",
            id="helpline.E001",
        )
        for name in missing
    ]


@register(deploy=True)
def staff_have_second_factors(**_: Any) -> list[CheckMessage]:
    """Refuse a deployment into which a password alone lets."""
    if settings.HELPLINE_STAFF_MFA != "off":
        return []
    return [
        Error(
            "HELPLINE_STAFF_MFA is off: a password alone opens the desk.",
            hint="Leave it out. Whoever has no second factor sets one up at their next sign-in.",
            id="helpline.E004",
        )
    ]


@register(Tags.database)
def application_role_is_bound(
    databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Refuse a login that is above row security: the third wall would stand there for nothing."""
    if not databases or "default" not in databases:
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls OR rolinherit FROM pg_roles WHERE rolname = current_user"
        )
        unbound = cursor.fetchone()[0]
    if not unbound:
        return []
    return [
        Error(
            "The login in DATABASE_URL is not bound by row security, or inherits other roles.",
            hint="Use helpline_app: NOSUPERUSER NOBYPASSRLS NOINHERIT (docs/running.md).",
            id="helpline.E002",
        )
    ]


@register(Tags.security)
def doors_say_whom_they_let_in(**_: Any) -> list[CheckMessage]:
    """Refuse a door that declares nothing: a view, a page of an admin site, a kind of frame."""
    return [
        Error(
            f"{door} ({door.name}) does not say whom it lets in.",
            hint="Declare it where the door is: lets_in(...) or `permission`, tenants/permissions.py.",
            id="helpline.E010",
        )
        for door in every_door()
        if door.permission is None
    ]


@register(Tags.database, deploy=True)
def nobody_is_made_up(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """Refuse staff of the demo, whose one password stands in a file.

    Asked without ``--database`` too: the deployment checks are run once, and this must not be
    forgotten. Where there is no database to ask, nobody is in it.
    """
    if not settings.DATABASES or "default" not in (databases or ["default"]):
        return []
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT count(*) FROM tenants_user WHERE is_demo")
            count = cursor.fetchone()[0]
    except DatabaseError:
        if databases:
            raise
        return []
    if not count:
        return []
    return [
        Error(
            f"The database has {count} made-up accounts of the demo.",
            hint="Begin with a database of its own; demo data belongs to `manage.py up` alone.",
            id="helpline.E003",
        )
    ]


@register(deploy=True)
def mail_goes_out(**_: Any) -> list[CheckMessage]:
    """Warn where nobody can be invited, and no forgotten password be replaced."""
    if settings.EMAIL_BACKEND != "tenants.letters.NoServer":
        return []
    return [
        checks.Warning(
            "EMAIL_URL is not set: no mail goes out.",
            hint="Give the mail server's address, such as smtp+tls://user:password@host:587.",
            id="helpline.W001",
        )
    ]
