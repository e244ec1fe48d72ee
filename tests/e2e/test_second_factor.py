"""A second key to the door, and a desk that locks, in a browser that has an authenticator."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from chat.calls import call
from retention import clock
from tenants.demo import Demo, DemoUser
from tenants.models import User
from tests.e2e.guarded import set_up_app
from tests.e2e.screens import DESKTOP, PHONE, Screens, say, take_next
from tests.stack import LiveStack
from tests.world import move_clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SLUG, SIBLINGS = "tidaholm", ("snakkompsyken", "snakkommobbing")
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest_asyncio.fixture(loop_scope="session")
async def screens(browser: Browser, guarded: LiveStack, demo: Demo) -> Screens:
    # Made-up staff are let in where no second factor is asked, and nowhere else.
    await call(User.objects.update, is_demo=False)
    return Screens(browser, guarded, {one.slug: one for one in demo.tenants})


async def knock(screens: Screens, slug: str, user: DemoUser, page: Page) -> None:
    await page.goto(screens.stack.url(f"desk-{slug}", "/desk/login/"))
    await page.fill("#login", user.email)
    await page.fill("#password", user.password)
    await page.click("[type=submit]")


async def looked_at(page: Page, name: str, pictures: Path) -> list[str]:
    """Return what is wrong with a page for somebody who does not see it well, or has a telephone."""
    await page.screenshot(path=pictures / f"{name}.png", full_page=True)
    found = (await Axe().run(page)).response["violations"]
    wrong = [f"{name}: {one['id']}: {node['html']}" for one in found for node in one["nodes"]]
    if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        wrong.append(f"{name} is too wide")
    return wrong


async def test_app_is_set_up_and_a_locked_desk_comes_back_as_it_was(
    screens: Screens, tmp_path: Path
) -> None:
    user = screens.staff[SLUG].users[0]
    visitor = await screens.visitor(SLUG)
    context = await screens.browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    desk = await context.new_page()
    complaints: list[str] = []
    desk.on("pageerror", lambda error: complaints.append(str(error)))
    await desk.clock.install()
    wrong = []

    await knock(screens, SLUG, user, desk)
    wrong += await looked_at(desk, "choose", tmp_path)
    await desk.click("[data-add-app]")
    wrong += await looked_at(desk, "app", tmp_path)
    await set_up_app(desk)
    await expect(desk.locator("[data-codes] li")).to_have_count(10)
    codes = await desk.locator("[data-codes] li").all_inner_texts()
    wrong += await looked_at(desk, "codes", tmp_path)
    await desk.click("[data-go-on]")

    await desk.click("[data-ready]")
    await expect(desk.locator("[data-next]")).to_be_enabled()
    pane = await take_next(desk)
    await say(visitor, "det vet bare jeg")
    await expect(desk.locator(f"{pane} [data-message]")).to_have_count(1)
    await desk.fill(f"{pane} [data-draft]", "jag läser")

    await call(move_clock, await call(clock.now) + timedelta(minutes=15))
    await desk.clock.fast_forward("15:05")
    await expect(desk.locator("[data-lock]")).to_be_visible()
    # Nothing readable, in the page or behind it.
    assert "det vet bare jeg" not in await desk.content()
    await expect(desk.locator("[data-lock-code]")).to_be_visible()
    wrong += await looked_at(desk, "locked", tmp_path)
    await desk.fill("#unlock-password", user.password)
    await desk.click("[data-unlock-form] [type=submit]")
    await expect(desk.locator("[data-lock-said]")).to_be_visible()
    assert await desk.locator(".desk").is_hidden()
    await desk.fill("#factor_code", codes[0])
    await desk.click("[data-unlock-form] [type=submit]")

    await expect(desk.locator("[data-lock]")).to_have_count(0)
    await expect(desk.locator(f"{pane} [data-message]")).to_have_text(
        re.compile("det vet bare jeg")
    )
    assert await desk.input_value(f"{pane} [data-draft]") == "jag läser"
    await say(visitor, "er du der ennå?")
    await expect(desk.locator(f"{pane} [data-message]")).to_have_count(2)
    assert (wrong, complaints) == ([], [])


async def test_one_passkey_opens_two_desks(screens: Screens, tmp_path: Path) -> None:
    user = screens.staff[SIBLINGS[0]].users[-1]
    assert user.email == screens.staff[SIBLINGS[1]].users[-1].email
    context = await screens.browser.new_context(viewport=PHONE, reduced_motion="reduce")
    page = await context.new_page()
    await _give_authenticator(page)
    wrong = []

    await knock(screens, SIBLINGS[0], user, page)
    await page.click("[data-add-passkey]")
    wrong += await looked_at(page, "passkey", tmp_path)
    await page.fill("#name", "work telephone")
    await page.click("[data-passkey-button]")
    await expect(page.locator("[data-codes] li")).to_have_count(10)
    await page.click("[data-go-on]")
    await expect(page.locator("[data-ready]")).to_be_visible()

    await knock(screens, SIBLINGS[1], user, page)
    await expect(page.locator("[data-factor]")).to_be_visible()
    wrong += await looked_at(page, "factor", tmp_path)
    await page.click("[data-passkey-button]")
    await expect(page.locator("[data-ready]")).to_be_visible()
    await page.goto(screens.stack.url(f"desk-{SIBLINGS[1]}", "/desk/account/"))
    await expect(page.locator("[data-factors] li")).to_have_text([re.compile("work telephone")])
    wrong += await looked_at(page, "account", tmp_path)
    assert wrong == []


async def _give_authenticator(page: Page) -> None:
    chromium: Any = await page.context.new_cdp_session(page)
    await chromium.send("WebAuthn.enable")
    await chromium.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
