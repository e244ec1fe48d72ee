from __future__ import annotations

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"

    def ready(self) -> None:
        """Fill the registries of the floors below."""
        from chat.pages.extras import register_extra
        from referrals.pages.piece import PASSING

        register_extra(PASSING)
