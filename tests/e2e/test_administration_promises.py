"""What a line promises, who answers and with whom it passes on, in its own administration, on real screens."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from playwright.async_api import Page, expect

from chat.calls import call
from referrals.partnerships import Terms, propose
from tenants.models import Membership, Role, Tenant
from tenants.scope import tenant_scope
from tests.administration.inside import browser_of
from tests.e2e.screens import Screens
from tests.e2e.test_accessibility import LOOKS, Findings, _look_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SLUG = "sexogsamfunn"


def session_of_administrator() -> tuple[str, str, str]:
    """Return the session of who looks after the line, one whom they look after, and a proposal to them."""
    tenant = Tenant.objects.get(slug=SLUG)
    terms = Terms(criteria={"nb": "Sex og kropp"}, hours=[[0, "16:00", "22:00"]])
    pact = propose(Tenant.objects.get(slug="urph"), tenant, terms)
    with tenant_scope(tenant):
        member = Membership.objects.select_related("user").get(role=Role.ADMINISTRATOR)
        other = Membership.objects.filter(role=Role.COUNSELLOR).order_by("pk")[0]
    cookie = browser_of(member.user, language="nb").cookies[settings.SESSION_COOKIE_NAME]
    return str(cookie.value), str(other.pk), str(pact)


async def seen(page: Page, name: str, findings: Findings) -> None:
    await _look_at(page, name, findings)
    if not await page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
        findings.setdefault(name, []).append("wider than the screen")


@pytest.mark.parametrize("look", LOOKS)
async def test_administrator_sees_to_promises_staff_and_partners(
    screens: Screens, look: dict[str, Any]
) -> None:
    findings: Findings = {}
    session, other, pact = await call(session_of_administrator)
    page = await screens.page("about:blank", **look)
    inside = screens.stack.url("admin", f"/t/{SLUG}/")
    await page.context.add_cookies([{"name": "desk", "value": session, "url": inside}])
    for path in (
        "promises/", "evaluation/", "evaluation/write/", "partners/", f"partners/{pact}/", "partners/propose/",
        "tenants/membership/", f"members/{other}/", f"members/{other}/leave/", "invitations/",
        "rota/", "at-the-desk/", "referrals/service/",
    ):  # fmt: skip
        answer = await page.goto(inside + path)
        assert answer
        assert answer.status == 200
        await seen(page, path, findings)

    # The page says at its field what does not agree, then what changes, and for whom.
    await page.goto(inside + "promises/draft/")
    await page.fill("[name=conversation_ended_amount]", "2")
    await page.select_option("[name=conversation_ended_unit]", "days")
    await page.check("[name=may_erase]")
    await page.click(".submit-row [type=submit]")
    await expect(page.locator("[data-problem]").first).to_be_visible()
    await seen(page, "contradiction", findings)
    await page.uncheck("[name=may_erase]")
    await page.click(".submit-row [type=submit]")
    await expect(page.locator("[data-loosens]")).to_be_visible()
    await seen(page, "publish", findings)
    await page.click(".submit-row [type=submit]")
    await expect(page.locator('[data-version="now"] h2')).to_contain_text("versjon 2")

    assert findings == {}
