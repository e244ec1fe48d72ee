from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from tenants.errors import HelplineError
from tenants.links import address_of
from tenants.operators import make_operator


class Command(BaseCommand):
    help = "Make an operator of the platform, and print the link by which they set a password."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--name", default="", help="what they are called")
        parser.add_argument(
            "--again", action="store_true", help="another link for one who is there already"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            token = make_operator(options["email"], name=options["name"], again=options["again"])
        except HelplineError as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write("Open this link within 24 hours. It works once, and is shown once:")
        self.stdout.write(address_of(token, tenant=None))
