"""What the page says when the line cannot take somebody, or not so fast."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import Page, Route, expect

from chat.calls import call
from chat.conversations import open_conversation
from tenants.models import Hours, HoursException, Tenant
from tenants.scope import tenant_scope
from tests.e2e.screens import DESKTOP, PHONE, Screens, expect_texts, take_next, write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "tidaholm"
_AT_ONCE = """
(texts) => texts.forEach((text) => {
  document.querySelector("[data-draft]").value = text;
  document.querySelector("[data-composer]").requestSubmit();
})
"""


def _close() -> None:
    tenant = Tenant.objects.get(slug=SLUG)
    with tenant_scope(tenant):
        HoursException.objects.all().delete()
        Hours.objects.all().delete()


def _fill() -> None:
    tenant = Tenant.objects.get(slug=SLUG)
    with tenant_scope(tenant):
        for _ in range(tenant.queue_cap):
            open_conversation(tenant)


@pytest.mark.parametrize(
    ("language", "size", "full", "closed"),
    [
        ("sv", PHONE, "Det är fullt just nu.", "Vi har precis stängt."),
        ("en", DESKTOP, "All places are taken right now.", "We have just closed."),
    ],
    ids=["sv-phone", "en-desktop"],
)
async def test_full_and_closed_are_said_in_words(
    screens: Screens, language: str, size: dict[str, int], full: str, closed: str
) -> None:
    page = await screens.front(SLUG, language=language, size=size)
    await call(_fill)
    said = [await _refusal(page, "full")]
    await call(_close)
    said.append(await _refusal(page, "closed"))

    assert [text.startswith(words) for text, words in zip(said, (full, closed), strict=True)] == [
        True,
        True,
    ]
    await expect(page.locator("[data-start-button]")).to_be_enabled()
    assert await page.evaluate("sessionStorage.length") == 0


async def _refusal(page: Page, code: str) -> str:
    await page.click("[data-start-button]")
    refusal = page.locator(f'[data-refusal="{code}"]')
    await expect(refusal).to_be_visible()
    return await refusal.inner_text()


async def test_too_fast_a_start_and_a_server_in_trouble_are_said_in_words(
    screens: Screens,
) -> None:
    page = await screens.front("detfinneshjelp", language="nb")
    answers = [
        ("slow_down", 429, "Vent litt og prøv igjen."),
        ("unavailable", 503, "Vi fikk ikke startet samtalen."),
    ]
    for code, status, words in answers:
        body = {"error": code, "retry_seconds": 30}
        await page.route("**/api/conversations", _answering(status, body))
        assert (await _refusal(page, code)).startswith(words)
    await page.unroute_all()
    await page.click("[data-start-button]")
    await expect(page.locator("[data-waiting]")).to_be_visible()


def _answering(status: int, body: dict[str, object]) -> Callable[[Route], Awaitable[None]]:
    # The server knows neither answer yet; the contract does.
    def answer(route: Route) -> Awaitable[None]:
        return route.fulfill(status=status, json=body)

    return answer


async def test_messages_faster_than_the_line_takes_are_said_and_sent_in_order(
    screens: Screens,
) -> None:
    screens.stack.end(signal.SIGTERM)
    screens.stack.environment.update(HELPLINE_SAY_BURST="2", HELPLINE_SAY_PER_SECOND="10")
    screens.stack.start()
    visitor = await screens.visitor("detfinneshjelp")
    desk = await screens.desk("detfinneshjelp")
    pane = await take_next(desk)
    texts = [f"message {number}" for number in range(6)]

    await visitor.evaluate(_AT_ONCE, texts[:4])
    await expect(visitor.locator("[data-banner]")).to_contain_text("litt fort")
    # By now the line would take these, before those that it has refused.
    for text in texts[4:]:
        await write(visitor, text)

    await expect(visitor.locator('[data-message][data-state="pending"]')).to_have_count(
        0, timeout=30_000
    )
    await expect(visitor.locator("[data-banner]")).to_be_hidden()
    await expect_texts(visitor, texts)
    await expect_texts(desk, texts, pane)
