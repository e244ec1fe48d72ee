"""Ends, erases or holds a talk, or purges, in a process of its own that kills itself at a chosen step.

The step is a function of the product: the process dies before it runs, or right after. What is
held is let go with the id of the hold in the place of the talk's.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from importlib import import_module
from typing import Any
from uuid import UUID

from chat.conversations import end_conversation, erase_conversation
from chat.states import By
from retention import purge
from retention.releases import release_hold
from tenants import jobs
from tenants.models import Tenant
from tests import warm
from tests.engines import Run
from tests.holds import owner_of, place
from tests.stack import environment_of

ACTS: dict[str, Callable[[Tenant, UUID], object]] = {
    "end": lambda tenant, talk: end_conversation(tenant, talk, by=By.VISITOR),
    "erase": erase_conversation,
    "purge": lambda _tenant, _talk: jobs.run(purge.JOB, purge.purge),
    "place": place,
    "release": lambda tenant, hold: release_hold(
        tenant, owner_of(tenant), hold, outcome="handed_over"
    ),
}


def die_in(act: str, tenant: Tenant, talk: UUID, when: str, step: str) -> None:
    """Do one of ``ACTS`` in a process that dies ``before`` or ``after`` a function, given by its path."""
    run = Run.told()
    environment = environment_of(run.variables(run.database))
    ended = warm.run(_die, act, tenant.slug, str(talk), when, step, environment=environment)
    assert ended == -signal.SIGKILL


def _deadly(step: Callable[..., Any], when: str) -> Callable[..., Any]:
    """Return ``step`` as the last thing that this process does."""

    def last(*args: Any, **kwargs: Any) -> Any:
        if when == "after":
            step(*args, **kwargs)
        os.kill(os.getpid(), signal.SIGKILL)

    return last


def _lay_trap(when: str, path: str) -> None:
    holder_path, _, name = path.rpartition(".")
    module, _, attribute = holder_path.partition(":")
    holder = import_module(module)
    for part in filter(None, attribute.split(".")):
        holder = getattr(holder, part)
    # A Kind is frozen, which is about us and not about accidents.
    object.__setattr__(holder, name, _deadly(getattr(holder, name), when))


def _die(act: str, slug: str, talk: str, when: str, path: str) -> None:
    tenant = Tenant.objects.get(slug=slug)
    _lay_trap(when, path)
    ACTS[act](tenant, UUID(talk))
