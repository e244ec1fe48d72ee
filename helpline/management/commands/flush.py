from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections
from psycopg.errors import DeadlockDetected

from helpline.owner import as_owner

KEEP = {"django_migrations"}
TRIES = 5


class Command(BaseCommand):
    help = "Empty every table of one database, as its owner. For tests; there is no way back."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--database", default="default")
        parser.add_argument("--noinput", "--no-input", action="store_false", dest="interactive")

    def handle(self, *args: Any, **options: Any) -> None:
        if options.get("interactive", True):
            raise CommandError("flush empties everything; say --noinput if that is what you mean")
        with as_owner(options["database"]), connections[options["database"]].cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            tables = sorted({row[0] for row in cursor.fetchall()} - KEEP)
            if tables:
                truncate = f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE"
                despite_deadlocks(lambda: cursor.execute(truncate))


def despite_deadlocks(work: Callable[[], object]) -> None:
    """Do ``work``, again where somebody was still in one table and went on to the next."""
    for left in reversed(range(TRIES)):
        try:
            work()
        except (OperationalError, DeadlockDetected) as problem:
            # Django's error has psycopg's behind it.
            if not left or not isinstance(problem.__cause__ or problem, DeadlockDetected):
                raise
        else:
            return
