"""A web process with a trap at every step that matters: whoever is named in it dies there.

    python -m tests.faults.trap --fd 3

The trap is laid by a file (``HELPLINE_TEST_TRAP``): a step, before or after it, and the process
whose tree is killed, 0 for this one itself. It springs once. A step is a function of the product.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.faults.killing import kill_tree

STEPS = (
    "chat.writer:Writer._call",
    "chat.fanout:_Loop._publish_on",
    "chat.conversations._end",
    "chat.conversations._erase",
    "chat.conversations.tell",
    "chat.forgetting:CONVERSATION.forget",
    "retention.keys.destroy_keys",
    "retention.keys.destroy_due_keys",
    "retention.keys.missing_keys",
    "retention.ledger.enter",
)


def lay(armed: Path, steps: Sequence[str] = STEPS) -> None:
    """Put a trap at each of ``steps``, which springs when ``armed`` names it."""
    for step in steps:
        path, _, name = step.rpartition(".")
        module, _, attribute = path.partition(":")
        holder: Any = import_module(module)
        if attribute:
            holder = getattr(holder, attribute)
        # A Kind is frozen, which is about the product and not about accidents.
        put = setattr if inspect.isclass(holder) else object.__setattr__
        put(holder, name, _deadly(getattr(holder, name), step, armed))


def _deadly(work: Callable[..., Any], step: str, armed: Path) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(work):

        @functools.wraps(work)
        async def awaited(*args: Any, **kwargs: Any) -> Any:
            _spring(armed, step, "before")
            done = await work(*args, **kwargs)
            _spring(armed, step, "after")
            return done

        return awaited

    @functools.wraps(work)
    def called(*args: Any, **kwargs: Any) -> Any:
        _spring(armed, step, "before")
        done = work(*args, **kwargs)
        _spring(armed, step, "after")
        return done

    return called


def _spring(armed: Path, step: str, when: str) -> None:
    if not armed.exists():
        return
    trap = json.loads(armed.read_text(encoding="utf-8"))
    if (trap["step"], trap["when"]) == (step, when):
        armed.unlink()
        kill_tree(trap["pid"] or os.getpid())


def main() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
    django.setup()
    lay(Path(os.environ["HELPLINE_TEST_TRAP"]))

    from helpline import web

    web.main()


if __name__ == "__main__":
    main()
