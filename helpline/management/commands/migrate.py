from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as DjangoMigrate

from helpline.owner import as_owner


class Command(DjangoMigrate):
    help = "Bring both instances (or one) up to date, as the roles that own their schemas."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=None)

    def handle(self, *args: Any, **options: Any) -> None:
        for alias in ("default", "keys"):
            if options["database"] in (None, alias):
                with as_owner(alias):
                    super().handle(*args, **{**options, "database": alias})
