"""Papers, places and shifts on real screens, and what the desk says while something is missing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import expect

from chat.calls import call
from retention import clock
from tenants.expiry import warn_of_expiry
from tenants.fitness import today_at
from tenants.models import Qualification, Tenant
from tenants.scope import tenant_scope
from tests.e2e.screens import COUNSELLOR, SUPERVISOR, Screens
from tests.e2e.test_accessibility import LOOKS, Findings, _look_at

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SLUG = "sexogsamfunn"


def _runs_out(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        until = today_at(tenant, now=clock.now()) + timedelta(days=13)
        Qualification.objects.filter(kind="chat_training").update(valid_until=until)
    warn_of_expiry()


@pytest.mark.parametrize("look", LOOKS)
async def test_lead_ends_and_renews_and_the_desk_says_so_calmly(
    screens: Screens, look: dict[str, Any]
) -> None:
    """Rule: S3, S4"""
    findings: Findings = {}
    await call(_runs_out, await call(Tenant.objects.get, slug=SLUG))
    desk = await screens.desk(SLUG, COUNSELLOR, **look)
    lead = await screens.signed_in(SLUG, SUPERVISOR, **look)
    await expect(desk.locator("[data-papers]")).to_contain_text(
        "Opplæring i rådgivning på chat gjelder til"
    )

    await lead.goto(screens.stack.url(f"desk-{SLUG}", "/desk/office/staff/"))
    await expect(lead.locator("[data-running-out]")).to_contain_text("går ut: 3")
    await _look_at(lead, "staff", findings)
    await lead.select_option("#member", label="Demo Kari")
    await lead.fill("#day", (await call(clock.now) + timedelta(days=5)).date().isoformat())
    await lead.fill("#begins", "10:30")
    await lead.fill("#ends", "18:00")
    await lead.click("[data-plan] [type=submit]")
    await expect(lead.locator("[data-shift]").last).to_contain_text("10:30–18:00")
    await lead.click("text=Demo Kari >> nth=0")
    paper = lead.locator('[data-paper="chat_training"]')
    await paper.locator("summary").click()
    await paper.locator("input[name=reason]").fill("Feil person")
    await _look_at(lead, "member", findings)
    assert await lead.evaluate("document.documentElement.scrollWidth <= innerWidth")
    await paper.get_by_role("button", name="Avslutt den nå").click()
    await expect(lead.locator('[data-fit="no"]')).to_be_visible()

    await expect(desk.locator("[data-ready]")).to_have_attribute("aria-checked", "false")
    refusal = desk.locator("[data-ready-refusal]")
    await expect(refusal).to_have_text(
        "Du kan ikke ta nye samtaler nå. Opplæring i rådgivning på chat: ikke registrert."
        " Snakk med den som leder vakten."
    )
    await _look_at(desk, "unfit", findings)
    await lead.select_option("#kind", "chat_training")
    await lead.fill("#issuer", "Sex og samfunn")
    await lead.check("input[name=seen]")
    await lead.click("[data-enter] [type=submit]")
    await expect(lead.locator('[data-fit="yes"]')).to_be_visible()
    await expect(refusal).to_be_hidden()
    await desk.click("[data-ready]")
    await expect(desk.locator("[data-ready]")).to_have_attribute("aria-checked", "true")

    await lead.get_by_role("link", name="Avslutt tilgangen").click()
    await _look_at(lead, "let go?", findings)
    await lead.get_by_role("button", name="Avslutt tilgangen nå").click()
    await expect(lead.locator('[role="status"]')).to_be_visible()
    await expect(desk.locator("[data-banner]")).to_be_visible()
    await expect(desk.locator("[data-ready]")).to_be_disabled()

    assert findings == {}
