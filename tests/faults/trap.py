"""A web process with a trap at every step that matters: whoever is named in it dies there.

    python -m tests.faults.trap --fd 3
    python -m tests.faults.trap purge

The trap is laid by a file (``HELPLINE_TEST_TRAP``): a step, before or after it, and the process
whose tree is killed, 0 for this one itself. It springs once. A step is a function of the product.
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command

from helpline import prepare, web
from tests.faults.killing import kill_tree

if os.environ.get("HELPLINE_TEST_SHIFT"):
    # Before anything of the product looks at the clock; only one house's clock is ever set.
    from tests.faults.shifting import follow_shift

    follow_shift()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
django.setup()

from chat.neglect import tend_all  # noqa: E402  # after the set-up
from retention.tasks import purge_what_is_due  # noqa: E402  # the same

STEPS = (
    "chat.writer:Writer._call",
    "chat.exchange:Exchange._publish",
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


def work() -> None:
    """Do what the worker does, when told, in one process that lives on."""
    for line in sys.stdin:
        match line.strip():
            case "tend":
                tend_all()
            case "purge":
                purge_what_is_due()
            case "shift":
                os.kill(os.getpid(), signal.SIGUSR1)
        sys.stdout.write("done\n")
        sys.stdout.flush()


def main() -> None:
    lay(Path(os.environ["HELPLINE_TEST_TRAP"]))
    match sys.argv[1:]:
        case ["job"]:
            work()
        case ["prepare", *arguments]:
            sys.exit(prepare.main(arguments))
        case [command] if not command.startswith("-"):
            call_command(command)
        case _:
            web.main()


if __name__ == "__main__":
    main()
