"""People at their screens: pages of the real server in Chromium, and what is done on them."""

from __future__ import annotations

import asyncio
import http.client
from contextlib import closing
from dataclasses import dataclass
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from playwright.async_api import Browser, Page, ViewportSize, expect

from tenants.demo import DemoTenant
from tests.e2e.cable import Cable
from tests.stack import LiveStack
from tests.world import PATIENCE_SECONDS

PHONE: ViewportSize = {"width": 390, "height": 844}
DESKTOP: ViewportSize = {"width": 1280, "height": 800}
COUNSELLOR, COLLEAGUE, SUPERVISOR, OFFICER, ADMINISTRATOR = range(5)


@dataclass(frozen=True)
class Screens:
    """Each page has a browser context of its own: its own cookies, storage and line."""

    browser: Browser
    stack: LiveStack
    staff: dict[str, DemoTenant]

    async def page(
        self, url: str, *, cable: Cable | None = None, size: ViewportSize = DESKTOP, **more: Any
    ) -> Page:
        page = await self._blank(cable=cable, size=size, **more)
        await page.goto(url)
        return page

    async def _blank(
        self, *, cable: Cable | None = None, size: ViewportSize = DESKTOP, **more: Any
    ) -> Page:
        if cable is not None:
            more["proxy"] = cable.proxy
        # What moves keeps a processor busy that draws without help.
        context = await self.browser.new_context(
            viewport=size, **{"locale": "nb-NO", "reduced_motion": "reduce", **more}
        )
        return await context.new_page()

    async def front(self, slug: str, *, language: str = "", **more: Any) -> Page:
        """Open a line's front page."""
        query = f"?lang={language}" if language else ""
        return await self.page(self.stack.url(slug, f"/{query}"), **more)

    async def visitor(self, slug: str, **more: Any) -> Page:
        """A visitor who waits."""
        page = await self.front(slug, **more)
        await page.click("[data-start-button]")
        await expect(page.locator("[data-waiting]")).to_be_visible()
        return page

    async def door(self, slug: str, *, language: str = "", **more: Any) -> Page:
        """Open the sign-in page of a desk."""
        query = f"?lang={language}" if language else ""
        return await self.page(self.stack.url(f"desk-{slug}", f"/desk/login/{query}"), **more)

    async def signed_in(self, slug: str, who: int = COUNSELLOR, **more: Any) -> Page:
        """The desk of one of the demo staff, by the door but without looking at it."""
        page = await self._blank(**more)
        cookies = await asyncio.to_thread(self._through_the_door, slug, who)
        address = self.stack.url(f"desk-{slug}", "")
        await page.context.add_cookies(
            [{"name": name, "value": value, "url": address} for name, value in cookies.items()]
        )
        await page.goto(self.stack.url(f"desk-{slug}", "/desk/"))
        await expect(page.locator("[data-ready]")).to_be_enabled()
        return page

    def _through_the_door(self, slug: str, who: int) -> dict[str, str]:
        """Sign in by the form; return the cookies that a browser would have then."""
        user, host = self.staff[slug].users[who], f"desk-{slug}.{self.stack.base}"
        door = http.client.HTTPConnection("127.0.0.1", self.stack.port, timeout=PATIENCE_SECONDS)
        with closing(door):
            door.request("GET", "/desk/login/", headers={"Host": host})
            answer = door.getresponse()
            page, jar = answer.read().decode(), SimpleCookie(answer.headers["Set-Cookie"])
            token = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
            headers = {
                "Host": host,
                "Origin": f"http://{host}",
                "Cookie": "; ".join(f"{name}={one.value}" for name, one in jar.items()),
                "Content-Type": "application/x-www-form-urlencoded",
            }
            form = {"csrfmiddlewaretoken": token, "login": user.email, "password": user.password}
            door.request("POST", "/desk/login/", urlencode(form), headers)
            answer = door.getresponse()
            answer.read()
            for line in answer.headers.get_all("Set-Cookie") or []:
                jar.load(line)
        return {name: one.value for name, one in jar.items()}

    async def desk(self, slug: str, who: int = COUNSELLOR, **more: Any) -> Page:
        """A member of staff who is ready."""
        page = await self.signed_in(slug, who, **more)
        if await page.get_attribute("[data-ready]", "aria-checked") == "false":
            await page.click("[data-ready]")
        await expect(page.locator("[data-next]")).to_be_enabled()
        return page


async def take_next(desk: Page) -> str:
    """Take the next visitor; return where the talk's pane is."""
    there = await desk.locator("[data-pane]").count()
    await desk.click("[data-next]")
    await expect(desk.locator("[data-pane]")).to_have_count(there + 1)
    talk = await desk.locator("[data-pane]").last.get_attribute("data-conversation")
    return f'[data-pane][data-conversation="{talk}"]'


async def write(page: Page, text: str, within: str = "") -> None:
    """Write a message and press the button, whether or not there is a line."""
    await page.fill(f"{within} [data-draft]", text)
    await page.click(f"{within} [data-send]")


async def say(page: Page, text: str, within: str = "") -> None:
    """Write a message and see it stored."""
    await write(page, text, within)
    message = page.locator(f"{within} [data-message]", has_text=text)
    await expect(message).to_have_attribute("data-state", "stored")


async def end(page: Page) -> None:
    """End the talk from the visitor's page."""
    await page.click("[data-end]")
    await page.click('[data-confirm="end"] [value="yes"]')
    await expect(page.locator("[data-ended]")).to_be_visible()


async def expect_texts(page: Page, texts: list[str], within: str = "") -> None:
    """Wait until the messages shown are these, in this order, each once."""
    await expect(page.locator(f"{within} [data-log] [data-text]")).to_have_text(texts)


_ASK = """
([path, frames]) => new Promise((resolve) => {
  const answers = [];
  const socket = new WebSocket(`ws://${location.host}${path}`);
  const send = () => socket.send(JSON.stringify({ ...frames[answers.length], ref: "asked" }));
  socket.onopen = send;
  socket.onclose = (event) => resolve([...answers, event.code]);
  socket.onmessage = ({ data }) => {
    const { ref, ...frame } = JSON.parse(data);
    if (ref !== "asked") {
      return;
    }
    if (answers.push(frame) < frames.length) {
      send();
    } else {
      socket.onclose = null;
      socket.close();
      resolve(answers);
    }
  };
})
"""


async def ask_socket(page: Page, path: str, *frames: dict[str, object]) -> list[Any]:
    """Open a socket as ``page`` would, say frames, and return the answer to each.

    A socket that the server closes before it has answered gives the close code instead.
    """
    answers: list[Any] = await page.evaluate(_ASK, [path, list(frames)])
    return answers
