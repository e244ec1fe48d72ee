"""The front page on a small telephone, and in a browser without script."""

from __future__ import annotations

import pytest
from playwright.async_api import ViewportSize, expect

from tests.e2e.screens import Screens
from tests.pages.conftest import TENANTS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL: ViewportSize = {"width": 360, "height": 740}


async def test_first_screen_of_a_telephone_has_the_button_and_numbers(screens: Screens) -> None:
    page = await screens.page("about:blank", size=SMALL)

    for slug in TENANTS:
        await page.goto(screens.stack.url(slug))
        for first in ("[data-view=front] .standing-now", "[data-start-button]", "[data-danger] a"):
            await expect(page.locator(first).first).to_be_in_viewport(ratio=1)


async def test_without_script_there_are_numbers_hours_and_an_explanation(screens: Screens) -> None:
    page = await screens.page("about:blank", size=SMALL, java_script_enabled=False)

    for slug in TENANTS:
        await page.goto(screens.stack.url(slug))
        await expect(page.locator("[data-start-button]")).to_be_hidden()
        for told in ("[data-no-script]", ".hours"):
            await expect(page.locator(told).first).to_be_visible()
        called = page.locator("noscript [data-emergency] a[href^='tel:']")
        await expect(called.first).to_be_in_viewport(ratio=1)
