"""Holds and the trail on real screens: nothing for axe, nothing wider than a small phone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from chat.calls import call
from retention.models import Hold
from retention.reviews import today_at
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.e2e.screens import ADMINISTRATOR, OFFICER, Screens
from tests.e2e.test_accessibility import LOOKS, Findings, _look_at
from tests.holds import ended, marks

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SLUG = "tidaholm"
FREE, HELD = ([False, False], [False]), ([True, True], [True])


async def _open(page: Page, screens: Screens, path: str) -> None:
    await page.goto(screens.stack.url(f"desk-{SLUG}", f"/desk/office/{path}"))
    await expect(page.locator("main h1")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def _place(page: Page, review_on: str) -> None:
    """Place a hold from the list of kept talks, by keyboard alone."""
    await page.locator('main a[href*="place/?talk="]').focus()
    await page.keyboard.press("Enter")
    await page.locator("#reason").select_option("access")
    await page.locator("#authority").focus()
    await page.keyboard.type("Socialtjänsten, registrator")
    await page.keyboard.press("Tab")
    await page.keyboard.type("SN 2026-114")
    await page.fill("#review_on", review_on)
    await page.keyboard.press("Enter")
    await expect(page.locator("main .office-facts")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
async def test_hold_from_its_place_to_its_end(screens: Screens, look: dict[str, Any]) -> None:
    """Two people at two screens.  Rule: U8, T10"""
    findings: Findings = {}
    tenant = await call(Tenant.objects.get, slug=SLUG)
    talk = await call(ended, tenant, "Jag vet inte vem jag ska prata med.")
    owner = await screens.signed_in(SLUG, OFFICER, **look)
    second = await screens.signed_in(SLUG, ADMINISTRATOR, **look)

    await _open(owner, screens, "kept/")
    await _look_at(owner, "kept", findings)
    await _place(owner, (await call(today_at, tenant) + timedelta(days=30)).isoformat())
    await _look_at(owner, "waits for a second person", findings)
    assert await call(marks, talk) == HELD
    await second.goto(owner.url)
    await _look_at(second, "asked as the second person", findings)
    await second.click('form[action$="/confirm/"] button')
    await expect(second.locator('form[action$="/confirm/"]')).to_have_count(0)

    await owner.reload()
    await owner.click('a[href$="/read/"]')
    await _look_at(owner, "purpose", findings)
    await owner.fill("#purpose", "SN 2026-114")
    await owner.click("main form button")
    await expect(owner.locator(".office-messages p")).to_have_text(
        ["Jag vet inte vem jag ska prata med."]
    )
    await _look_at(owner, "read", findings)
    await call(_review_is_due, tenant)
    for path in ("holds/", "holds/place/", "trail/"):
        await _open(owner, screens, path)
        await expect(owner.locator("[data-reviews-due]")).to_be_visible()
        await _look_at(owner, path, findings)
    await _open(owner, screens, "holds/")
    await owner.click("main .card h2 a")
    await owner.click('a[href$="/release/"]')
    await _look_at(owner, "end?", findings)
    await owner.check('[value="handed_over"]')
    await owner.click("main form button")
    await expect(owner.locator('[role="status"]')).to_be_visible()
    await _look_at(owner, "ended", findings)

    assert await call(marks, talk) == FREE
    assert findings == {}


def _review_is_due(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        Hold.objects.update(review_on=today_at(tenant))
