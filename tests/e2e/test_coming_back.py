"""A lost page and its talk: the code, the page that is loaded again, the tab that is closed."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from playwright.async_api import BrowserContext, Page, expect

from chat.calls import call, scoped_call
from chat.models import Conversation
from retention import clock
from tenants.models import Tenant
from tests.e2e.screens import PHONE, Screens, end, expect_texts, say
from tests.world import moved_clock, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "tidaholm"
SECRET = "sessionStorage.getItem('talk')"


async def test_code_is_offered_taken_hidden_and_brings_back(screens: Screens) -> None:
    lost = await screens.visitor(SLUG, size=PHONE, permissions=["clipboard-write"])
    offer, signs = lost.locator("[data-code-offer]"), lost.locator("[data-code-signs]")
    await expect(offer).to_be_visible()
    await expect(signs).to_be_hidden()
    await say(lost, "innan sidan försvann")
    await lost.click("[data-code-show]")
    code = await signs.inner_text()
    await lost.click("[data-code-copy]")
    await expect(lost.locator("[data-code-said]")).to_have_text("Kopierad.")
    await lost.click("[data-code-hide]")
    await expect(signs).to_have_text("")

    back = await screens.front(SLUG)
    await back.click("[data-code-entry] summary")
    slip = code[:-1] + ("0" if code[-1] != "0" else "1")
    for typed, refusal in (
        (slip, "Ett tecken är fel"),
        ("0000-0000-0000-0000", "öppnar ingenting"),
    ):
        await back.fill("[data-code-field]", typed)
        await back.press("[data-code-field]", "Enter")
        await expect(back.locator("[data-code-refusal]")).to_contain_text(refusal)
    await back.fill("[data-code-field]", code.lower().replace("-", " "))
    await back.press("[data-code-field]", "Enter")

    await expect_texts(back, ["innan sidan försvann"])
    await expect(lost.locator("[data-ended-title]")).to_have_text(
        "Samtalet är inte öppet här längre"
    )
    await expect(offer).to_be_hidden()
    await expect(back.locator("[data-code-offer]")).to_be_hidden()
    assert code not in await lost.content()


async def test_code_is_no_more_after_no_thank_you_a_reload_or_the_end(screens: Screens) -> None:
    declined, reloaded, ended = [await screens.visitor(SLUG) for _ in range(3)]
    await declined.click("[data-code-decline]")
    await reloaded.reload()
    await expect(reloaded.locator("[data-waiting]")).to_be_visible()
    await ended.click("[data-code-show]")
    await end(ended)

    for page in (declined, reloaded, ended):
        await expect(page.locator("[data-code-offer]")).to_be_hidden()
        await expect(page.locator("[data-code-signs]")).to_have_text("")
        stored = await page.evaluate("[Object.keys(sessionStorage), localStorage.length]")
        assert stored == [["talk"] if page is not ended else [], 0]


async def test_line_that_offers_none_has_neither_offer_nor_entry(screens: Screens) -> None:
    visitor = await screens.visitor("alarmtelefonen")

    await expect(visitor.locator("[data-code-offer], [data-code-entry]")).to_have_count(0)


async def test_page_that_is_loaded_again_is_back_for_good(screens: Screens) -> None:
    visitor = await screens.visitor(SLUG, size=PHONE)
    await say(visitor, "kvar")
    await visitor.reload()
    await expect_texts(visitor, ["kvar"])

    await _pass(21)
    await visitor.reload()

    await expect_texts(visitor, ["kvar"])


async def test_tab_that_a_phone_has_put_away_is_back(screens: Screens) -> None:
    visitor = await screens.visitor(SLUG, size=PHONE)
    await say(visitor, "kvar")
    secret = await visitor.evaluate(SECRET)
    await _put_away(visitor)
    await _pass(60)

    again = await _restored(visitor.context, screens.stack.url(SLUG), secret)

    await expect_texts(again, ["kvar"])


async def _put_away(page: Page) -> None:
    """Take the page's process away, as a phone that needs the memory does: it cannot say a word."""
    session = await page.context.new_cdp_session(page)
    async with page.expect_event("crash"):
        crash = asyncio.ensure_future(session.send("Page.crash"))
    crash.cancel()


async def test_closed_tab_that_is_restored_opens_nothing(screens: Screens) -> None:
    front = await screens.front(SLUG)
    async with front.expect_popup() as opened:
        await front.evaluate("void window.open(location.href)")
    visitor = await opened.value
    await visitor.click("[data-start-button]")
    await say(visitor, "hemligt")
    secret = await visitor.evaluate(SECRET)
    await visitor.evaluate("window.close()")
    tenant = await call(Tenant.objects.get, slug=SLUG)
    await until(tenant, lambda: Conversation.objects.filter(tab_closed_at__isnull=False).exists())
    await _pass(20)

    restored = await _restored(front.context, screens.stack.url(SLUG), secret)

    title = restored.locator("[data-ended-title]")
    await expect(title).to_have_text("Samtalet är inte öppet här längre")
    await expect_texts(restored, [])
    assert await restored.evaluate(SECRET) is None
    assert await scoped_call(tenant, Conversation.objects.count) == 1


async def _restored(context: BrowserContext, url: str, secret: str) -> Page:
    """Open a tab with the memory that the browser has kept of another."""
    page = await context.new_page()
    await page.goto(f"{url}favicon.svg")
    await page.evaluate("secret => sessionStorage.setItem('talk', secret)", secret)
    await page.goto(url)
    return page


async def _pass(seconds: int) -> None:
    await moved_clock(await call(clock.now) + timedelta(seconds=seconds))
