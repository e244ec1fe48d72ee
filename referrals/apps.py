"""Passing on: partners and handoffs between tenants, and the directory of other help."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReferralsConfig(AppConfig):
    name = "referrals"
    verbose_name = _("Between lines")

    def ready(self) -> None:
        """Fill the registries of the floors below."""
        from chat import watchers
        from chat.cards import register_card
        from chat.dryrun import register_story
        from chat.pages.extras import register_extra
        from chat.pages.further import register_page
        from chat.pages.office.changes import VALUES
        from chat.pages.office.door import register_section
        from chat.pages.office.wording import ACTIONS, NOBODY
        from chat.pages.privacy import promised
        from chat.panels import register_panel
        from chat.signposts import register_signposts
        from referrals import dryrun
        from referrals.brought import BROUGHT
        from referrals.checkup import partners
        from referrals.directory.signposting import service_signpost
        from referrals.forgetting import KINDS
        from referrals.handoffs import on_claim, on_end, on_park
        from referrals.outgoing import expected_back
        from referrals.pages.directory import DIRECTORY
        from referrals.pages.office_partners import PARTNERS
        from referrals.pages.office_services import SERVICES
        from referrals.pages.panel import PANEL
        from referrals.pages.passing_on import PASS_ON
        from referrals.pages.piece import PASSING
        from referrals.pages.wording import ACTS, PACT_ACTS, PACT_NOBODY, PACT_VALUES
        from referrals.partnerships import follow_charters, revoke_all
        from referrals.promising import about_passing_on
        from referrals.readiness import partners_decided
        from referrals.referral import REFERRAL
        from retention.departures import closers
        from retention.kinds import register
        from tenants.checklist import add_check
        from tenants.checkup import register as register_check
        from tenants.loading import followers

        register_card(REFERRAL)
        register_card(BROUGHT)
        register_extra(PASSING)
        register_panel(PASS_ON)
        for kind in KINDS:
            register(kind)
        watchers.claimed.append(on_claim)
        watchers.ended.append(on_end)
        watchers.parked.append(on_park)
        watchers.awaited.append(expected_back)
        followers.append(follow_charters)
        promised.append(about_passing_on)
        closers.append(revoke_all)
        add_check(partners_decided)
        register_page(DIRECTORY)
        register_section(SERVICES)
        register_section(PARTNERS)
        register_panel(PANEL)
        register_signposts("service", service_signpost)
        register_check(partners)
        register_story(dryrun.partners)
        ACTIONS.update(ACTS | PACT_ACTS)
        NOBODY.update(PACT_NOBODY)
        VALUES.update(PACT_VALUES)
