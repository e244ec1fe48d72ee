"""A whole talk without a mouse: Tab, Enter, Space and Esc, in each language, at both sizes."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tests.e2e.screens import DESKTOP, PHONE, Screens, expect_texts

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_STOPS = 60


async def _tab_to(page: Page, selector: str, *, back: bool = False) -> None:
    """Press Tab (or Shift+Tab) until the focus stands on what ``selector`` names, and is seen."""
    for _ in range(MOST_STOPS):
        await page.keyboard.press("Shift+Tab" if back else "Tab")
        if await page.evaluate("at => document.activeElement.matches(at)", selector):
            await expect(page.locator(selector)).to_be_in_viewport()
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


async def _type(page: Page, text: str) -> None:
    await page.keyboard.type(text)
    await page.keyboard.press("Enter")


async def _sign_in(door: Page, login: str, password: str) -> None:
    # The field has the focus from the start.
    await door.keyboard.type(login)
    await door.keyboard.press("Tab")
    await _type(door, password)
    await expect(door.locator("[data-ready]")).to_be_enabled()


@pytest.mark.parametrize(
    ("slug", "language", "size", "words"),
    [
        ("detfinneshjelp", "nb", PHONE, "Du avsluttet samtalen"),
        ("tidaholm", "sv", DESKTOP, "Du avslutade samtalet"),
        ("detfinneshjelp", "en", DESKTOP, "You ended the talk"),
    ],
    ids=["nb-phone", "sv-desktop", "en-desktop"],
)
async def test_talk_from_start_to_end(
    screens: Screens, slug: str, language: str, size: ViewportSize, words: str
) -> None:
    visitor = await screens.front(slug, language=language, size=size)
    desk = await screens.door(slug, language=language, size=size)
    user = screens.staff[slug].users[0]

    await _tab_to(visitor, "[data-start-button]")
    await visitor.keyboard.press("Enter")
    await expect(visitor.locator("[data-draft]")).to_be_focused()
    await _type(visitor, "first")
    await _sign_in(desk, user.email, user.password)
    await _tab_to(desk, "[data-ready]")
    await desk.keyboard.press("Space")
    await expect(desk.locator("[data-next]")).to_be_enabled()
    await _tab_to(desk, "[data-next]")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("[data-draft]")).to_be_focused()
    await _type(desk, "second")

    await expect_texts(visitor, ["first", "second"])
    await _tab_to(visitor, "[data-end]", back=True)
    await visitor.keyboard.press("Enter")
    await visitor.keyboard.press("Escape")
    await expect(visitor.locator("dialog[open]")).to_have_count(0)
    await expect(visitor.locator("[data-end]")).to_be_focused()
    await visitor.keyboard.press("Enter")
    await _tab_to(visitor, '[data-confirm="end"] [value="yes"]', back=True)
    await visitor.keyboard.press("Enter")
    await expect(visitor.locator("[data-ended-title]")).to_have_text(words)
    await expect(visitor.locator("[data-ended]")).to_be_focused()
    await expect(desk.locator("[data-pane]")).to_have_attribute("data-state", "ended")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_desk_closes_a_talk_and_puts_it_away(screens: Screens, size: ViewportSize) -> None:
    visitor = await screens.visitor("detfinneshjelp")
    desk = await screens.desk("detfinneshjelp", size=size)

    await desk.keyboard.press("Alt+n")
    await expect(desk.locator("[data-draft]")).to_be_focused()
    await expect(desk.locator("[data-composer]")).to_be_in_viewport(ratio=1)
    await _tab_to(desk, "[data-close]", back=True)
    await desk.keyboard.press("Enter")
    await desk.keyboard.press("Escape")
    await expect(desk.locator("[data-pane]")).not_to_have_attribute("data-state", "ended")
    await desk.keyboard.press("Alt+x")
    await _tab_to(desk, '[data-confirm="close"] [value="yes"]', back=True)
    await desk.keyboard.press("Enter")

    await expect(visitor.locator("[data-ended]")).to_be_visible()
    await _tab_to(desk, "[data-put-away]")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("[data-pane]")).to_have_count(0)


async def test_question_that_is_asked_again_at_once_has_its_own_answer(screens: Screens) -> None:
    visitor = await screens.visitor("detfinneshjelp")
    desk = await screens.desk("detfinneshjelp")
    await desk.keyboard.press("Alt+n")
    await expect(desk.locator("[data-draft]")).to_be_focused()

    # Within one turn of the page, as keys that are pressed quickly on a busy machine may come.
    await desk.locator('[data-confirm="close"]').evaluate(
        """(dialog) => {
          const close = document.querySelector("[data-close]");
          close.click();
          dialog.close();
          close.click();
        }"""
    )
    await desk.click('[data-confirm="close"] [value="yes"]')

    await expect(visitor.locator("[data-ended]")).to_be_visible()
