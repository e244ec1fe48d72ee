"""Pacts and what came of them in words, as each of the two lines sees its own half.  Rule: B3, B4"""

from __future__ import annotations

from dataclasses import dataclass

from babel.dates import format_date
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.pages.languages import date_in_words, locale_of
from referrals.counts import counts_of, month_before
from referrals.models import Partnership
from referrals.states import Outcome
from retention.reviews import today_at
from tenants.models import Partner, Tenant
from tenants.texts import said_in

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


def pact_in_words(row: Partnership, names: dict[str, str], tenant: Tenant, language: str) -> Pact:
    """Return a row of ``tenant`` in words; ``names`` has those of the lines by slug."""
    name = names.get(row.partner, row.partner)
    is_in_force = row.state == Partnership.State.ACCEPTED
    found = [_direction(row, name)]
    if row.mode == Partner.Mode.LIVE:
        found.append(
            _(
                "At most {many} at a time; whoever has not been taken within {minutes} min comes back."
            ).format(many=row.at_once, minutes=row.waits_minutes)
        )
    if row.expires_on:
        found.append(_("Ends on {day}.").format(day=date_in_words(row.expires_on, language)))
    if row.state == Partnership.State.PROPOSED:
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


def months_in_words(tenant: Tenant, names: dict[str, str], language: str) -> list[Month]:
    """Return the counts of the last months that are over. In the scope; a query each."""
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
