"""What a visit costs a phone: how many bytes, what it waits for, and whom it asks."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.async_api import Request, Route, expect

from tests.e2e.screens import PHONE, Screens, end, say, take_next
from tests.pages.conftest import TENANTS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "detfinneshjelp"
# design §6: the chat page with everything that it loads, compressed, on an empty cache.
MOST_BYTES = 60_000
_PAINTED = """
() => new Promise((painted) => {
  new PerformanceObserver((list) => {
    list.getEntriesByName("first-contentful-paint").forEach(painted);
  }).observe({ type: "paint", buffered: true });
})
"""


async def test_whole_visit_asks_nobody_else(screens: Screens) -> None:
    asked: set[str] = set()
    visitor = await screens.page("about:blank", size=PHONE)
    visitor.context.on("request", lambda request: asked.add(urlsplit(request.url).netloc))
    visitor.on("websocket", lambda socket: asked.add(urlsplit(socket.url).netloc))
    for path in ("/privacy/", "/proof/", "/nowhere/", "/"):
        await visitor.goto(screens.stack.url(SLUG, path))
    hints = await visitor.locator("link[rel*=pre], link[rel=dns-prefetch]").count()
    await visitor.click("[data-start-button]")
    desk = await screens.desk(SLUG)
    await take_next(desk)
    await say(visitor, "hello")
    await end(visitor)

    assert asked == {f"{SLUG}.{screens.stack.base}"}
    assert hints == 0


async def test_chat_page_is_light_with_all_that_it_loads(screens: Screens) -> None:
    """Until somebody waits in the queue: scripts that are loaded by then count."""
    weights = {slug: await _weight(screens, slug) for slug in TENANTS}

    assert {slug: weight for slug, weight in weights.items() if weight > MOST_BYTES} == {}


async def _weight(screens: Screens, slug: str) -> int:
    """Return how many bytes the bodies have that a visitor's browser fetches, as they are sent."""
    page = await screens.page("about:blank", size=PHONE)
    asked: list[Request] = []
    page.on("requestfinished", lambda one: asked.append(one))
    await page.goto(screens.stack.url(slug))
    await page.click("[data-start-button]")
    await expect(page.locator("[data-waiting]")).to_be_visible()
    weight = sum([(await one.sizes())["responseBodySize"] for one in asked])
    await page.context.close()
    return weight


async def test_page_is_painted_before_any_script_has_come(screens: Screens) -> None:
    page = await screens.page("about:blank", size=PHONE)
    kept: list[Route] = []
    await page.route("**/*.js", lambda route: kept.append(route))
    await page.goto(screens.stack.url(SLUG), wait_until="commit")

    await page.evaluate(_PAINTED)
    await expect(page.locator("h1:visible")).to_be_in_viewport()
    assert kept != []
