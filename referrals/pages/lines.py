"""A service in words, in the active translation: how it stands, for whom it is, how to reach it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from chat.pages import opening
from chat.pages.contacts import href_of
from chat.pages.languages import date_in_words, in_language, locale_of
from referrals.directory.finding import Found
from referrals.directory.hours import is_always_open, week_of
from referrals.directory.services import name_of
from referrals.directory.shape import TEXT
from referrals.models import Service
from tenants.hours import Day
from tenants.models import Contact, Tenant


@dataclass(frozen=True)
class Way:
    """One way to reach somebody; ``kind`` is ``phone``, ``sms``, ``chat``, ``email`` or ``link``."""

    kind: str
    value: str
    href: str


@dataclass(frozen=True)
class ServiceLine:
    """All that templates/referrals/_service.html shows; ``is_known`` is about its hours."""

    id: str
    name: str
    also: str
    text: str
    whom: str
    is_open: bool
    is_known: bool
    standing: str
    numbers: list[Way]
    ways: list[Way]
    facts: list[str]
    usual: list[opening.UsualRow]
    checked: str


def service_line(found: Found, tenant: Tenant, *, language: str, now: datetime) -> ServiceLine:
    """Put a service into words in ``language``, which is also the active translation."""
    service = found.service
    ways = ways_of(service)
    return ServiceLine(
        id=str(service.pk),
        name=name_of(service, language, tenant),
        also=in_language(service.alternate_name, language),
        text=in_language(service.description, language),
        whom=in_language(service.eligibility_description, language),
        is_open=found.standing is not None and found.standing.open,
        is_known=found.standing is not None,
        standing=_standing(found, tenant, language=language, now=now),
        numbers=[way for way in ways if way.kind in {"phone", "sms"}],
        ways=[way for way in ways if way.kind not in {"phone", "sms"}],
        facts=list(_facts(service, language)),
        usual=_usual(service, tenant, language=language, now=now),
        checked=date_in_words(service.assured_date, language) if service.assured_date else "",
    )


def ways_of(service: Service) -> list[Way]:
    """Return how a service is reached: a voice first, then what is written, then its page."""
    texts = [phone["number"] for phone in service.phones if phone["type"] == TEXT]
    voices = [phone["number"] for phone in service.phones if phone["type"] != TEXT]
    found = [
        *(Way("phone", number, href_of(Contact.Kind.PHONE, number)) for number in voices),
        *(Way("sms", number, href_of(Contact.Kind.SMS, number)) for number in texts),
        Way("chat", service.chat, service.chat),
        Way("email", service.email, href_of(Contact.Kind.EMAIL, service.email)),
        Way("link", _short(service.url), service.url),
    ]
    return [way for way in found if way.value]


def language_names(codes: Iterable[str], language: str) -> dict[str, str]:
    """Return what languages are called in ``language``, by code, in the order of their names."""
    names = locale_of(language).languages
    named = {code: str(names.get(code, code)) for code in codes}
    return dict(sorted(named.items(), key=lambda one: one[1].lower()))


def _short(address: str) -> str:
    return address.removeprefix("https://").removeprefix("http://").rstrip("/")


def _standing(found: Found, tenant: Tenant, *, language: str, now: datetime) -> str:
    if found.service.status == Service.Status.CLOSED:
        return _("For the time being")
    if found.standing is None:
        return ""
    return opening.standing_in_words(found.standing, tenant, now=now, language=language)


def _facts(service: Service, language: str) -> Iterable[str]:
    ages = _ages(service.minimum_age, service.maximum_age)
    spoken = ", ".join(language_names(service.languages, language).values())
    for fact in (ages, spoken, ", ".join(service.service_areas), service.location):
        if fact:
            yield fact


def _ages(least: int | None, most: int | None) -> str:
    if least is not None and most is not None:
        return _("From %(least)s to %(most)s years") % {"least": least, "most": most}
    if least is not None:
        return _("From %(least)s years") % {"least": least}
    return _("Up to %(most)s years") % {"most": most} if most is not None else ""


def _usual(
    service: Service, tenant: Tenant, *, language: str, now: datetime
) -> list[opening.UsualRow]:
    week = week_of(service.schedules)
    if not week or is_always_open(week):
        return []  # there is no more to say than how it stands
    today = now.astimezone(tenant.tzinfo).date()
    days = [today + timedelta(days=ahead) for ahead in range(7)]
    usual = [(day, week.get(day.weekday(), ())) for day in days]
    rows = [Day(day, spans, spans, {}, False, False, day == today) for day, spans in usual]
    return opening.usual_rows(rows, language=language)
