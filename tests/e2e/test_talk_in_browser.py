"""The two pages against the real server, in Chromium: what one person sees and another must not."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.screens import Screens, say

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "detfinneshjelp"


async def test_talks_stay_in_their_own_windows(screens: Screens) -> None:
    desk = await screens.desk(SLUG)
    first = await screens.visitor(SLUG)
    second = await screens.visitor(SLUG)
    for _ in range(2):
        await desk.keyboard.press("Alt+n")
    await expect(desk.locator("[data-pane]")).to_have_count(2)
    ids = [
        await pane.get_attribute("data-conversation")
        for pane in await desk.locator("[data-pane]").all()
    ]
    panes = [f'[data-pane][data-conversation="{one}"]' for one in ids]

    await say(first, "from the first")
    await say(second, "from the second")
    await say(desk, "to the first", panes[0])
    await say(desk, "to the second", panes[1])

    texts = {
        panes[0]: ["from the first", "to the first"],
        panes[1]: ["from the second", "to the second"],
    }
    for pane, expected in texts.items():
        await expect(desk.locator(f"{pane} [data-text]")).to_have_text(expected)
    await expect(first.locator("[data-log] [data-text]")).to_have_text(texts[panes[0]])
    await expect(second.locator("[data-log] [data-text]")).to_have_text(texts[panes[1]])


async def test_reload_comes_back_and_the_end_leaves_nothing(screens: Screens) -> None:
    desk = await screens.desk(SLUG)
    visitor = await screens.visitor(SLUG)
    await desk.keyboard.press("Alt+n")
    await say(visitor, "before the reload")

    await visitor.reload()
    await expect(visitor.locator("[data-log] [data-text]")).to_have_text(["before the reload"])
    await visitor.click("[data-end]")
    await visitor.click('[data-confirm="end"] [value="yes"]')

    await expect(visitor.locator("[data-ended]")).to_be_visible()
    await expect(desk.locator("[data-pane]")).to_have_attribute("data-state", "ended")
    assert await desk.locator("[data-text]").count() == 0
    assert await visitor.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]
    assert await visitor.evaluate("history.length") == 2  # the blank first page and this one


async def test_line_that_drops_keeps_what_was_written(screens: Screens) -> None:
    desk = await screens.desk(SLUG)
    visitor = await screens.visitor(SLUG)
    await desk.keyboard.press("Alt+n")
    await say(visitor, "one")

    await visitor.context.set_offline(True)
    await visitor.fill("[data-draft]", "two")
    await visitor.click("[data-send]")
    await expect(visitor.locator("[data-banner]")).to_be_visible()
    await visitor.context.set_offline(False)

    await expect(visitor.locator("[data-banner]")).to_be_hidden()
    for page in (visitor, desk):
        await expect(page.locator("[data-log] [data-text]")).to_have_text(["one", "two"])


async def test_erasing_empties_both_sides(screens: Screens) -> None:
    desk = await screens.desk(SLUG)
    visitor = await screens.visitor(SLUG)
    await desk.keyboard.press("Alt+n")
    await say(visitor, "a secret")
    await expect(desk.locator("[data-pane] [data-text]")).to_have_text(["a secret"])

    await visitor.click("[data-erase]")
    await visitor.click('[data-confirm="erase"] [value="yes"]')

    told = ((visitor, '[data-message][data-from="system"]'), (desk, "[data-event]:last-child"))
    for page, sentence in told:
        await expect(page.locator(sentence)).to_contain_text("slett")
        await expect(page.locator("text=a secret")).to_have_count(0)
    await say(visitor, "going on")
    await expect(desk.locator("[data-pane]", has_text="going on")).to_be_visible()
