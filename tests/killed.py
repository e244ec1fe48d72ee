"""Ends, erases or holds a talk, or purges, in a process of its own that kills itself at a chosen step.

    python -m tests.killed end <slug> <talk> after retention.keys.destroy_keys
    python -m tests.killed purge <slug> <talk> before retention.keys.compact

The step is a function of the product: the process dies before it runs, or right after. What is
held is let go with the id of the hold in the place of the talk's.
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
from retention.releases import release_hold  # noqa: E402
from tenants import jobs  # noqa: E402
from tenants.models import Tenant  # noqa: E402
from tests.holds import owner_of, place  # noqa: E402

ACTS: dict[str, Callable[[Tenant, UUID], object]] = {
    "end": lambda tenant, talk: end_conversation(tenant, talk, by=By.VISITOR),
    "erase": erase_conversation,
    "purge": lambda _tenant, _talk: jobs.run(purge.JOB, purge.purge),
    "place": place,
    "release": lambda tenant, hold: release_hold(
        tenant, owner_of(tenant), hold, outcome="handed_over"
    ),
}


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
    for part in filter(None, attribute.split(".")):
        holder = getattr(holder, part)
    # A Kind is frozen, which is about us and not about accidents.
    object.__setattr__(holder, name, deadly(getattr(holder, name), when))


def main(act: str, slug: str, talk: str, when: str, path: str) -> None:
    tenant = Tenant.objects.get(slug=slug)
    lay_trap(when, path)
    ACTS[act](tenant, UUID(talk))


if __name__ == "__main__":
    main(*sys.argv[1:])
