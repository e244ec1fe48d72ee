"""The owner's logins, put on for the length of one command and taken off again."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import environ
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

NEEDED = {"default": "DATABASE_OWNER_URL", "keys": "KEYS_DATABASE_OWNER_URL"}


@contextmanager
def as_owner(alias: str) -> Generator[None]:
    """Let ``connections[alias]`` of this thread be the owner's. Rights: everything.

    Raises ImproperlyConfigured where the owner's address is not set.
    """
    url = settings.DATABASE_OWNER_URLS[alias]
    if not url:
        raise ImproperlyConfigured(f"{NEEDED[alias]} is not set; it names the schema's owner")
    connection = connections[alias]
    before = connection.settings_dict
    connection.close()
    connection.settings_dict = {**before, **_login(url)}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict = before


def _login(url: str) -> dict[str, Any]:
    parsed = environ.Env.db_url_config(url)
    login = {name: parsed[name] for name in ("USER", "PASSWORD", "HOST", "PORT")}
    # No pool: the owner comes for one command and goes.
    return {**login, "OPTIONS": parsed.get("OPTIONS", {})}
