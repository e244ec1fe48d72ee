"""What a front page tells first, and what it tells of hours, people and others who answer."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.template.loader import render_to_string
from django.test import override_settings
from django.utils import translation

from chat.pages.visitor import VisitorPage, visitor_page
from tenants.models import Hours, HoursException, Notice, Qualification, Shift, Tenant
from tenants.scope import tenant_scope
from tests.pages.conftest import TENANTS, Get
from tests.pages.reading import Page
from tests.world import hire

# A Wednesday in winter: 13:30 on the wall in both countries, and 03:00 of the night after.
NOON, NIGHT = datetime(2026, 11, 25, 12, 30, tzinfo=UTC), datetime(2026, 11, 26, 2, tzinfo=UTC)


def seen(tenant: Tenant, *, now: datetime, language: str = "nb") -> tuple[VisitorPage, str]:
    """Return the page as it stands at ``now``, and what of it a reader meets, in order."""
    with translation.override(language), override_settings(ROOT_URLCONF="helpline.urls_visitor"):
        page = visitor_page(tenant, language=language, now=now)
        html = render_to_string("chat/visitor.html", {"page": page})
    return page, html


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def part(html: str, begins: str, ends: str) -> str:
    assert html.count(begins) >= 1, begins
    return html.split(begins, 1)[1].split(ends, 1)[0]


@pytest.mark.parametrize("now", [NOON, NIGHT], ids=["noon", "night"])
@pytest.mark.parametrize("slug", TENANTS)
def test_first_come_open_or_not_the_button_and_telephone_numbers(
    slug: str, now: datetime, charters: dict[str, Tenant]
) -> None:
    page, html = seen(charters[slug], now=now, language=charters[slug].default_language)

    places = [html.index('class="standing"'), html.index("<h1>")]
    if page.is_open:
        places += [html.index("data-start-button"), html.index("data-danger")]
    else:
        places += [html.index("start-closed"), html.index("data-emergency")]
    places += [html.index("hero-about"), html.index('id="kept-title"')]
    assert places == sorted(places)
    called = re.findall(r'href="tel:(\d+)"', html[: html.index("hero-about")])
    danger = ["112"] if slug == "tidaholm" else ["112", "113"]
    assert set(danger) <= set(called)
    assert {line.href.removeprefix("tel:") for line in page.phones} <= set(called)


@pytest.mark.parametrize("slug", TENANTS)
def test_duties_and_who_answers_are_told_in_each_language(
    slug: str, get: Get, charters: dict[str, Tenant]
) -> None:
    told = {}
    for language in charters[slug].languages:
        html = get(slug, lang=language).content.decode()
        duty = words(part(html, 'data-said="duty">', "</details>"))
        who = words(part(html, 'id="who-title">', "</section>"))
        told[language] = (len(duty) > 60, len(who) > 30)

    # S8, D10, U6, T5 to T8, B; S3, B7.
    assert told == dict.fromkeys(charters[slug].languages, (True, True))


def test_correction_stands_beside_what_is_usual(charters: dict[str, Tenant]) -> None:
    tenant = charters["detfinneshjelp"]
    with tenant_scope(tenant):
        for opens, closes in ((time(12), time(14)), (time(16), time(18))):
            HoursException.objects.create(
                tenant=tenant, on=date(2026, 12, 3), opens=opens, closes=closes,
                reason={"nb": "Kurs", "en": "Course"}, origin="charter", rule="D2",
            )  # fmt: skip

    told = {
        language: words(part(seen(tenant, now=NOON, language=language)[1], "data-dated>", "</dl>"))
        for language in ("nb", "en")
    }

    assert told == {
        "nb": "Torsdag 3. desember Kurs 12:00–14:00, 16:00–18:00 vanligvis 11:00–13:00",
        "en": "Thursday 3 December Course 12:00–14:00, 16:00–18:00 usually 11:00–13:00",
    }


def test_correction_without_end_stands_at_the_top_and_beside_the_hours(
    charters: dict[str, Tenant],
) -> None:
    tenant = charters["detfinneshjelp"]
    with tenant_scope(tenant):
        Notice.objects.update(active=True)

    html = seen(tenant, now=NIGHT)[1]

    corrected = "Inntil videre er chatten åpen klokken 12–14 på hverdager."
    beside = words(part(html, 'id="hours-title">', "</section>"))
    assert corrected in words(part(html, 'class="start card', "</div>"))
    assert beside.startswith(f"Åpningstider {corrected} Mandag–fredag 11:00–13:00")
    assert "tekniske problemer" not in beside  # D3 is no correction


@pytest.mark.parametrize(
    ("slug", "language", "day", "named"),
    [
        ("sexogsamfunn", "nb", date(2027, 3, 20), "Skjærtorsdag"),
        ("detfinneshjelp", "en", date(2026, 12, 20), "Christmas Day"),
        ("tidaholm", "sv", date(2026, 12, 20), "Trettondedag jul"),
        ("tidaholm", "en", date(2026, 12, 20), "Epiphany"),
    ],
)
def test_public_holiday_is_called_by_its_name(
    slug: str, language: str, day: date, named: str, charters: dict[str, Tenant]
) -> None:
    now = datetime.combine(day, time(9), UTC)

    html = seen(charters[slug], now=now, language=language)[1]

    assert named in words(part(html, "data-dated>", "</dl>"))


def test_hours_past_midnight_and_several_a_day(charters: dict[str, Tenant]) -> None:
    tenant = charters["urph"]
    with tenant_scope(tenant):
        Hours.objects.create(tenant=tenant, weekday=2, opens=time(22), closes=time(2), rule="ours")

    page, html = seen(tenant, now=datetime(2026, 11, 25, 22, tzinfo=UTC))

    assert (page.is_open, page.standing) == (True, "Stenger i morgen klokken 02:00")
    assert "Onsdag 16:00–20:00, 22:00–02:00" in words(html)


# Others who answer.  Rule: S10, B4


def test_lines_that_are_open_come_first_with_their_telephone(charters: dict[str, Tenant]) -> None:
    page, html = seen(charters["sexogsamfunn"], now=NIGHT)

    assert [line.name for line in page.lines_open] == ["Alarmtelefonen for barn og unge"]
    assert [line.name for line in page.lines_closed] == ["SnakkOmMobbing", "SnakkOmPsyken"]
    open_now = part(html, "data-lines-open", "</ul>")
    assert "hele døgnet" in open_now
    assert open_now.index('href="tel:116111"') < open_now.index("data-helpline-link")
    assert "Åpner i dag klokken 14:00" in words(part(html, "data-lines-closed", "</ul>"))
    assert html.index("data-emergency") < html.index("data-lines-open") < html.index('id="help"')


def test_line_that_is_not_live_is_no_way_to_go(charters: dict[str, Tenant]) -> None:
    Tenant.objects.filter(slug="alarmtelefonen").update(live=False)

    page = seen(charters["snakkompsyken"], now=NIGHT)[0]

    assert (page.lines_open, page.lines_closed) == ([], [])


# A psychologist on some days.  Rule: S3


@pytest.fixture
def psychologist(charters: dict[str, Tenant]) -> str:
    """Somebody who holds it, on the rota of Sex og samfunn until 15:00; return their address."""
    tenant = charters["sexogsamfunn"]
    member = hire(tenant)
    with tenant_scope(tenant):
        assert Qualification.objects.filter(membership=member, kind="psychologist").exists()
    plan(member.user.email, "2026-11-25T09:00", "2026-11-25T15:00")
    return member.user.email


def plan(email: str, begins: str, ends: str, slug: str = "sexogsamfunn") -> None:
    call_command("plan_shift", slug, email, begins, ends)


def told_today(tenant: Tenant, now: datetime) -> list[str]:
    return [
        words(text)
        for text in re.findall(r"<p[^>]*data-here-today>(.*?)</p>", seen(tenant, now=now)[1])
    ]


def test_psychologist_is_told_of_while_one_is_to_come_and_never_named(
    psychologist: str, charters: dict[str, Tenant]
) -> None:
    tenant = charters["sexogsamfunn"]
    day = NOON.replace(hour=0, minute=0)

    told = {
        hour: told_today(tenant, day + timedelta(hours=hour)) for hour in (-2, 0, 7, 13, 14, 20)
    }

    here = ["Her i dag: Psykolog"]
    # In Norway an hour later: 22:00 the evening before, 01:00, 08:00, 14:00, 15:00 and 21:00.
    assert told == {-2: [], 0: here, 7: here, 13: here, 14: [], 20: []}
    html = seen(tenant, now=NOON)[1]
    assert [one for one in ("counsellor1", psychologist, "counsellor 1") if one in html] == []
    # Whoever is at another line is not here.
    assert told_today(charters["detfinneshjelp"], NOON) == []


def test_nobody_is_told_of_who_meets_no_visitor(
    psychologist: str, charters: dict[str, Tenant]
) -> None:
    tenant = charters["sexogsamfunn"]
    assert told_today(tenant, NOON) != []

    with tenant_scope(tenant):
        Qualification.objects.filter(kind="psychologist").update(valid_until=date(2026, 11, 24))
    assert told_today(tenant, NOON) == []
    with tenant_scope(tenant):
        Qualification.objects.filter(kind="psychologist").update(valid_until=None)
        HoursException.objects.create(
            tenant=tenant, on=date(2026, 11, 25), reason={}, origin="charter", rule="ours"
        )
    assert told_today(tenant, NOON) == []


@pytest.mark.parametrize(
    ("slug", "begins", "ends", "refusal"),
    [
        ("nobody", "2026-11-25T09:00", "2026-11-25T15:00", "no such line"),
        ("tidaholm", "2026-11-25T09:00", "2026-11-25T15:00", "no such member"),
        ("sexogsamfunn", "2026-11-25T15:00", "2026-11-25T09:00", "a shift ends after it begins"),
        ("sexogsamfunn", "2026-11-25T09:00", "2026-11-26T09:01", "a shift ends after it begins"),
    ],
)
def test_shift_that_makes_no_sense_is_refused(
    slug: str, begins: str, ends: str, refusal: str, psychologist: str
) -> None:
    with pytest.raises(CommandError, match=refusal):
        plan(psychologist, begins, ends, slug)


def test_rota_forgets_what_is_over(psychologist: str, charters: dict[str, Tenant]) -> None:
    tenant = charters["sexogsamfunn"]
    with tenant_scope(tenant):
        Shift.objects.update(
            begins_at=NOON - timedelta(days=900), ends_at=NOON - timedelta(days=899)
        )

    plan(psychologist, "2999-11-25T09:00", "2999-11-25T15:00")

    with tenant_scope(tenant):
        assert [shift.ends_at.year for shift in Shift.objects.all()] == [2999]


def test_tab_shows_a_neutral_title_and_the_icon_of_the_charter(
    get: Get, charters: dict[str, Tenant]
) -> None:
    Tenant.objects.filter(slug="urph").update(neutral_icon="cloud")

    shown = {}
    for slug in ("urph", "tidaholm"):
        for path in ("/", "/privacy/", "/proof/"):
            html = get(slug, path).content.decode()
            icon = re.findall(r'<link rel="icon" href="[^"]*/icons/(\w+)\.', html)
            shown[slug + path] = (Page(html).title, icon)

    assert shown == {
        **{f"urph{path}": ("Notater", ["cloud"]) for path in ("/", "/privacy/", "/proof/")},
        **{f"tidaholm{path}": ("Anteckningar", ["note"]) for path in ("/", "/privacy/", "/proof/")},
    }
