"""One talk, several windows: the newest has it, and the others say so."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from tests.e2e.screens import DESKTOP, PHONE, Screens, expect_texts, say, take_next

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "detfinneshjelp"


async def _duplicate(page: Page) -> Page:
    # A window opened by script gets a copy of the tab's memory, as a duplicated tab does.
    async with page.expect_popup() as opened:
        await page.evaluate("void window.open(location.href)")
    return await opened.value


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_second_tab_takes_the_talk_and_the_first_may_take_it_back(
    screens: Screens, size: dict[str, int]
) -> None:
    first = await screens.visitor(SLUG, size=size)
    await say(first, "from the first")

    second = await _duplicate(first)

    await expect_texts(second, ["from the first"])
    await expect(first.locator("[data-ended-title]")).to_have_text(
        "Samtalen er åpen i et annet vindu"
    )
    await expect(first.locator("[data-draft]")).to_be_hidden()
    await say(second, "from the second")
    await first.click("[data-here]")
    await expect_texts(first, ["from the first", "from the second"])
    await expect(second.locator("[data-here]")).to_be_visible()


async def test_reload_shows_what_the_counsellor_has_seen(screens: Screens) -> None:
    visitor = await screens.visitor(SLUG)
    desk = await screens.desk(SLUG)
    await take_next(desk)
    await say(visitor, "can you see this?")
    await expect(visitor.locator("[data-mark]")).to_have_text("Sett")

    await visitor.reload()

    await expect_texts(visitor, ["can you see this?"])
    await expect(visitor.locator("[data-mark]")).to_have_text("Sett")


async def test_talks_stay_apart_and_the_unread_are_counted(screens: Screens) -> None:
    desk = await screens.desk(SLUG)
    first, second = await screens.visitor(SLUG), await screens.visitor(SLUG)
    panes = [await take_next(desk), await take_next(desk)]
    await expect(desk.locator("[data-queue] > *")).to_have_count(0)

    for number in range(1, 4):
        await say(first, f"first {number}")
        await say(second, f"second {number}")

    for name, pane, visitor in zip(("first", "second"), panes, (first, second), strict=True):
        own = [f"{name} {number}" for number in range(1, 4)]
        await expect_texts(desk, own, pane)
        await expect_texts(visitor, own)
    unread = desk.locator("[data-tab] [data-unread]")
    await expect(unread.first).to_have_text("3")
    await expect(unread.last).to_be_hidden()
    assert (await desk.title()).startswith("(3) ")
    await desk.keyboard.press("Alt+u")
    await expect(unread.first).to_be_hidden()
    await expect(first.locator("[data-mark]").last).to_have_text("Sett")
