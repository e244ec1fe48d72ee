"""A small telephone: no page of any line, in any of its languages, is wider than the screen."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from playwright.async_api import Locator, Page, ViewportSize, expect

from chat.calls import call
from tests.e2e.screens import Screens, end, say, take_next
from tests.pages.conftest import TENANTS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL: ViewportSize = {"width": 320, "height": 568}
USUAL: ViewportSize = {"width": 360, "height": 740}
# A screen of 1280 by 1024 that is magnified four times (WCAG 1.4.10).
MAGNIFIED: ViewportSize = {"width": 320, "height": 256}
# What stands beyond the right edge, and what is too wide for its own place (a name under a button).
_TOO_WIDE = """
() => [...document.querySelectorAll("header *, main *, dialog[open] *")]
  .filter((one) => one.checkVisibility() && !one.closest("svg, .only-heard"))
  .filter((one) => {
    const { right } = one.getBoundingClientRect();
    const stays = getComputedStyle(one).overflowX === "visible" && one.clientWidth > 0;
    return right > innerWidth + 1 || (stays && one.scrollWidth > one.clientWidth + 1);
  })
  .map((one) => one.outerHTML.slice(0, 80))
"""


async def _look_at(page: Page, name: str, findings: dict[str, list[str]]) -> None:
    wrong: list[str] = await page.evaluate(_TOO_WIDE)
    findings.update({name: wrong} if wrong else {})


async def test_visitors_page_fits(screens: Screens) -> None:
    findings: dict[str, list[str]] = {}

    async def look_at(page: Page, name: str) -> None:
        for size in (USUAL, SMALL):
            await page.set_viewport_size(size)
            await _look_at(page, f"{name} {size['width']}", findings)

    for slug in TENANTS:
        page = await screens.front(slug, size=SMALL)
        for code in [await one.get_attribute("lang") for one in await _languages(page)]:
            await page.goto(screens.stack.url(slug, f"/?lang={code}"))
            await look_at(page, f"{slug} {code}")
            await page.click("[data-start-button]")
            await expect(page.locator("[data-waiting]")).to_be_visible()
            await look_at(page, f"{slug} {code} waiting")
            await page.click("[data-end]")
            await look_at(page, f"{slug} {code} asked")
            await page.click('[data-confirm="end"] [value="yes"]')
            await expect(page.locator("[data-ended]")).to_be_visible()
            await look_at(page, f"{slug} {code} ended")
        await page.context.close()

    assert findings == {}


async def _languages(page: Page) -> list[Locator]:
    return await page.locator(".bar-languages a").all()


@pytest.mark.parametrize("language", ["nb", "sv", "en"])
async def test_talk_fits_on_both_sides(screens: Screens, language: str) -> None:
    findings: dict[str, list[str]] = {}
    # The one has a handbook beside its talks, the other has not.
    await call(call_command, "load_demo_handbooks", verbosity=0)
    slug = "tidaholm" if language == "sv" else "detfinneshjelp"
    visitor = await screens.visitor(slug, size=SMALL, language=language)
    desk = await screens.door(slug, size=SMALL, language=language)
    await _look_at(desk, "door", findings)
    user = screens.staff[slug].users[0]
    await desk.fill("#login", user.email)
    await desk.fill("#password", user.password)
    await desk.click("[type=submit]")
    await expect(desk.locator("[data-ready]")).to_be_enabled()
    await expect(desk.locator("[data-quiet-words]")).to_be_in_viewport(ratio=1)
    await desk.click("[data-ready]")
    await _look_at(desk, "ready", findings)
    pane = await take_next(desk)
    await say(visitor, "x" * 60)
    await say(desk, "y" * 60, pane)
    for name, page in (("talk", visitor), ("desk", desk)):
        await _look_at(page, name, findings)
    await end(visitor)
    await expect(desk.locator(pane)).to_have_attribute("data-state", "ended")
    await _look_at(desk, "desk ended", findings)

    assert findings == {}


async def test_talk_can_be_read_and_answered_at_four_times_the_size(screens: Screens) -> None:
    findings: dict[str, list[str]] = {}
    visitor = await screens.visitor("detfinneshjelp", size=MAGNIFIED)
    desk = await screens.desk("detfinneshjelp")
    pane = await take_next(desk)
    await say(visitor, "a word of mine")
    await say(desk, "a word for you", pane)
    read = visitor.locator("[data-text]", has_text="a word for you")
    await visitor.locator("[data-draft]").click()
    await _look_at(visitor, "talk", findings)

    for what in (read, visitor.locator("[data-send]"), visitor.locator(".bar [data-leave]")):
        await expect(what).to_be_in_viewport(ratio=1)
    assert findings == {}
