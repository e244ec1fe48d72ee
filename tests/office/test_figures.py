"""The figures of a line: for those who lead it, in pictures, tables and a file that say the same."""

from __future__ import annotations

import csv
import io
from datetime import datetime, time, timedelta

import pytest

from chat.periods import periods_over
from chat.tallies import count_answer, count_refusal, count_start
from retention import clock
from tenants.models import Role, Tenant
from tenants.scope import tenant_scope
from tests.office.doors import Door

pytestmark = pytest.mark.django_db(transaction=True)

PAGE, FILE = "/desk/office/figures/", "/desk/office/figures.csv"


def count(tenant: Tenant, answered: int, refused: int) -> None:
    with tenant_scope(tenant):
        latest = periods_over(tenant, now=clock.now())[0]
        noon = datetime.combine(latest.last, time(12), tenant.tzinfo)
        for _ in range(answered):
            count_start(tenant, now=noon)
            count_answer(tenant, queued_at=noon - timedelta(minutes=6), now=noon)
        for _ in range(refused):
            count_refusal(tenant, now=noon)


def cells(door: Door, period: str) -> list[list[str]]:
    answer = door.get(FILE, period=period, lang="en")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.reader(io.StringIO(answer.content.decode().removeprefix("\ufeff"))))


def test_those_who_lead_see_pages_and_file_and_everybody_else_finds_neither(
    tenant: Tenant, outsider: Door, counsellor: Door, officer: Door
) -> None:
    count(tenant, answered=7, refused=2)

    for role in (Role.SUPERVISOR, Role.ADMINISTRATOR):
        door = Door.of(tenant, role)
        text = door.read(PAGE, lang="en")
        assert "Answered 7" in text
        assert "Turned away: full fewer than 5" in text
        assert "Wait: half were taken within 6 min" in text
        assert ["Answered", "", "7"] in cells(door, "latest")
        assert ["Turned away: full", "", "fewer than 5"] in cells(door, "latest")
    for door in (counsellor, officer):
        assert [door.get(path).status_code for path in (PAGE, FILE)] == [404, 404]
    assert "Answered fewer than 5" in outsider.read(PAGE, lang="en")
    assert ["Answered", "", "fewer than 5"] in cells(outsider, "latest")


def test_page_has_a_table_behind_each_picture_and_the_file_the_same_cells(tenant: Tenant) -> None:
    count(tenant, answered=9, refused=0)
    door = Door.of(tenant, Role.SUPERVISOR)

    for period in ("now", "latest", "before", "all"):
        page = door.get(PAGE, period=period, lang="en").content.decode()
        names = [part.split('"')[0] for part in page.split('data-chart="')[1:]]
        assert page.count("<table") == len(names)
        assert page.count("<svg") == page.count("</desc>") == page.count("</title>") - 1
        for row in cells(door, period):
            assert all(f">{cell}<" in page for cell in row[1:] if cell)
    # Nobody watches a talk come in.
    now = door.read(PAGE, period="now", lang="en")
    assert "Waiting now" in now
    assert "Answered" not in now
    assert "Answered by period" in door.read(PAGE, period="all", lang="en")
    assert door.get(PAGE, period="century").status_code == 404
