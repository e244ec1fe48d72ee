"""With whom a line passes visitors on, and what has become of them, for those who lead it.  Rule: B3, B4"""

from __future__ import annotations

from dataclasses import dataclass

from babel.dates import format_date
from django.http import HttpResponse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from chat.pages import languages
from chat.pages.languages import TenantRequest, date_in_words, locale_of
from chat.pages.office.door import Section, office, show
from referrals.counts import counts_of, month_before
from referrals.models import Partnership
from referrals.states import Outcome
from retention.reviews import today_at
from tenants.models import LEADS, Membership, Partner, Tenant
from tenants.texts import said_in

SECTION = "office-partners"
PARTNERS = Section(SECTION, _("Passing on"), LEADS)
MONTHS = 6
Side = Partnership.Side

OUTCOMES: dict[str, Promise] = {
    Outcome.ACCEPTED: _("Said yes"),
    Outcome.DECLINED: _("Stayed"),
    Outcome.REFUSED: _("Could not be taken"),
    Outcome.ARRIVED: _("Came"),
    Outcome.NEVER_ARRIVED: _("Never came"),
    Outcome.TAKEN: _("Were taken"),
    Outcome.RETURNED: _("Went back"),
    Outcome.LEFT: _("Left on their own"),
    Outcome.REPLAYED: _("Stopped: token used twice"),
}


@dataclass(frozen=True)
class Pact:
    """One pact as this line's row says it; sentences in the language of the page."""

    partner: str
    is_in_force: bool
    sentences: list[str]
    criteria: str


@dataclass(frozen=True)
class Counted:
    """What has become of those whom one pact was about, in one month."""

    place: str
    numbers: list[str]


@dataclass(frozen=True)
class Month:
    name: str
    rows: list[Counted]


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
        pacts=[_pact(row, names, tenant, language) for row in _shown_pacts()],
        outcomes=list(OUTCOMES.values()),
        months=_months(tenant, names, language),
    )
    return show(request, member, "referrals/office/partners.html", content, section=SECTION)


def _shown_pacts() -> list[Partnership]:
    states = [Partnership.State.ACCEPTED, Partnership.State.PROPOSED]
    return list(Partnership.objects.filter(state__in=states))


def _pact(row: Partnership, names: dict[str, str], tenant: Tenant, language: str) -> Pact:
    name = names.get(row.partner, row.partner)
    is_in_force = row.state == Partnership.State.ACCEPTED
    found = [_direction(row, name)]
    if row.mode == Partner.Mode.LIVE:
        found.append(
            _(
                "At most {many} at a time; whoever has not been taken within {minutes} minutes comes back."
            ).format(many=row.at_once, minutes=row.waits_minutes)
        )
    if row.expires_on:
        found.append(_("Ends on {day}.").format(day=date_in_words(row.expires_on, language)))
    if not is_in_force:
        proposed = (
            _("Proposed by this line, and not agreed on yet.")
            if row.is_own
            else _("Proposed by them, and not agreed on yet.")
        )
        found.append(str(proposed))
    return Pact(name, is_in_force, found, said_in(row.criteria, language, tenant))


def _direction(row: Partnership, name: str) -> str:
    is_live = row.mode == Partner.Mode.LIVE
    if row.side == Side.GIVES:
        text = (
            _("Visitors here can go on to {name}, talk and all.")
            if is_live
            else _("Visitors here are shown the way to {name}.")
        )
    else:
        text = (
            _("{name} passes visitors on to this line.")
            if is_live
            else _("{name} shows its visitors the way to this line.")
        )
    return text.format(name=name)


def _months(tenant: Tenant, names: dict[str, str], language: str) -> list[Month]:
    # A month that is not over would tell of each visitor as they come.
    found, today = [], today_at(tenant)
    for number in range(1, MONTHS + 1):
        month = month_before(today, months=number)
        rows = [
            Counted(
                _place(names.get(partner, partner), side), [_number_in(told[o]) for o in OUTCOMES]
            )
            for (partner, side), told in counts_of(month).items()
        ]
        if rows:
            name = format_date(month, "LLLL y", locale=locale_of(language))
            found.append(Month(name, rows))
    return found


def _place(name: str, side: str) -> str:
    return (
        _("To {name}").format(name=name)
        if side == Side.GIVES
        else _("From {name}").format(name=name)
    )


def _number_in(number: int | None) -> str:
    return str(_("few") if number is None else number)
