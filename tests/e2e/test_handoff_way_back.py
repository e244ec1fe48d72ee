"""Passed on, and back again: whoever was sent there is never left there.  Rule: B3"""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from chat.calls import call
from chat.models import Presence
from tenants.models import Tenant
from tests.e2e.cable import cable_to
from tests.e2e.handoffs import (
    GIVER,
    NAMES,
    TAKER,
    WORDS,
    Handoff,
    close,
    jobs_run,
    kept,
    minutes_pass,
    seen,
)
from tests.e2e.screens import COLLEAGUE, Screens, say, take_next
from tests.world import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


async def test_back_by_the_button_and_back_by_itself_when_called(screens: Screens) -> None:
    it = await Handoff.begun(screens)
    await it.offer()
    await it.choose("nothing")
    await it.gone()
    await it.visitor.click("[data-way-go]")
    await it.home()
    await expect(it.other.locator("[data-queue] > *")).to_have_count(0)
    await expect(it.note()).to_contain_text("tilbake fra SnakkOmPsyken")
    assert await kept(it.visitor) == ["talk"]

    await it.offer()
    await it.choose("summary")
    await it.gone()
    await it.desk.locator(f"{it.pane} [data-referral-withdraw]:visible").click()

    await expect(it.visitor.locator("[data-screen-title]")).to_contain_text("tilbake til")
    await seen(it.visitor, "turned back")
    await it.home()


async def test_partner_sends_them_back_from_its_panel(screens: Screens) -> None:
    it = await Handoff.begun(screens)
    await it.offer()
    await it.choose("all")
    await it.gone()
    await it.other.keyboard.press("Alt+v")
    row = it.other.locator("[data-offering-incoming] li")
    await row.locator("summary").click()
    await seen(it.other, "who comes")
    await row.locator("[name=reason]").fill("Her er ingen ledig i kveld.")
    await row.locator("[type=submit]").click()

    await expect(it.other.locator("[data-offering-said]")).to_contain_text("på vei tilbake")
    reason = it.desk.locator(f"{it.pane} [data-referral-reason]")
    await expect(reason).to_contain_text("Her er ingen ledig i kveld.")
    await seen(it.desk, "sent back")
    await it.home()
    assert "Her er ingen ledig" not in await it.visitor.content()


async def test_both_counsellors_leave_and_they_are_first_where_they_came_from(
    screens: Screens,
) -> None:
    it = await Handoff.begun(screens)
    await it.offer()
    await it.choose("nothing")
    await it.gone()
    giver = await call(Tenant.objects.get, slug=GIVER)
    for desk in (it.desk, it.other):
        await desk.context.close()
    await until(giver, lambda: Presence.objects.filter(lost_at__isnull=False).exists())

    await minutes_pass(4)
    await expect(it.visitor.locator("[data-way-from]")).to_contain_text(NAMES[GIVER])
    await expect(it.visitor.locator("[data-way-go]")).to_be_visible()
    says = expect(it.visitor.locator("[data-screen-text]")).to_contain_text("før noen kunne ta den")
    await asyncio.gather(says, minutes_pass(12))

    await expect(it.visitor).to_have_url(screens.stack.url(GIVER, "/#"))
    await expect(it.visitor.locator("[data-waiting]")).to_be_visible()
    await seen(it.visitor, "waits at home")
    await screens.visitor(GIVER)
    desk = await screens.desk(GIVER, COLLEAGUE)
    pane = await take_next(desk)
    await expect(desk.locator(f"{pane} [data-text]").first).to_have_text(WORDS)
    await say(it.visitor, "der er du")
    await expect(desk.locator(f"{pane} [data-text]").last).to_have_text("der er du")


async def test_partner_closes_while_they_wait_and_they_come_home(screens: Screens) -> None:
    it = await Handoff.begun(screens)
    await it.offer()
    await it.choose("all")
    await it.gone()

    await call(close, TAKER)
    # What the page says stands for a few seconds only.
    says = expect(it.visitor.locator("[data-screen-text]")).to_contain_text("før noen kunne ta den")
    await asyncio.gather(says, minutes_pass(16))

    await expect(it.other.locator("[data-queue] > *")).to_have_count(0)
    await it.home()
    await expect(it.note()).to_contain_text("tilbake fra SnakkOmPsyken")


async def test_word_used_in_a_second_window_closes_the_way_for_both(screens: Screens) -> None:
    it = await Handoff.begun(screens)
    await it.offer()
    await it.choose("all")
    await it.gone()

    thief = await screens.page(it.way())

    await expect(thief.locator("[data-screen-text]")).to_contain_text("allerede brukt")
    assert thief.url == screens.stack.url(TAKER, "/#")
    await seen(thief, "used")
    await expect(it.other.locator("[data-queue] > *")).to_have_count(0)
    await it.home()
    await expect(it.note()).to_contain_text("en gang til")
    await thief.click("[data-screen-go]")
    await expect(thief.locator(".passing-notice")).to_be_visible()
    assert thief.url == screens.stack.url(GIVER, "/#")
    await seen(thief, "over")


async def test_lines_that_drop_on_the_way_and_while_they_wait(screens: Screens) -> None:
    async with cable_to(screens.stack.port) as cable:
        it = await Handoff.begun(screens, cable=cable)
        await it.offer()
        await it.visitor.route("**/api/handoffs/arrive", lambda route: route.abort(), times=1)
        await it.choose("nothing")
        await expect(it.visitor.locator("[data-banner]")).to_be_visible()
        await it.gone()
        cable.cut()
        await expect(it.visitor.locator("[data-banner]")).to_be_visible()
        await expect(it.visitor.locator("[data-way-go]")).to_be_in_viewport()
        cable.mend()
        await expect(it.visitor.locator("[data-banner]")).to_be_hidden()
        await it.gone()

        pane = await take_next(it.other)

        await say(it.visitor, "hei der")
        await expect(it.other.locator(f"{pane} [data-text]")).to_have_text(["hei der"])
        await expect(it.desk.locator(it.pane)).to_have_attribute("data-state", "ended")


async def test_flight_from_the_other_line_leaves_nothing_at_either(screens: Screens) -> None:
    """Rule: D12"""
    it = await Handoff.begun(screens)
    away = await it.visitor.get_attribute("body", "data-leave-to")
    assert away is not None
    await it.visitor.context.route(f"{away}**", lambda route: route.fulfill(body="weather"))
    await it.offer()
    await it.choose("all")
    await it.gone()

    for _ in range(3):
        await it.visitor.keyboard.press("Escape")

    await expect(it.visitor).to_have_url(away)
    await expect(it.other.locator("[data-queue] > *")).to_have_count(0)
    await jobs_run()
    await expect(it.desk.locator(f"{it.pane} [data-kind=referral]")).to_have_attribute(
        "data-state", "left"
    )
    for slug in (TAKER, GIVER):
        await it.visitor.goto(screens.stack.url(slug))
        await expect(it.visitor.locator("[data-start-button]")).to_be_visible()
        assert await it.visitor.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]
