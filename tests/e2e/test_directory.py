"""Who else is open now, on a telephone and at the desk; and the office that looks after it."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from django.core.management import call_command
from playwright.async_api import Page, ViewportSize, expect

from chat.calls import call
from tests.e2e.screens import DESKTOP, PHONE, SUPERVISOR, Screens, take_next

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL: ViewportSize = {"width": 320, "height": 568}


async def seen(page: Page, name: str) -> None:
    """Nothing is wrong with how the page stands now, and nothing sticks out of it."""
    violations = (await Axe().run(page)).response["violations"]
    found = [f"{one['id']}: {node['html']}" for one in violations for node in one["nodes"]]
    wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert {name: found, "wider": wider <= 0} == {name: [], "wider": True}


@pytest.mark.parametrize(
    ("slug", "words", "hit"),
    [("sexogsamfunn", "regninger", "Råd om penger"), ("tidaholm", "lyssnar", "BRIS")],
    ids=["nb", "sv"],
)
async def test_visitor_finds_who_else_answers_without_script_or_trace(
    screens: Screens, slug: str, words: str, hit: str
) -> None:
    """Rule: S10, S11"""
    await call(call_command, "load_demo_services", verbosity=0)
    look: dict[str, Any] = {"size": PHONE}
    front = await screens.front(slug, **look)
    async with front.expect_popup() as opened:
        await front.locator("[data-further]:visible").click()
    page = await opened.value
    await expect(page.locator("[data-directory-open] li").first).to_be_visible()
    await seen(page, "all")
    await page.locator("details summary").first.click()
    await seen(page, "narrowing")

    plain = await screens.page(page.url, size=SMALL, java_script_enabled=False)
    await plain.fill("#words", words)
    await plain.click("[data-directory-form] [type=submit]")

    await expect(plain.locator("[data-service]")).to_have_count(1)
    await expect(plain.locator("[data-service]")).to_contain_text(hit)
    assert plain.url == page.url
    await page.fill("#words", f"{words} romskip")
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-directory-some]")).to_be_visible()
    await seen(page, "some")
    await page.click("[data-directory-all]")
    await expect(page.locator("[data-directory-some]")).to_have_count(0)
    await page.set_viewport_size(SMALL)
    await seen(page, "small")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_counsellor_shows_a_service_by_one_press(
    screens: Screens, size: ViewportSize
) -> None:
    await call(call_command, "load_demo_services", verbosity=0)
    visitor = await screens.visitor("sexogsamfunn")
    desk = await screens.desk("sexogsamfunn", size=size)
    panel = desk.locator('[data-panel="directory"]')
    if size == DESKTOP:
        await desk.keyboard.press("Alt+s")
        await panel.locator("[data-show]").first.click()
        await expect(panel.locator("[data-directory-said]")).to_contain_text("Ta en samtale først")
    await take_next(desk)
    if size == PHONE:
        await desk.click("[data-pane] [data-panel-open=directory]")
    await panel.locator("[data-directory-typed]").fill("legevakt")
    await expect(panel.locator("[data-show]")).to_have_count(1)
    await seen(desk, "found")

    await panel.locator("[data-show]").click()

    card = visitor.locator("[data-card]")
    await expect(card.locator("[data-card-name]")).to_have_text("Legevakten")
    await expect(card.locator("[data-way]").first).to_have_attribute("href", "tel:116117")
    await expect(panel).to_be_visible(visible=size == DESKTOP)
    await expect(desk.locator("[data-pane] [data-card]")).to_be_visible()


@pytest.mark.parametrize(
    "look",
    [
        pytest.param({"size": PHONE, "color_scheme": "dark"}, id="phone-dark"),
        pytest.param({"size": DESKTOP, "color_scheme": "light"}, id="desktop-light"),
    ],
)
async def test_supervisor_looks_after_the_directory(
    screens: Screens, look: dict[str, ViewportSize]
) -> None:
    await call(call_command, "load_demo_services", verbosity=0)
    page = await screens.signed_in("tidaholm", SUPERVISOR, **look)
    await page.goto(screens.stack.url("desk-tidaholm", "/desk/office/services/"))
    await seen(page, "list")
    await page.click("text=Lägg till en verksamhet")
    await seen(page, "form")
    await page.fill("#phones", "ring oss")
    await page.click("main [type=submit]")
    await expect(page.locator("[role=alert] li")).to_have_count(2)
    await seen(page, "refused")
    await page.fill("#name_sv", "Nattlinjen")
    await page.fill("#phones", "020-00 00 00")
    await page.fill("#hours_MO", "0–24")
    await page.click("main [type=submit]")
    added = page.locator("[data-service]", has_text="Nattlinjen")
    await expect(added.locator("[data-mark=due]")).to_be_visible()
    await added.locator("button", has_text="Kontrollerad i dag").click()
    await expect(added.locator("[data-mark]")).to_have_count(0)
    await seen(page, "checked")
