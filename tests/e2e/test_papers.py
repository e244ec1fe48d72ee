"""The pages about privacy and proof as people meet them: narrow, dark, without script, in a new tab."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from django.core.management import call_command
from playwright.async_api import Page, ViewportSize, expect

from chat.calls import call
from retention.ledger import seal_days
from tests.e2e.screens import DESKTOP, PHONE, Screens
from tests.pages.conftest import TENANTS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NARROW: ViewportSize = {"width": 320, "height": 640}
LOOKS = [
    pytest.param({"size": NARROW, "color_scheme": "light"}, id="narrow-light"),
    pytest.param({"size": DESKTOP, "color_scheme": "dark"}, id="desktop-dark"),
]
PATHS = ("/privacy/", "/proof/")


async def findings_of(page: Page) -> list[str]:
    """Return what axe finds, and what is wider than the screen."""
    found = (await Axe().run(page)).response["violations"]
    wide: list[str] = await page.evaluate(
        "[...document.querySelectorAll('body *')]"
        ".filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)"
        ".map((one) => `wide: ${one.tagName} ${one.className}`)"
    )
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]] + wide


@pytest.mark.parametrize("look", LOOKS)
async def test_pages_of_every_line_are_readable_by_everybody(
    screens: Screens, look: dict[str, Any]
) -> None:
    await seal()
    findings = {}
    page = await screens.page("about:blank", **look)
    for slug in TENANTS:
        for path in PATHS:
            await page.goto(screens.stack.url(slug, path))
            await expect(page.locator("h1")).to_be_visible()
            findings[slug + path] = await findings_of(page)

    assert findings == {slug + path: [] for slug in TENANTS for path in PATHS}


async def seal() -> None:
    await call(seal_days)


async def test_way_from_the_room_to_the_proof_and_its_file(screens: Screens) -> None:
    await seal()
    visitor = await screens.visitor("detfinneshjelp", size=PHONE)
    async with visitor.context.expect_page() as opened:
        await visitor.locator("[data-privacy]:visible").click()
    tab = await opened.value
    await expect(tab.locator("h1")).to_have_text("Hva skjer med det du skriver?")
    assert await tab.evaluate("[document.title, document.referrer, opener]") == [
        "Notater",
        "",
        None,
    ]

    await tab.click("[data-proof-link]")
    await expect(tab.locator("[data-on-time]")).to_be_visible()
    assert await tab.evaluate("[document.title, history.length]") == ["Notater", 1]
    digest = await tab.locator("[data-digest]").inner_text()
    async with tab.expect_download() as coming:
        await tab.click("[data-ledger]")
    path = await (await coming.value).path()

    call_command("verify_ledger", str(path))
    assert digest in path.read_text("utf-8")
    # The talk has gone on in its own tab meanwhile.
    await expect(visitor.locator("[data-waiting]")).to_be_visible()


async def test_pages_need_no_script(screens: Screens) -> None:
    page = await screens.page(
        screens.stack.url("tidaholm", "/privacy/?lang=sv"), java_script_enabled=False
    )

    await expect(page.locator("[data-own-words]")).to_be_visible()
    await page.click("[data-proof-link]")
    await expect(page.locator("h1")).to_have_text("Håller vi det vi lovar?")
    leave = page.locator("[data-leave]")
    await expect(leave).to_have_attribute("href", "https://www.smhi.se/")
