from __future__ import annotations

from django.apps import AppConfig


class HelplineConfig(AppConfig):
    name = "helpline"

    def ready(self) -> None:
        from helpline import checks  # noqa: F401  # registers itself with Django
