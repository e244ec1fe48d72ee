"""Passing on: partners and handoffs between tenants, and the directory of other help."""

from __future__ import annotations

from django.apps import AppConfig


class ReferralsConfig(AppConfig):
    name = "referrals"

    def ready(self) -> None:
        """Fill the registries of the floors below."""
        from chat.pages.further import register_page
        from chat.pages.office.door import register_section
        from chat.pages.office.wording import ACTIONS
        from chat.panels import register_panel
        from chat.signposts import register_signposts
        from referrals.directory.signposting import service_signpost
        from referrals.pages.directory import DIRECTORY
        from referrals.pages.office_services import SERVICES
        from referrals.pages.panel import PANEL
        from referrals.pages.wording import ACTS

        register_page(DIRECTORY)
        register_section(SERVICES)
        register_panel(PANEL)
        register_signposts("service", service_signpost)
        ACTIONS.update(ACTS)
