from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command
from django.db import IntegrityError, transaction

from tenants.charter import read_charters
from tenants.hours import SHOWN_DAYS, Day, Interval, Standing, closed_since, coming_days, standing
from tenants.loading import load_charters
from tenants.models import Hours, HoursException, Tenant
from tenants.scope import tenant_scope

CHARTERS = Path(__file__).parents[2] / "tenants" / "charters"
SUNDAY = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
MIDDAY = (Interval(time(11), time(13)),)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _charters() -> None:
    load_charters(read_charters(sorted(CHARTERS.glob("*.toml"))), now=SUNDAY)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def at(slug: str, now: str) -> Standing:
    tenant = Tenant.objects.get(slug=slug)
    with tenant_scope(tenant):
        return standing(tenant, now=utc(now))


@pytest.mark.parametrize(
    ("slug", "now", "opens_at", "closes_at"),
    [
        pytest.param("sexogsamfunn", "2026-11-23T09:30", None, "2026-11-23T17:00", id="S1-opens"),
        pytest.param("sexogsamfunn", "2026-11-19T17:00", "2026-11-23T09:30", None, id="S1-closes"),
        pytest.param("detfinneshjelp", "2026-11-23T09:59", "2026-11-23T10:00", None, id="D2"),
        pytest.param("detfinneshjelp", "2026-12-24T10:00", None, "2026-12-24T12:00", id="D2-eve"),
        pytest.param("detfinneshjelp", "2026-12-25T10:00", "2026-12-28T10:00", None, id="D2-xmas"),
        pytest.param("tidaholm", "2026-11-25T13:00", None, "2026-11-25T16:00", id="T1"),
        pytest.param("tidaholm", "2026-12-30T16:00", "2027-01-13T13:00", None, id="T1-trettondag"),
        pytest.param("alarmtelefonen", "2026-11-22T03:00", None, None, id="B1"),
    ],
)
def test_standing_of_the_shipped_lines(
    slug: str, now: str, opens_at: str | None, closes_at: str | None
) -> None:
    assert at(slug, now) == Standing(
        open=opens_at is None,
        opens_at=utc(opens_at) if opens_at else None,
        closes_at=utc(closes_at) if closes_at else None,
    )


def test_days_have_exceptions_beside_the_usual_hours() -> None:
    tenant = Tenant.objects.get(slug="detfinneshjelp")
    with tenant_scope(tenant):
        for opens, closes, reason in (
            (time(12), time(14), {"nb": "Kurs om morgenen"}),
            (time(16), time(18), {}),
        ):
            HoursException.objects.create(
                tenant=tenant,
                on=date(2026, 11, 24),
                opens=opens,
                closes=closes,
                reason=reason,
                origin="charter",
            )
        HoursException.objects.create(tenant=tenant, on=date(2026, 11, 25), origin="charter")

        days = coming_days(tenant, now=SUNDAY)

    assert days[:4] == [
        Day(date(2026, 11, 22), (), (), {}, False, False, is_today=True),
        Day(date(2026, 11, 23), MIDDAY, MIDDAY, {}, False, False, is_today=False),
        Day(
            date(2026, 11, 24),
            (Interval(time(12), time(14)), Interval(time(16), time(18))),
            MIDDAY,
            {"nb": "Kurs om morgenen"},
            is_exception=True,
            is_holiday=False,
            is_today=False,
        ),
        Day(date(2026, 11, 25), (), MIDDAY, {}, True, False, is_today=False),
    ]
    assert [day.on for day in days] == [
        date(2026, 11, 22) + timedelta(days=ahead) for ahead in range(SHOWN_DAYS)
    ]


def test_closed_since_is_the_last_closing() -> None:
    tenant = Tenant.objects.get(slug="sexogsamfunn")
    with tenant_scope(tenant):
        after = closed_since(tenant, now=SUNDAY)
        during = closed_since(tenant, now=utc("2026-11-23T10:00"))

    assert after == utc("2026-11-19T17:00")
    assert during is None


def test_lines_open_for_trying_out_and_again() -> None:
    with time_machine.travel(SUNDAY, tick=False):
        out = StringIO()
        call_command("open_lines", stdout=out)
    with time_machine.travel(SUNDAY + timedelta(days=1), tick=False):
        call_command("open_lines", hours=1, stdout=StringIO())

    assert out.getvalue().splitlines()[1] == "detfinneshjelp: open until 2026-11-25 at midnight"
    tenant = Tenant.objects.get(slug="tidaholm")
    with tenant_scope(tenant):
        assert list(HoursException.objects.values_list("on", "opens", "closes", "reason")) == [
            (
                date(2026, 11, 23),
                time(0),
                time(0),
                {"sv": "Öppnad för att provas.", "en": "Opened for trying out."},
            )
        ]
    # Wednesday's usual hours are untouched.
    assert at("tidaholm", "2026-11-23T12:00") == Standing(
        open=True, opens_at=None, closes_at=utc("2026-11-23T23:00")
    )
    assert at("tidaholm", "2026-11-24T12:00").opens_at == utc("2026-11-25T13:00")


def test_line_opened_on_a_date_that_the_charter_closes_gives_the_reason_of_the_opening() -> None:
    tenant = Tenant.objects.get(slug="tidaholm")
    today = date(2026, 11, 22)
    with tenant_scope(tenant):
        HoursException.objects.create(
            tenant=tenant, on=today, reason={"sv": "Stängt"}, origin="charter"
        )
        HoursException.objects.create(
            tenant=tenant,
            on=today,
            opens=time(0),
            closes=time(0),
            reason={"sv": "Öppnad"},
            origin="trial",
        )

        (shown, *_) = coming_days(tenant, now=SUNDAY)

    assert (shown.intervals[0].is_whole_day, shown.reason) == (True, {"sv": "Öppnad"})


@pytest.mark.parametrize(
    ("row", "constraint"),
    [
        pytest.param({"weekday": 7, "opens": time(9)}, "hours_in_the_week", id="no-such-weekday"),
        pytest.param({"weekday": 2, "opens": time(14)}, "hours_begin_once", id="twice"),
    ],
)
def test_database_refuses_hours(row: dict[str, object], constraint: str) -> None:
    tenant = Tenant.objects.get(slug="tidaholm")
    with (
        tenant_scope(tenant),
        pytest.raises(IntegrityError, match=constraint),
        transaction.atomic(),
    ):
        Hours.objects.create(tenant=tenant, closes=time(10), rule="ours", **row)


def test_database_refuses_half_an_exception() -> None:
    tenant = Tenant.objects.get(slug="tidaholm")
    with (
        tenant_scope(tenant),
        pytest.raises(IntegrityError, match="hours_exception_whole_or_closed"),
        transaction.atomic(),
    ):
        HoursException.objects.create(
            tenant=tenant, on=date(2026, 12, 1), opens=time(9), origin="charter"
        )
