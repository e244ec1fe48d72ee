from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from helpline.state import State
from helpline.supervisor import Supervisor


class Command(BaseCommand):
    help = "Run the whole platform on this machine, on engines of its own, until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
        parser.add_argument("--port", type=int, default=8000, help="0 takes any free one")
        parser.add_argument("--web", type=int, default=1, help="how many web processes")
        parser.add_argument("--open", action="store_true", help="open every line now")
        parser.add_argument(
            "--state", type=Path, default=settings.LOCAL_ENV.parent, help="where everything is kept"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        supervisor = Supervisor(
            State(options["state"]),
            host=options["host"],
            port=options["port"],
            web_processes=options["web"],
            open_lines=options["open"],
        )
        sys.exit(supervisor.run())
