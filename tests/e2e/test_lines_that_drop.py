"""Lines that drop, lines that only look alive, and servers that go: each comes back by itself."""

from __future__ import annotations

import asyncio
import signal
from datetime import timedelta

import pytest
from django.db import connections
from playwright.async_api import Page, expect

from chat.calls import call
from chat.models import Presence, Process
from chat.neglect import tend_all
from retention import clock
from tenants.models import Tenant
from tests.e2e.cable import cable_to
from tests.e2e.screens import Screens, expect_texts, say, take_next, write
from tests.world import moved_clock, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "detfinneshjelp"
BANNER = "body[data-page=visitor] [data-banner]"
DESK_BANNER = "body > [data-banner]"


async def test_line_that_only_looks_alive_is_dropped_and_comes_back(screens: Screens) -> None:
    async with cable_to(screens.stack.port) as line:
        desk = await screens.desk(SLUG)
        visitor = await screens.visitor(SLUG, cable=line)
        pane = await take_next(desk)
        await say(visitor, "one")

        line.go_dead()
        await write(visitor, "two")
        await expect(visitor.locator(BANNER)).to_be_visible(timeout=20_000)
        line.mend()

        await expect(visitor.locator(BANNER)).to_be_hidden()
        await expect_texts(visitor, ["one", "two"])
        await expect_texts(desk, ["one", "two"], pane)


async def test_visitor_is_told_of_the_counsellors_line_and_of_its_return(screens: Screens) -> None:
    async with cable_to(screens.stack.port) as line:
        desk = await screens.desk(SLUG, cable=line)
        visitor = await screens.visitor(SLUG)
        pane = await take_next(desk)
        await say(visitor, "are you there?")

        line.cut()
        await _miss_the_counsellor()
        await expect(visitor.locator(BANNER)).to_have_text(
            "Rådgiveren mistet forbindelsen. Bli her, så venter vi til den er tilbake."
        )
        await expect(visitor.locator("[data-light=up]:visible")).to_have_count(0)
        line.mend()

        await expect(visitor.locator(BANNER)).to_be_hidden()
        await say(desk, "yes", pane)
        await expect_texts(visitor, ["are you there?", "yes"])


async def _miss_the_counsellor() -> None:
    """Let a minute pass, with the server still known to be alive."""
    tenant = await call(Tenant.objects.get, slug=SLUG)
    await until(tenant, lambda: Presence.objects.filter(lost_at__isnull=False).exists())
    moment = await call(clock.now) + timedelta(seconds=61)
    await moved_clock(moment)
    await until(tenant, lambda: Process.objects.filter(beat_at__gte=moment).exists())
    await asyncio.to_thread(_tend_as_the_worker_does)


def _tend_as_the_worker_does() -> None:
    try:
        tend_all()
    finally:
        connections.close_all()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["restart", "crash"])
async def test_server_that_goes_and_comes_is_no_end(screens: Screens, how: signal.Signals) -> None:
    desk = await screens.desk(SLUG)
    visitor = await screens.visitor(SLUG)
    pane = await take_next(desk)
    await say(visitor, "before")
    await say(desk, "before too", pane)

    screens.stack.end(how)
    await _told_of_the_server(visitor, desk, how)
    await write(visitor, "while it is away")
    screens.stack.start()

    for page, banner in ((visitor, BANNER), (desk, DESK_BANNER)):
        await expect(page.locator(banner)).to_be_hidden(timeout=30_000)
    await say(desk, "after", pane)
    texts = ["before", "before too", "while it is away", "after"]
    await expect_texts(visitor, texts)
    await expect_texts(desk, texts, pane)
    await expect(desk.locator("[data-ready]")).to_have_attribute("aria-checked", "true")


async def _told_of_the_server(visitor: Page, desk: Page, how: signal.Signals) -> None:
    # A server that stops in good order says so; of one that crashed nobody knows.
    told = how is signal.SIGTERM
    starting, lost = "starter på nytt", "mistet forbindelsen"
    await expect(visitor.locator(BANNER)).to_contain_text(starting if told else lost)
    await expect(desk.locator(DESK_BANNER)).to_contain_text("starter" if told else lost)
    await expect(desk.locator("[data-next]")).to_be_disabled()
    await expect(desk.locator("[data-ready]")).to_be_disabled()


async def test_talk_closed_without_a_line_ends_when_it_is_back(screens: Screens) -> None:
    async with cable_to(screens.stack.port) as line:
        desk = await screens.desk(SLUG, cable=line)
        visitor = await screens.visitor(SLUG)
        pane = await take_next(desk)
        await say(visitor, "goodbye")

        line.cut()
        await expect(desk.locator(DESK_BANNER)).to_be_visible()
        await desk.click(f"{pane} [data-close]")
        await desk.click('[data-confirm="close"] [value="yes"]')
        await expect(desk.locator(f"{pane} [data-pane-banner]")).to_be_visible()
        line.mend()

        await expect(desk.locator(pane)).to_have_attribute("data-state", "ended")
        await expect(visitor.locator("[data-ended]")).to_be_visible()


async def test_banner_does_not_cover_the_last_message(screens: Screens) -> None:
    async with cable_to(screens.stack.port) as line:
        visitor = await screens.visitor(SLUG, cable=line)
        for number in range(12):
            await say(visitor, f"message {number}")

        line.cut()
        await expect(visitor.locator(BANNER)).to_be_visible()

        last = visitor.locator("[data-text]").last
        await expect(last).to_be_in_viewport(ratio=1)
        scrolled = "at => Math.ceil(at.scrollTop + at.clientHeight) >= at.scrollHeight"
        assert await visitor.locator("[data-scroll]").evaluate(scrolled)
