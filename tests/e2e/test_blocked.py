"""Networks that let no WebSocket through: the talk goes on over plain requests, and nobody has to ask."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.cable import Buffering, Cable, Strict, cable_to
from tests.e2e.screens import Screens, end, expect_texts, say, take_next, write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "detfinneshjelp"
# Two sockets and a stream are tried in vain before the page polls.
WAYS_TAKE = 30_000
BANNER = "body[data-page=visitor] [data-banner]"


async def waiting(screens: Screens, proxy: Cable) -> Page:
    """A visitor behind ``proxy`` who waits."""
    page = await screens.front(SLUG, cable=proxy)
    await page.click("[data-start-button]")
    await expect(page.locator("[data-waiting]")).to_be_visible(timeout=WAYS_TAKE)
    return page


@pytest.mark.parametrize("kind", [Strict, Buffering], ids=["strict", "buffering"])
async def test_talk_from_start_to_end_where_websocket_is_blocked(
    screens: Screens, kind: type[Strict]
) -> None:
    async with cable_to(screens.stack.port, kind) as proxy:
        desk = await screens.desk(SLUG)
        visitor = await waiting(screens, proxy)
        await say(visitor, "one")
        pane = await take_next(desk)
        await say(desk, "two", pane)
        await expect_texts(visitor, ["one", "two"])

        proxy.cut()
        await expect(visitor.locator(BANNER)).to_be_visible()
        await write(visitor, "three")
        await say(desk, "four", pane)
        proxy.mend()

        await expect(visitor.locator(BANNER)).to_be_hidden(timeout=WAYS_TAKE)
        await expect_texts(visitor, ["one", "two", "four", "three"])
        await expect_texts(desk, ["one", "two", "four", "three"], pane)
        await end(visitor)
        await expect(desk.locator(pane)).to_have_attribute("data-state", "ended")

    # No address holds anything, and the ways that lead nowhere are not tried again.
    lines = {"post /line", "post /line/say", *(["post /line/hear"] if kind is Buffering else [])}
    assert {asked for asked in proxy.asked if asked.startswith("post /line")} == lines
    assert proxy.asked.count("get /ws/visitor") == 2


async def test_leaving_at_once_ends_the_talk_where_websocket_is_blocked(screens: Screens) -> None:
    async with cable_to(screens.stack.port, Strict) as proxy:
        desk = await screens.desk(SLUG)
        visitor = await waiting(screens, proxy)
        pane = await take_next(desk)
        await say(visitor, "he is coming")

        for _ in range(3):
            await visitor.keyboard.press("Escape")

        await expect(desk.locator(pane)).to_have_attribute("data-state", "ended")
