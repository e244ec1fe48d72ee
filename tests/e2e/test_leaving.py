"""Away at once: what is left in Chromium when somebody has fled from the page.  Rule: D12

The cases are those in which a page has been seen to come back: Back to the page before, Back with
what was typed put into the fields again, a page kept whole in memory, Forward, reload, another tab,
and a browser that opens its tabs again.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from tests.browser import FLAGS
from tests.e2e.screens import PHONE, Screens, end, say, take_next, write
from tests.programs import CHROMIUM

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "detfinneshjelp"
AWAY = "https://www.yr.no/"
ELSEWHERE = "https://elsewhere.example/"
WORDS = "not for your eyes"


async def _quiet_world(context: BrowserContext) -> None:
    """Pages of others are one word; nothing of the test leaves the machine."""
    for url in (AWAY, ELSEWHERE):
        await context.route(f"{url}**", lambda route: route.fulfill(body="weather"))


async def _talking(screens: Screens, slug: str = SLUG) -> tuple[Page, Page]:
    """A visitor who came from another page and has said and begun to write something."""
    visitor = await screens.page(screens.stack.url(slug, "/health/promises"), size=PHONE)
    await _quiet_world(visitor.context)
    await visitor.goto(ELSEWHERE)
    await visitor.goto(screens.stack.url(slug))
    await visitor.click("[data-start-button]")
    desk = await screens.desk(slug)
    await take_next(desk)
    await say(visitor, WORDS)
    await visitor.fill("[data-draft]", f"{WORDS}, unsent")
    return visitor, desk


async def _leave(page: Page, how: str) -> None:
    if how == "button":
        await page.click(".bar [data-leave]")
    else:
        for _ in range(3):
            await page.keyboard.press("Escape")
    await expect(page).to_have_url(AWAY)


async def _shown(page: Page) -> str:
    """Return all that a page says, in its fields as well."""
    said = "[...document.querySelectorAll('input, textarea')].map((one) => one.value).join()"
    return str(await page.evaluate(f"document.title + document.body.innerText + {said}"))


@pytest.mark.parametrize("how", ["button", "escape"])
async def test_back_forward_and_reload_show_nothing(screens: Screens, how: str) -> None:
    visitor, desk = await _talking(screens)

    await _leave(visitor, how)

    await expect(desk.locator("[data-pane]")).to_have_attribute("data-state", "ended")
    await visitor.reload()
    assert visitor.url == AWAY
    await visitor.go_back()
    assert (visitor.url, WORDS in await _shown(visitor)) == (ELSEWHERE, False)
    await visitor.go_forward()
    assert (visitor.url, WORDS in await _shown(visitor)) == (AWAY, False)
    await visitor.goto(screens.stack.url(SLUG))
    await expect(visitor.locator("[data-start-button]")).to_be_visible()
    assert await visitor.evaluate("[sessionStorage.length, localStorage.length]") == [0, 0]


async def test_leaving_empties_the_page_in_the_same_moment(screens: Screens) -> None:
    visitor, _ = await _talking(screens)

    # Within one turn of the page: before anything is painted or the way to the next page is asked for.
    left = await visitor.evaluate(
        """() => {
          document.querySelector("[data-leave]").click();
          const root = document.documentElement;
          return [document.title, document.body.childElementCount, sessionStorage.length,
                  getComputedStyle(root).display];
        }"""
    )

    assert left == ["", 0, 0, "none"]


async def test_server_hears_of_it_though_the_socket_is_deaf(screens: Screens) -> None:
    visitor, desk = await _talking(screens)
    await visitor.evaluate("WebSocket.prototype.send = () => {}")

    await _leave(visitor, "button")

    await expect(desk.locator("[data-pane]")).to_have_attribute("data-state", "ended")


async def test_server_hears_of_it_where_there_are_no_beacons(screens: Screens) -> None:
    visitor, desk = await _talking(screens)
    await visitor.evaluate("navigator.sendBeacon = () => false")

    await _leave(visitor, "button")

    await expect(desk.locator("[data-pane]")).to_have_attribute("data-state", "ended")


async def test_parked_talk_is_locked_and_stays_at_the_desk(screens: Screens) -> None:
    visitor, desk = await _talking(screens, "urph")

    await _leave(visitor, "escape")

    await expect(desk.locator("[data-pane] [data-light]")).to_have_attribute("data-light", "down")
    await expect(desk.locator("[data-pane]")).not_to_have_attribute("data-state", "ended")
    await expect(desk.locator("[data-pane] [data-text]")).to_have_text(WORDS)


async def test_leaving_from_the_page_about_privacy_takes_the_talk_along(screens: Screens) -> None:
    visitor, desk = await _talking(screens)
    async with visitor.context.expect_page() as opened:
        await visitor.locator("[data-privacy]:visible").click()
    paper = await opened.value
    await paper.wait_for_load_state()

    await _leave(paper, "escape")

    await expect(visitor).to_have_url(AWAY)
    await expect(desk.locator("[data-pane]")).to_have_attribute("data-state", "ended")


async def test_draft_is_not_put_back_after_a_walk_to_another_page(screens: Screens) -> None:
    visitor, _ = await _talking(screens)

    await visitor.goto(ELSEWHERE)
    await visitor.go_back()

    await expect(visitor.locator("[data-draft]")).to_have_value("")


@pytest.mark.parametrize("path", ["/", "/privacy/"])
async def test_page_kept_in_memory_goes_away_instead_of_coming_back(
    screens: Screens, path: str
) -> None:
    async with async_playwright() as playwright:
        # Playwright's own flags switch off what this test is about.
        browser: Browser = await playwright.chromium.launch(
            executable_path=CHROMIUM.needed(),
            args=FLAGS,
            ignore_default_args=["--disable-back-forward-cache"],
        )
        page = await browser.new_page()
        await _quiet_world(page.context)
        await page.goto(screens.stack.url(SLUG, path))
        await page.evaluate("document.body.append('SECRET')")
        # As a browser that keeps the page would: emptied when it is left, sent on when it is shown.
        left = await page.evaluate(
            """() => {
              dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
              const left = document.title + document.body.innerText;
              dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
              return left;
            }"""
        )
        await page.wait_for_url(AWAY)
        await page.goto(screens.stack.url(SLUG, path))
        await page.goto(ELSEWHERE)
        await page.go_back()
        shown = await _shown(page)
        await browser.close()

    assert (left, "SECRET" in shown) == ("", False)


async def test_browser_that_opens_its_tabs_again_has_nothing_to_show(
    screens: Screens, tmp_path: Path
) -> None:
    async with async_playwright() as playwright:
        url = screens.stack.url(SLUG)

        async def opened(*flags: str) -> BrowserContext:
            return await playwright.chromium.launch_persistent_context(
                str(tmp_path), executable_path=CHROMIUM.needed(), args=[*FLAGS, *flags]
            )

        context = await opened()
        page = await context.new_page()
        await _quiet_world(context)
        await page.goto(url)
        await page.click("[data-start-button]")
        await write(page, WORDS)
        await page.fill("[data-draft]", f"{WORDS}, unsent")
        await _leave(page, "button")
        await context.close()
        context = await opened("--restore-last-session")
        await _quiet_world(context)
        tabs = [tab.url for tab in context.pages]
        page = await context.new_page()
        await page.goto(url)
        await expect(page.locator("[data-start-button]")).to_be_visible()
        kept = await page.evaluate("[sessionStorage.length, localStorage.length]")
        shown = await _shown(page)
        await context.close()

    assert [tab for tab in tabs if tab.startswith(url)] == []
    assert (kept, WORDS in shown) == ([0, 0], False)


@pytest.mark.parametrize("size", [{"width": 320, "height": 568}, {"width": 1280, "height": 800}])
async def test_button_is_there_in_every_state(screens: Screens, size: dict[str, int]) -> None:
    missing: list[str] = []
    visitor = await screens.front(SLUG, size=size)

    async def look(name: str) -> None:
        for edge in ("0", "document.documentElement.scrollHeight"):
            await visitor.evaluate(f"scrollTo(0, {edge})")
            if not await visitor.evaluate(_ON_TOP):
                missing.append(name)

    for path in ("/privacy/", "/proof/", "/nowhere/", "/"):
        await visitor.goto(screens.stack.url(SLUG, path))
        await look(path)
    await visitor.click("[data-start-button]")
    await expect(visitor.locator("[data-waiting]")).to_be_visible()
    await look("waiting")
    desk = await screens.desk(SLUG)
    await take_next(desk)
    await say(visitor, "hello")
    await look("talking")
    for name in ("end", "erase"):
        await visitor.click(f"[data-{name}]")
        await look(f"asked: {name}")
        await visitor.click(f'[data-confirm="{name}"] [value="no"]')
    await end(visitor)
    await look("ended")

    assert missing == []


# One of the buttons lies within the screen and is what a finger on it would touch.
_ON_TOP = """
() => [...document.querySelectorAll("[data-leave]")].some((one) => {
  const { x, y, width, height } = one.getBoundingClientRect();
  const touched = document.elementFromPoint(x + width / 2, y + height / 2);
  return width > 0 && x >= 0 && x + width <= innerWidth && one.contains(touched);
})
"""
