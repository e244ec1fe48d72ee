"""Whom a visit asks: every request of a whole talk."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from tests.e2e.screens import PHONE, Screens, end, say, take_next

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "detfinneshjelp"


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
