"""What `manage.py up` does to the databases before anything serves: one process, one import.

python -m helpline.prepare DEMO_JSON [--open] [--parent ORIGIN]
"""

from __future__ import annotations

import io
import os
import sys
import time

import django
from django.core.management import CommandError, call_command


def main(arguments: list[str]) -> int:
    """Migrate, load charters and demo staff, and open the lines when asked to."""
    demo, *rest = arguments
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
    django.setup()
    steps: list[tuple[str, dict[str, object]]] = [
        ("migrate", {"interactive": False}),
        ("load_charters", {}),
        ("load_demo_staff", {"json": demo}),
        ("load_demo_handbooks", {}),
        ("load_demo_services", {}),
        ("make_vault_days", {}),
        # What has come to its end while nothing ran goes before anything serves.
        ("purge", {}),
    ]
    if "--parent" in rest:
        steps.append(("let_embed", {"origin": rest[rest.index("--parent") + 1]}))
    if "--open" in rest:
        steps.append(("open_lines", {}))
    for command, options in steps:
        begun = time.monotonic()
        try:
            call_command(command, verbosity=0, stdout=io.StringIO(), **options)
        except CommandError as error:
            sys.stderr.write(f"{command}: {error}\n")
            return 1
        print_step(command, time.monotonic() - begun)
    return 0


def print_step(name: str, seconds: float) -> None:
    """One line of progress."""
    sys.stdout.write(f"  {name:<20} {seconds:5.1f} s\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
