"""With whom a line passes visitors on, and what has become of them, for those who lead it.  Rule: B3, B4"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chat.pages import languages
from chat.pages.languages import TenantRequest
from chat.pages.office.door import Section, office, show
from referrals.models import Partnership
from referrals.pages.pacts import OUTCOMES, Month, Pact, months_in_words, pact_in_words
from tenants.models import LEADS, Membership, Tenant

SECTION = "office-partners"
PARTNERS = Section(SECTION, _("Passing on"), LEADS)


@dataclass(frozen=True)
class PartnersContent:
    """All that templates/referrals/office/partners.html shows."""

    pacts: list[Pact]
    outcomes: list[Promise]
    months: list[Month]


@require_safe
@office(SECTION)
def partners(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show the pacts of the line, and the counts of the months that are over."""
    tenant = request.tenant
    language = languages.desk_language(request, tenant)
    names = dict(Tenant.objects.values_list("slug", "name"))
    content = PartnersContent(
        pacts=[pact_in_words(row, names, tenant, language) for row in _shown_pacts()],
        outcomes=list(OUTCOMES.values()),
        months=months_in_words(tenant, names, language),
    )
    return show(request, member, "referrals/office/partners.html", content, section=SECTION)


def _shown_pacts() -> list[Partnership]:
    states = [Partnership.State.ACCEPTED, Partnership.State.PROPOSED]
    return list(Partnership.objects.filter(state__in=states))
