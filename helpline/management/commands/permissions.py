from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from helpline.permissions import page


class Command(BaseCommand):
    help = "Print whom each door lets in, as docs/permissions.md has it."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(page(), ending="")
