from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from retention import clock
from retention.logs import trim_logs


class Command(BaseCommand):
    help = "Cut the log files in a directory to the shortest life that any line promises."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("directory", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        gone = trim_logs(options["directory"], now=clock.now())
        if options["verbosity"]:
            self.stdout.write(f"{gone} bytes of old lines are gone.")
