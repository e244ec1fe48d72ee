"""What the visitor reads while they wait, while the counsellor looks something up, and on a card."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.e2e.screens import PHONE, Screens, expect_texts, say, take_next

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "detfinneshjelp"


async def test_visitor_is_told_what_is_going_on_from_the_queue_to_the_card(
    screens: Screens,
) -> None:
    visitor = await screens.visitor(SLUG, size=PHONE)
    await expect(visitor.locator("[data-estimate]")).to_contain_text("Ingen er klare")
    call = visitor.locator("[data-elsewhere] [data-contact-link]").first
    await expect(call).to_have_attribute("href", "tel:80099900")

    desk = await screens.desk(SLUG)
    await expect(visitor.locator("[data-estimate]")).to_contain_text("mindre enn to minutter")
    await expect(visitor.locator("[data-elsewhere]")).to_be_hidden()
    pane = await take_next(desk)

    await desk.click(f"{pane} [data-pause] summary")
    await desk.fill(f"{pane} [data-pause-words]", "Jeg leser om søvn.")
    await desk.keyboard.press("Enter")
    await expect(visitor.locator("[data-aside]")).to_have_text(
        "Fra rådgiveren din: Jeg leser om søvn."
    )
    await say(desk, "Nå er jeg her igjen.", pane)
    await expect(visitor.locator("[data-aside]")).to_be_hidden()

    await desk.click(f"{pane} [data-signposts] summary")
    await desk.locator(f"{pane} [data-to^=contact]", has_text="800 99 900").click()
    await expect(visitor.locator("[data-card] [data-way]").first).to_have_attribute(
        "href", "tel:80099900"
    )
    await visitor.reload()
    await expect(visitor.locator("[data-card] [data-way]").first).to_have_text("Ring 800 99 900")
    await desk.click(f"{pane} [data-card-withdraw]")
    await expect(visitor.locator("[data-card-note]")).to_have_text(
        "Rådgiveren har tatt dette tilbake."
    )


async def test_text_that_is_too_long_is_kept_and_explained(screens: Screens) -> None:
    visitor = await screens.visitor(SLUG, size=PHONE)
    await visitor.fill("[data-draft]", "å" * 4_003)
    await visitor.press("[data-draft]", "Enter")

    await expect(visitor.locator("[data-too-long]")).to_contain_text("Dette er 3 tegn for langt")
    await expect(visitor.locator("[data-draft]")).to_have_value("å" * 4_003)
    await expect_texts(visitor, [])
    await visitor.fill("[data-draft]", "å" * 3_990)
    await expect(visitor.locator("[data-count]")).to_have_text("10 tegn igjen")
    await say(visitor, "å" * 4_000)
    await expect(visitor.locator("[data-count]")).to_be_hidden()
    # The talk scrolls in its place; the page around it does not grow.
    tall = await visitor.evaluate("document.documentElement.scrollHeight - innerHeight")
    assert tall == 0
