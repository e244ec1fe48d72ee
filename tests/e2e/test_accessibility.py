"""axe-core finds nothing on any page, in any state that a person meets, by day and by night."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.e2e.screens import DESKTOP, PHONE, Screens, end, say, take_next
from tests.pages.conftest import TENANTS
from tests.world import CHARTERS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "detfinneshjelp"
# Nothing that fades in: half of a fade is no state that anybody reads.
LOOKS = [
    pytest.param({"size": PHONE, "color_scheme": "light"}, id="phone-light"),
    pytest.param({"size": DESKTOP, "color_scheme": "dark"}, id="desktop-dark"),
]
Findings = dict[str, list[str]]


async def _look_at(page: Page, name: str, findings: Findings) -> None:
    found = (await Axe().run(page)).response["violations"]
    wrong = [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]
    findings.update({name: wrong} if wrong else {})


@pytest.mark.parametrize("look", LOOKS)
async def test_front_page_of_every_line(screens: Screens, look: dict[str, Any]) -> None:
    findings: Findings = {}
    page = await screens.page("about:blank", **look)
    for slug in TENANTS:
        await page.goto(screens.stack.url(slug))
        await expect(page.locator("form[data-start]")).to_be_visible()
        for details in await page.locator("details").all():
            await details.locator("summary").click()
        await _look_at(page, slug, findings)

    assert sorted(TENANTS) == sorted(path.stem for path in CHARTERS.glob("*.toml"))
    assert findings == {}


@pytest.mark.parametrize("look", LOOKS)
async def test_visitors_way_through_a_talk(screens: Screens, look: dict[str, Any]) -> None:
    findings: Findings = {}
    visitor = await screens.visitor(SLUG, **look)
    await _look_at(visitor, "waiting", findings)
    await visitor.click("[data-code-show]")
    await _look_at(visitor, "code", findings)
    desk = await screens.desk(SLUG)
    pane = await take_next(desk)
    await say(visitor, "hello")
    await say(desk, "hello to you", pane)
    await expect(visitor.locator("[data-text]")).to_have_count(2)
    await _look_at(visitor, "talk", findings)
    for name in ("end", "erase"):
        await visitor.click(f"[data-{name}]")
        await _look_at(visitor, f"dialog {name}", findings)
        await visitor.click(f'[data-confirm="{name}"] [value="no"]')
    screens.stack.end(signal.SIGTERM)
    await expect(visitor.locator("[data-banner]")).to_be_visible()
    await _look_at(visitor, "banner", findings)
    screens.stack.start()
    await expect(visitor.locator("[data-banner]")).to_be_hidden()
    await end(visitor)
    await _look_at(visitor, "ended", findings)

    assert findings == {}


@pytest.mark.parametrize("look", LOOKS)
async def test_what_else_stands_on_a_visitors_page(screens: Screens, look: dict[str, Any]) -> None:
    """Others who are open, a wrong code, a text too long, a pause, a card and one taken back."""
    findings: Findings = {}
    visitor = await screens.front("tidaholm", **look)
    await visitor.click("[data-code-entry] summary")
    await visitor.fill("[data-code-field]", "0000-0000-0000-0001")
    await visitor.press("[data-code-field]", "Enter")
    await expect(visitor.locator("[data-code-refusal]")).not_to_be_empty()
    await _look_at(visitor, "code refused", findings)
    visitor = await screens.visitor(SLUG, **look)
    await expect(visitor.locator("[data-elsewhere] [data-contact-link]").first).to_be_visible()
    await _look_at(visitor, "nobody ready", findings)
    await visitor.fill("[data-draft]", "å" * 4_003)
    await visitor.press("[data-draft]", "Enter")
    await expect(visitor.locator("[data-too-long]")).to_be_visible()
    await _look_at(visitor, "too long", findings)
    await visitor.fill("[data-draft]", "")
    desk = await screens.desk(SLUG, **look)
    pane = await take_next(desk)
    await desk.click(f"{pane} [data-pause] summary")
    await _look_at(desk, "pause", findings)
    await desk.fill(f"{pane} [data-pause-words]", "Jeg leser om søvn.")
    await desk.keyboard.press("Enter")
    await expect(visitor.locator("[data-aside]")).to_be_visible()
    await _look_at(visitor, "paused", findings)
    await desk.click(f"{pane} [data-signposts] summary")
    await _look_at(desk, "signposts", findings)
    await desk.locator(f"{pane} [data-to^=contact]").first.click()
    await expect(visitor.locator("[data-card] [data-way]").first).to_be_visible()
    await _look_at(visitor, "card", findings)
    await _look_at(desk, "card given", findings)
    await desk.click(f"{pane} [data-card-withdraw]")
    await expect(visitor.locator("[data-card-note]")).to_be_visible()
    await _look_at(visitor, "card taken back", findings)

    assert findings == {}


@pytest.mark.parametrize("look", LOOKS)
async def test_desk_from_its_door_to_an_ended_talk(screens: Screens, look: dict[str, Any]) -> None:
    findings: Findings = {}
    door = await screens.door(SLUG, **look)
    await _look_at(door, "door", findings)
    desk = await screens.signed_in(SLUG, **look)
    await _look_at(desk, "not ready", findings)
    await desk.click("[data-ready]")
    first, second = await screens.visitor(SLUG), await screens.visitor(SLUG)
    await expect(desk.locator("[data-queue] > *")).to_have_count(2)
    await _look_at(desk, "two wait", findings)
    await take_next(desk)
    pane = await take_next(desk)
    await say(first, "unread")
    await say(second, "read")
    await expect(desk.locator("[data-unread]:visible")).to_have_count(1)
    await _look_at(desk, "two talks", findings)
    await desk.click(f"{pane} [data-close]")
    await _look_at(desk, "dialog close", findings)
    await desk.click('[data-confirm="close"] [value="yes"]')
    await expect(desk.locator(pane)).to_have_attribute("data-state", "ended")
    await _look_at(desk, "one ended", findings)

    assert findings == {}
