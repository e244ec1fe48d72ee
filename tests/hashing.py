"""Passwords as production stores them, but for the work that each of them is to cost a thief."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher


class Light(Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 1, 8, 1


def lighten() -> None:
    """Have this process store passwords so: people sign in by the thousand in tests."""
    settings.PASSWORD_HASHERS = [f"{__name__}.{Light.__name__}", *settings.PASSWORD_HASHERS[1:]]
