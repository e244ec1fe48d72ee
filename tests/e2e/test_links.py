"""Somebody is invited, follows the link in the mail, and comes to the desk; the address keeps no token."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Page, expect

from chat.calls import call
from tests.accounts.mails import NEW, sent
from tests.e2e.screens import ADMINISTRATOR, Screens
from tests.e2e.test_accessibility import LOOKS, Findings, _look_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SLUG = "sexogsamfunn"
NEWCOMER = "ny@tjenesten.example"


async def _invite(office: Page, findings: Findings) -> None:
    await office.click("main a[href$='/invitations/']")
    await office.fill("#email", NEWCOMER)
    await office.select_option("#role", "counsellor")
    await office.fill("#title_nb", "Rådgiver")
    await office.fill("#first_name", "Ny")
    await _look_at(office, "invite", findings)
    await office.click("[data-invite] [type=submit]")
    await expect(office.locator("[data-invitation=waiting]")).to_contain_text(NEWCOMER)
    await _look_at(office, "invited", findings)
    assert await office.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("look", LOOKS)
async def test_invited_by_mail_and_in_at_the_desk(screens: Screens, look: dict[str, Any]) -> None:
    findings: Findings = {}
    office = await screens.signed_in(SLUG, ADMINISTRATOR, **look)
    await office.goto(screens.stack.url(f"desk-{SLUG}", "/desk/office/staff/"))
    await _invite(office, findings)
    (mailed,) = await call(sent)
    await office.reload()
    await expect(office.locator("[data-invitation=sent]")).to_be_visible()

    page = await screens.page("about:blank", **look)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url + str(request.headers)))
    link = screens.stack.url(f"desk-{SLUG}", f"/desk/link/?lang=nb#{mailed.token}")
    await page.goto(link)
    await expect(page.locator("[data-stage=join]")).to_contain_text("Rådgiver")
    assert mailed.token not in page.url
    assert not any(mailed.token in one for one in asked)
    await _look_at(page, "join", findings)
    await page.fill("#name", "Ny Rådgiver")
    await page.fill("#password", "kort")
    await page.check("[data-show] input")
    assert await page.get_attribute("#password", "type") == "text"
    await page.press("#password", "Enter")
    await expect(page.locator("[data-refused]")).to_be_visible()
    assert await page.input_value("#name") == "Ny Rådgiver"
    await _look_at(page, "refused", findings)
    await page.fill("#password", NEW)
    await page.press("#password", "Enter")
    await expect(page.locator("[data-joined]")).to_contain_text(NEWCOMER)
    await _look_at(page, "joined", findings)

    await page.goto(link)
    await expect(page.locator("[data-dead]")).to_be_visible()
    await _look_at(page, "dead", findings)
    await page.click("text=Glemt passordet?")
    await _look_at(page, "forgotten", findings)
    await page.fill("#email", NEWCOMER)
    await page.press("#email", "Enter")
    await expect(page.locator("[data-asked]")).to_be_visible()
    await page.get_by_role("link", name="Til innloggingen").click()
    await page.fill("#login", NEWCOMER)
    await page.fill("#password", NEW)
    await page.press("#password", "Enter")
    await expect(page.locator("body[data-page=desk]")).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert findings == {}
