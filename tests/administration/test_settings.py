"""What stands on the line's own row, and its usual week: set, shown and seen at once."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time

import pytest

from chat.pages.administration.pictures import Bar, coming_rows, week_rows
from tenants.models import HoursException, Tenant
from tenants.scope import tenant_scope
from tests import world
from tests.administration.doors import Office
from tests.web import Client, host_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lines() -> list[Tenant]:
    return world.open_tenants("tidaholm", "detfinneshjelp")


@pytest.fixture
def office(lines: list[Tenant]) -> Office:
    return Office.of(lines[0])


def usual(page: str) -> list[str]:
    """Return the usual hours as the visitor's page tells them."""
    return re.findall(r"\d\d:\d\d–\d\d:\d\d", page)


def period(number: int, days: list[str], opens: str, closes: str) -> dict[str, object]:
    said = {"days": days, "opens": opens, "closes": closes}
    return {f"form-{number}-{name}": value for name, value in said.items()}


def test_week_is_looked_at_saved_and_seen_by_visitors_at_once(
    lines: list[Tenant], office: Office
) -> None:
    other = Office.of(lines[1])
    before, others = office.front("en"), usual(other.front("en"))
    week = {**period(0, ["wed"], "14:00", "17:00"), **period(1, ["fri"], "22:00", "01:30")}

    looked = office.send("hours/", {**week, "look": "yes"})
    not_yet = office.front("en")
    saved = office.send("hours/", week)
    seen = usual(office.front("en"))

    assert "22:00–01:30" in looked.content.decode()
    assert usual(not_yet) == usual(before)
    assert saved.status_code == 302
    assert "22:00–01:30" in seen
    assert usual(other.front("en")) == others
    assert office.trail() == [("hours.changed", {"fri": ["", "22:00–01:30 (ours)"]})]

    office.send("hours/", {"form-1-days": [], "form-1-opens": "", "form-1-closes": ""})

    assert "22:00–01:30" not in usual(office.front("en"))
    assert office.trail()[1:] == [("hours.changed", {"fri": ["22:00–01:30 (ours)", ""]})]


def test_week_that_a_charter_refuses_is_refused_and_nothing_typed_is_lost(office: Office) -> None:
    overlap = {**period(0, ["sun"], "23:00", "03:00"), **period(1, ["mon"], "02:00", "04:00")}
    short = {**period(0, ["wed"], "14:00", "14:20")}

    found = [
        office.mistakes("hours/", overlap),
        office.mistakes("hours/", short),
        office.mistakes("hours/", period(1, [], "10:00", "")),
        office.mistakes("hours/", period(0, [], "", "")),
    ]
    typed = office.send("hours/", overlap).content.decode()

    assert found == [
        ["Found mon 02:00-04:00, expected no overlap with sun 23:00-03:00."],
        ["Found 20, expected less than the shortest opening, 20 minutes."],
        ["Choose at least one day.", 'Found nothing, expected a time of day such as "09:30".'],
        ["Found nothing, expected when the line is open."],
    ]
    assert all(f'value="{at}"' in typed for at in ("23:00", "03:00", "02:00", "04:00"))
    assert office.trail() == []


def test_two_weeks_are_drawn_as_they_are_kept() -> None:
    # Without a database: what is drawn follows from the schedule that also lets visitors in.
    from zoneinfo import ZoneInfo

    from tenants.hours import Dated, Interval, Schedule

    oslo = ZoneInfo("Europe/Oslo")
    night, noon = Interval(time(22), time(2)), Interval(time(11), time(13))
    schedule = Schedule(
        oslo, "NO", True,
        usual={4: (noon, night), 6: (noon,)},
        dated={date(2027, 3, 21): Dated((), {"en": "Training"})},
    )  # fmt: skip
    now = datetime(2027, 3, 19, 12, tzinfo=UTC)

    week = {row.day: row.bars for row in week_rows(schedule, language="en")}
    shown = coming_rows(schedule, now=now, language="en")
    by_day = {row.day: (row.bars, row.times, row.usual, row.note) for row in shown}

    assert week["Friday"] == [Bar(660, 120), Bar(1320, 120)]
    assert week["Saturday"] == [Bar(0, 120)]
    assert week["Sunday"] == [Bar(660, 120)]
    assert len(shown) == 14
    assert [row.day for row in shown if row.is_today] == ["Fri 19 Mar"]
    assert by_day["Sat 20 Mar"][0] == [Bar(0, 120)]
    assert by_day["Sun 21 Mar"] == ([], "closed", "11:00–13:00", "Training")
    # Good Friday and the night in which the clock is put forward.
    assert by_day["Fri 26 Mar"] == ([], "closed", "11:00–13:00, 22:00–02:00", "Good Friday")
    assert by_day["Sun 28 Mar"][0] == []
    assert "this day has 23 hours" in by_day["Sun 28 Mar"][3]
    for row, day in zip(shown, range(19, 32), strict=False):
        noon_there = datetime(2027, 3, day, 12, tzinfo=oslo)
        is_drawn = any(bar.begins <= 720 < bar.begins + bar.length for bar in row.bars)
        assert schedule.standing(noon_there).open == is_drawn


def test_date_that_differs_is_drawn_and_told_at_once(office: Office) -> None:
    day = datetime.now(office.tenant.tzinfo).date()
    with tenant_scope(office.tenant):
        HoursException.objects.all().delete()
    said = {"on": str(day), "reason_sv": "Utbildning", "reason_en": "Training"}
    office.send("tenants/hoursexception/add/", {**said, "opens": "05:10", "closes": "05:40"})

    assert "05:10–05:40" in office.get("hours/").content.decode()
    assert "05:10–05:40" in office.front("en")


def test_colours_that_cannot_be_read_are_refused_and_others_are_seen_at_once(
    lines: list[Tenant], office: Office
) -> None:
    def stylesheet(tenant: Tenant) -> str:
        client = Client(headers={"host": host_of(tenant)})
        page = client.get("/", secure=True).content.decode()
        [url] = re.findall(r'href="(/theme\.css\?v=\w+)"', page)
        return client.get(url, secure=True).content.decode()

    others = stylesheet(lines[1])
    refused = office.mistakes("theme/", {"accent": "#9ab8c0", "accent_text": "#ffffff"})
    broken = office.mistakes("theme/", {"accent": "teal"})
    office.send("theme/", {"accent": "#004466"})

    assert refused == [
        'Found "#9ab8c0" on "#fffaf5", contrast 2.03, expected a contrast of at least 4.5.',
        'Found "#ffffff" on "#9ab8c0", contrast 2.10, expected a contrast of at least 4.5.',
    ]
    assert broken == ['Found "teal", expected a colour such as "#0a5c73".']
    assert "--tenant-accent:#004466" in stylesheet(office.tenant)
    # The bubble's are set on another page.
    assert "--tenant-bubble:" in stylesheet(office.tenant)
    assert stylesheet(lines[1]) == others
    [(action, changes)] = office.trail()
    assert (action, list(changes)) == ("theme.changed", ["theme.accent"])


def test_pages_that_may_frame_the_chat_are_checked_and_hold_at_once(office: Office) -> None:
    def framers() -> str:
        client = Client(headers={"host": host_of(office.tenant)})
        answer = client.get("/framed/", secure=True)
        return str(answer.headers["Content-Security-Policy"])

    bad = ["https://www.town.se/page", "http://www.town.se", "https://*.town.se"]
    refused = office.mistakes("embedding/", {"origins": "\n".join(bad)})
    office.send("embedding/", {"origins": "https://www.town.se\r\nhttps://town.se"})
    shown = office.get("embedding/").content.decode()

    assert refused == [
        f'Found "{one}", expected an origin such as "https://www.town.se".' for one in bad
    ]
    assert "frame-ancestors https://www.town.se https://town.se" in framers()
    home = f"https://{host_of(office.tenant)}/"
    assert f"&lt;script src=&quot;{home}bubble.js&quot; async&gt;&lt;/script&gt;" in shown

    office.send("embedding/", {"shown": None})

    assert (
        Client(headers={"host": host_of(office.tenant)}).get("/bubble.js", secure=True).status_code
        == 404
    )
    actions = [action for action, _ in office.trail()]
    assert actions == ["bubble.changed", "bubble.changed"]


def test_settings_are_held_to_what_a_charter_may_say(office: Office) -> None:
    assert office.mistakes(
        "talk/", {"queue_cap": "0", "capacity": "", "breather_minutes": "61"}
    ) == [
        "Found 0, expected a whole number from 1 to 500.",
        "Found nothing, expected a whole number from 1 to 10.",
        "Found 61, expected a whole number from 0 to 60.",
    ]
    assert office.mistakes("name/", {"neutral_title": "a" * 41}) == [
        f'Found "{"a" * 41}", expected text of 1 to 40 characters, trimmed.'
    ]
    office.send("name/", {"name": "Chatten", "neutral_title": "Sidan", "first": "en"})

    assert "<title>Sidan</title>" in office.front()
    office.tenant.refresh_from_db()
    assert (office.tenant.name, office.tenant.languages) == ("Chatten", ["en", "sv"])
    assert [action for action, _ in office.trail()] == ["name.changed"]


@pytest.mark.parametrize(
    ("language", "said"), [("nb", "Den vanlige uken"), ("sv", "Den vanliga veckan")]
)
def test_language_is_chosen_once_and_stays(office: Office, language: str, said: str) -> None:
    chosen = office.get("tenants/notice/", lang=language)
    page = office.get("hours/")

    assert (chosen.status_code, chosen.headers["Location"]) == (
        303,
        f"/t/{office.tenant.slug}/tenants/notice/",
    )
    assert page.headers["Content-Language"] == language
    assert f'lang="{language}"' in page.content.decode()
    assert said in page.content.decode()
