"""Ends or erases a talk, or purges, in a process of its own that kills itself at a chosen step.

    python -m tests.killed end <slug> <talk> after retention.keys.destroy_keys
    python -m tests.killed purge <slug> <talk> before retention.keys.compact

The step is a function of the product: the process dies before it runs, or right after.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any
from uuid import UUID

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
django.setup()

from chat.conversations import end_conversation, erase_conversation  # noqa: E402  # after the set-up
from chat.states import By  # noqa: E402
from retention import purge  # noqa: E402
from tenants import jobs  # noqa: E402
from tenants.models import Tenant  # noqa: E402


def deadly(step: Callable[..., Any], when: str) -> Callable[..., Any]:
    """Return ``step`` as the last thing that this process does."""

    def last(*args: Any, **kwargs: Any) -> Any:
        if when == "after":
            step(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return last


def lay_trap(when: str, path: str) -> None:
    holder_path, _, name = path.rpartition(".")
    module, _, attribute = holder_path.partition(":")
    holder = import_module(module)
    if attribute:
        holder = getattr(holder, attribute)
    # A Kind is frozen, which is about us and not about accidents.
    object.__setattr__(holder, name, deadly(getattr(holder, name), when))


def main(act: str, slug: str, talk: str, when: str, path: str) -> None:
    tenant = Tenant.objects.get(slug=slug)
    lay_trap(when, path)
    if act == "end":
        end_conversation(tenant, UUID(talk), by=By.VISITOR)
    elif act == "purge":
        jobs.run(purge.JOB, purge.purge)
    else:
        erase_conversation(tenant, UUID(talk))


if __name__ == "__main__":
    main(*sys.argv[1:])
