"""The closing sheet by keyboard, the rest after a heavy talk, and the figures, on real screens."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from playwright.async_api import expect

from chat.calls import call
from chat.models import Conversation, Tally
from chat.periods import periods_over
from chat.states import By
from chat.tallies import About, count_answer, count_end, count_start
from retention import clock
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.e2e.screens import DESKTOP, PHONE, SUPERVISOR, Screens
from tests.e2e.test_accessibility import Findings, _look_at
from tests.world import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Of this line a talk with personal data is deleted sooner.  Rule: U7
SLUG = "urph"


def _said() -> list[tuple[str, str, int]]:
    rows = Tally.objects.filter(what__in=["reason", "category"]).order_by("what")
    return list(rows.values_list("what", "key", "count"))


async def test_sheet_ends_a_talk_by_two_keys_and_a_heavy_one_gives_a_rest(screens: Screens) -> None:
    findings: Findings = {}
    tenant = await call(Tenant.objects.get, slug=SLUG)
    first, second = await screens.visitor(SLUG), await screens.visitor(SLUG)
    desk = await screens.desk(SLUG, size=PHONE)
    pane = desk.locator("[data-pane]")

    await desk.keyboard.press("Alt+n")
    await expect(desk.locator("[data-draft]")).to_be_focused()
    await desk.keyboard.press("Alt+x")
    await desk.keyboard.press("Enter")
    await expect(first.locator("[data-ended]")).to_be_visible()
    await desk.click("[data-put-away]")

    await desk.keyboard.press("Alt+n")
    await expect(desk.locator("[data-draft]")).to_be_focused()
    await desk.keyboard.press("Alt+x")
    await _look_at(desk, "sheet", findings)
    await desk.locator("[name=category]").focus()
    await desk.keyboard.type("Fam")
    await desk.keyboard.press("Tab")
    await desk.keyboard.press("ArrowDown")
    await desk.keyboard.press("Tab")
    await desk.keyboard.press("Space")
    await desk.keyboard.press("Enter")

    await expect(second.locator("[data-ended]")).to_be_visible()
    await expect(pane).to_have_attribute("data-state", "ended")
    await expect(desk.locator("[data-rest]")).to_contain_text("En pause for deg")
    await expect(desk.locator("[data-next]")).to_be_disabled()
    await _look_at(desk, "rest", findings)
    await desk.click("[data-rest-over]")
    await expect(desk.locator("[data-next]")).to_be_enabled()
    await expect(desk.locator("[data-rest]")).to_be_hidden()
    counted = await until(tenant, _said)
    assert counted == [("category", "family", 1), ("reason", "done", 2)]
    assert findings == {}


def _busy_weeks(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        latest = periods_over(tenant, now=clock.now())[0]
        for day in range(0, 28, 3):
            for hour, talks in ((16, 9), (18, 14), (20, 6 + day % 5)):
                at = time(hour, 7)
                began = datetime.combine(latest.first + timedelta(days=day), at, tenant.tzinfo)
                for number in range(talks):
                    taken = began + timedelta(minutes=1 + number * 2)
                    count_start(tenant, now=began)
                    count_answer(tenant, queued_at=began, now=taken)
                    about = About(
                        "done", ("family", "school", "mental-health", "peers")[number % 4]
                    )
                    talk = Conversation(queued_at=began, front=True, claimed_at=taken)
                    ended = taken + timedelta(minutes=12 + 3 * number)
                    count_end(tenant, talk, by=By.COUNSELLOR, about=about, now=ended)


async def test_figures_are_read_as_pictures_and_tables_in_norwegian(screens: Screens) -> None:
    findings: Findings = {}
    await call(_busy_weeks, await call(Tenant.objects.get, slug=SLUG))
    for size, scheme in ((DESKTOP, "light"), (PHONE, "dark")):
        lead = await screens.signed_in(SLUG, SUPERVISOR, size=size, color_scheme=scheme)
        await lead.click('.top-office a[href$="figures/"]')
        for period in ("now", "latest", "before", "all"):
            await lead.click(f'.figures-periods a[href$="={period}"]')
            await expect(lead.locator("h1")).to_have_text("Tall")
            for table in await lead.locator(".chart-table").all():
                await table.locator("summary").click()
            assert await lead.evaluate("document.documentElement.scrollWidth <= innerWidth")
            await _look_at(lead, f"{period} {scheme}", findings)
            if period == "latest":
                answered = lead.locator('[data-number="answered"]')
                await expect(answered).not_to_have_text("færre enn 5")
        await expect(lead.locator('[data-chart="categories"] svg')).to_be_visible()
        async with lead.expect_download() as download:
            await lead.click("main a[download]")
        assert (await download.value).suggested_filename == f"figures-{SLUG}-all.csv"

    assert findings == {}
