"""A question before a message goes that looks as if it showed who somebody is; only the browser looks."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.e2e.revealing import KNOWN, ORDINARY, REVEALING
from tests.e2e.screens import PHONE, Screens, expect_texts, say, take_next, write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

_LOOK = """
async ([texts, known]) => {
  const { revealedIn } = await import("/static/chat/js/revealing.js");
  const { bare } = await import("/static/chat/js/phones.js");
  const ours = new Set(known.map((one) => (one.includes("@") ? one : bare(one))));
  return texts.map((text) => revealedIn(text, ours));
}
"""


async def looked(page: Page, texts: list[str]) -> dict[str, list[str]]:
    found: list[list[str]] = await page.evaluate(_LOOK, [texts, KNOWN])
    return dict(zip(texts, found, strict=True))


async def test_what_shows_who_somebody_is_is_found_and_ordinary_words_are_not(
    screens: Screens,
) -> None:
    page = await screens.front("urph")

    assert await looked(page, list(REVEALING)) == REVEALING
    assert {text: kinds for text, kinds in (await looked(page, ORDINARY)).items() if kinds} == {}


async def test_message_waits_for_an_answer_and_nothing_leaves_before_it(screens: Screens) -> None:
    sent: list[str] = []
    visitor = await screens.visitor("urph", size=PHONE)
    visitor.on("request", lambda request: sent.append(request.url))
    desk = await screens.desk("urph")
    pane = await take_next(desk)
    await say(visitor, "hei")
    question = visitor.locator("[data-reveal]")

    await write(visitor, "jeg heter Kari Nordmann, ring 912 34 567")
    await expect(question).to_contain_text("et telefonnummer og et fullt navn.")
    await expect_texts(visitor, ["hei"])
    assert (await Axe().run(visitor)).response["violations"] == []
    await visitor.keyboard.press("Escape")
    await expect(question).to_be_hidden()
    await expect(visitor.locator("[data-draft]")).to_be_focused()
    await visitor.fill("[data-draft]", "jeg heter Kari")
    await visitor.click("[data-send]")
    await write(visitor, "912 34 567")
    await visitor.click("[data-reveal-send]")

    texts = ["hei", "jeg heter Kari", "912 34 567"]
    await expect_texts(visitor, texts)
    await expect_texts(desk, texts, pane)
    await expect(visitor.locator("[data-draft]")).to_have_value("")
    assert sent == []


async def test_the_lines_own_number_is_nobodys(screens: Screens) -> None:
    visitor = await screens.visitor("urph")
    told = await visitor.locator('a[href^="tel:"]').all_inner_texts()
    # Some stand under the name of who is called, and alone somewhere else.
    numbers = [one for one in dict.fromkeys(told) if "\n" not in one]

    for number in numbers:
        await say(visitor, f"{number} svarer ikke")

    assert numbers


async def test_line_where_one_chooses_to_be_anonymous_does_not_ask(screens: Screens) -> None:
    visitor = await screens.visitor("tidaholm")

    await say(visitor, "jag heter Anna Svensson, ring 070-174 06 05")

    await expect(visitor.locator("[data-reveal]")).to_have_count(0)
