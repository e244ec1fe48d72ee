"""Mistakes that can be made with rows, and that a dry run tells before anything is played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime

import pytest

from referrals.models import Partnership
from retention import clock
from tenants.charter.shape import Policy as Terms
from tenants.checkup import check_up
from tenants.drafts import publish_draft, write_draft
from tenants.models import (
    Contact,
    Hours,
    HoursException,
    Membership,
    Notice,
    Qualification,
    Role,
    Subject,
    Tenant,
)
from tenants.policies import current_policy, terms_of
from tenants.scope import tenant_scope
from tests.staffed import staffed_line

pytestmark = pytest.mark.django_db(transaction=True)

Plant = Callable[[Tenant], object]


def terms(tenant: Tenant) -> Terms:
    return terms_of(current_policy(tenant))


def version(tenant: Tenant, *, begins: date | None = None, **changes: object) -> None:
    """Publish what holds with ``changes``, past the pages that would not let it through. In the scope."""
    write_draft(tenant, replace(terms(tenant), **changes))  # type: ignore[arg-type]  # columns
    now = clock.now()
    begins_at = datetime(*begins.timetuple()[:3], tzinfo=tenant.tzinfo) if begins else now
    publish_draft(tenant, begins_at=begins_at, now=now)


def lengthened(tenant: Tenant, kind: str, amount: int) -> tuple[object, ...]:
    keep = terms(tenant).keep
    return tuple(replace(one, amount=amount) if one.kind == kind else one for one in keep)


def never_with_a_vault(tenant: Tenant) -> None:
    write_draft(tenant, replace(terms(tenant), address="never"))


def vault_where_none_was_promised(tenant: Tenant) -> None:
    life = replace(terms(tenant).keep[0], kind="address", starts="began", amount=7, unit="days")
    version(tenant, address="vault", keep=(*terms(tenant).keep, life))


def holidays_forgotten(tenant: Tenant) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(closed_on_holidays=False)
    tenant.closed_on_holidays = False


def pact_ended(tenant: Tenant) -> None:
    pact = Partnership.objects.get(side="gives", partner="snakkompsyken").pact
    Partnership.objects.filter(pact=pact).update(state="revoked")


def origin_with_a_path(tenant: Tenant) -> None:
    tenant.bubble_origins = ["https://www.tidaholm.se/"]
    tenant.bubble_opens = "frame"
    tenant.save(update_fields=["bubble_origins", "bubble_opens"])


def elsewhere(tenant: Tenant) -> None:
    tenant.zone = "Europe/Oslo"
    tenant.save(update_fields=["zone"])


PLANTED: list[tuple[str, str, Plant, str, str]] = [
    (
        "address never kept, with a vault", "detfinneshjelp", never_with_a_vault, "D7",
        "In the draft two promises cannot both be kept: "
        "addresses are never kept, and there is a time for which they are kept.",
    ),
    (
        "a vault where visitors were told of none", "sexogsamfunn", vault_where_none_was_promised,
        "S7", "Visitors are told that no address is kept, and version 2 keeps it.",
    ),
    (
        "a retention longer than the page says", "detfinneshjelp",
        lambda tenant: version(tenant, keep=lengthened(tenant, "address", 14)), "D8",
        "A text says “7 dager”, and what the policy keeps is kept for: 14 days.",
    ),
    (
        "a retention longer than the rule that it cites", "detfinneshjelp",
        lambda tenant: version(tenant, keep=lengthened(tenant, "address", 14)), "D7",
        "By D7 visitors are told “7 days”, and version 2 keeps it for 14 days.",
    ),
    (
        "a closing day missing", "sexogsamfunn", holidays_forgotten, "S1",
        "Tue 25 December is Christmas Day, and the line is open as usual: "
        "close that day, or all holidays.",
    ),
    (
        "an expired psychologist", "detfinneshjelp",
        lambda tenant: Qualification.objects.filter(kind="psychologist").update(
            valid_until=date(2035, 12, 4)
        ),
        "D1", "On Wed 5 December the line is open and nobody there is “Psykolog”: it has run out.",
    ),
    (
        "nobody who may answer", "urph",
        lambda tenant: Membership.objects.filter(role=Role.COUNSELLOR).update(active=False),
        "", "Nobody works here who may answer: invite those who do.",
    ),
    (
        "a partner that does not accept", "alarmtelefonen", pact_ended, "B3",
        "Visitors are told of the partner snakkompsyken, and the agreement was ended.",
    ),
    (
        "a language without texts", "tidaholm",
        lambda tenant: Subject.objects.filter(slug="crime").update(label={"sv": "Brott", "en": " "}),
        "", "Without words in English: subjects (crime).",
    ),
    (
        "an emergency number missing", "urph",
        lambda tenant: Contact.objects.filter(value="112").delete(), "",
        "The emergency number 112 is missing among the other ways to get help.",
    ),
    (
        "an emergency number of the other country", "tidaholm",
        lambda tenant: Contact.objects.filter(value="112").update(value="113"), "T8",
        "113 is no emergency number in this line's country.",
    ),
    (
        "a telephone number of the other country", "detfinneshjelp",
        lambda tenant: Contact.objects.filter(kind="phone").update(value="0502-60 62 20"), "D3",
        "0502-60 62 20 does not look like a telephone number of this line's country.",
    ),
    (
        "a notice that names another telephone", "detfinneshjelp",
        lambda tenant: Notice.objects.filter(slug="technical-trouble").update(phone="800 00 000"),
        "D3", "The notice “technical-trouble” names 800 00 000, "
        "which is none of this line's telephones.",
    ),
    (
        "a hold without a second person", "urph",
        lambda tenant: Membership.objects.filter(role=Role.ADMINISTRATOR).update(active=False),
        "U8", "Talks may be held (an investigation), which takes two people. "
        "Officers and administrators here: 1.",
    ),
    (
        "a looser version to come", "tidaholm",
        lambda tenant: version(
            tenant, begins=date(2036, 1, 1), keep=lengthened(tenant, "conversation", 6)
        ),
        "", "Version 2 promises less from 1 January 2036 on: "
        "A talk that has ended: before “is kept for 3 months”, now “is kept for 6 months”.",
    ),
    (
        "an origin that is none", "tidaholm", origin_with_a_path, "T2",
        "“https://www.tidaholm.se/” is no address of a page: "
        "write it as https://www.town.se, without a path.",
    ),
    (
        "the clock of another country", "tidaholm", elsewhere, "",
        "The clock of this line is that of Europe/Oslo, and its country goes by Europe/Stockholm.",
    ),
    (
        "no hours", "urph", lambda tenant: Hours.objects.all().delete(), "",
        "There are no hours: the line does not open in the next two months.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("slug", "plant", "rule", "words"),
    [one[1:] for one in PLANTED],
    ids=[one[0] for one in PLANTED],
)
def test_planted_mistake_is_found(slug: str, plant: Plant, rule: str, words: str) -> None:
    tenant = staffed_line(slug)
    with tenant_scope(tenant):
        HoursException.objects.all().delete()
    assert words not in [one.words for one in check_up(tenant)]

    with tenant_scope(tenant):
        plant(tenant)
    found = [(one.rule, one.words) for one in check_up(tenant)]

    assert (rule, words) in found
    # One mistake is not drowned in others that follow from it.
    assert len(found) <= 5
