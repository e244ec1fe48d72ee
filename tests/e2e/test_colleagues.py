"""Two counsellors, a supervisor and a visitor: asking, handing over, and the shift as its lead sees it."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from playwright.async_api import Page, expect

from tenants.models import Tenant
from tests.e2e.screens import (
    COLLEAGUE,
    PHONE,
    SUPERVISOR,
    Screens,
    expect_texts,
    say,
    take_next,
)
from tests.versions import let_colleagues_read

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "detfinneshjelp"
SECRET = "Dette er bare mellom oss."


async def choose(desk: Page, sheet: str, name: str) -> None:
    """Open a sheet by keyboard and choose a colleague by the beginning of what is listed."""
    await desk.locator(f"{sheet} summary").press("Enter")
    listed = desk.locator(f"{sheet} [data-colleagues] option", has_text=name).first
    await desk.select_option(
        f"{sheet} [data-colleagues]", value=await listed.get_attribute("value")
    )


async def test_colleague_is_asked_beside_the_talk_and_the_lead_sees_numbers_alone(
    screens: Screens,
) -> None:
    visitor = await screens.visitor(SLUG, size=PHONE)
    desk = await screens.desk(SLUG)
    pane = await take_next(desk)
    await say(visitor, SECRET)
    colleague = await screens.signed_in(SLUG, COLLEAGUE)
    name = screens.staff[SLUG].users[COLLEAGUE].name
    await expect(desk.locator(f"{pane} [data-ask] option", has_text=name)).to_have_count(1)

    await choose(desk, f"{pane} [data-ask]", name)
    await desk.fill(f"{pane} [data-ask-words]", "Har du lest om søvn?")
    await desk.click(f"{pane} [data-ask-form] [type=submit]")

    await expect(visitor.locator("[data-aside]")).to_have_text(
        "Rådgiveren din spør en kollega. Det kan ta litt tid."
    )
    asked = colleague.locator("[data-asked] [data-side-thread]")
    await expect(asked.locator("[data-line-text]")).to_have_text(["Har du lest om søvn?"])
    await expect(colleague.locator("body")).not_to_contain_text(SECRET)
    await asked.locator("[data-side-words]").fill("Ja, side 12.")
    await asked.locator("[type=submit]").click()
    lines = desk.locator(f"{pane} [data-side-thread] [data-line-text]")
    await expect(lines).to_have_text(["Har du lest om søvn?", "Ja, side 12."])

    lead = await screens.signed_in(SLUG, SUPERVISOR)
    await lead.goto(screens.stack.url(f"desk-{SLUG}", "/desk/office/load/"))
    await expect(lead.locator(".load-desks tbody tr")).to_have_count(2)
    await expect(lead.locator("[data-load-waiting]")).to_have_text("0")
    await screens.visitor(SLUG, size=PHONE)
    await expect(lead.locator("[data-load-waiting]")).to_have_text("1")
    await expect(lead.locator("body")).not_to_contain_text(SECRET)
    await desk.click(f"{pane} [data-side-close]")
    await expect(asked.locator("[data-side-note]")).to_be_visible()
    await expect(asked.locator("[data-line-text]")).to_have_count(0)


async def test_talk_is_handed_over_declined_first_and_then_taken(screens: Screens) -> None:
    visitor = await screens.visitor(SLUG, size=PHONE)
    desk = await screens.desk(SLUG)
    pane = await take_next(desk)
    await say(visitor, SECRET)
    colleague = await screens.signed_in(SLUG, COLLEAGUE)
    name = screens.staff[SLUG].users[COLLEAGUE].name

    for press in ("[data-decline]", "[data-accept]"):
        await choose(desk, f"{pane} [data-give]", name)
        await desk.fill(f"{pane} [data-give-words]", "Hun er roligere nå.")
        await desk.click(f"{pane} [data-give-form] [type=submit]")
        await expect(desk.locator(f"{pane} [data-offer-words]")).to_contain_text(name)
        await expect(colleague.locator("[data-offer-note]")).to_have_text("Hun er roligere nå.")
        await expect(colleague.locator("body")).not_to_contain_text(SECRET)
        await colleague.locator("[data-offers]").locator(press).press("Enter")
        await expect(colleague.locator("[data-offers] [data-offer]")).to_have_count(0)
        if press == "[data-decline]":
            await expect(desk.locator(f"{pane} [data-offer-words]")).to_contain_text("fortsatt din")

    await expect_texts(colleague, [SECRET], "[data-pane]")
    await expect(desk.locator(f"{pane} [data-pane-banner]")).to_contain_text(f"{name} har overtatt")
    await expect_texts(desk, [], pane)
    await expect(visitor.locator("[data-with-note]")).to_contain_text("En annen rådgiver")
    await say(colleague, "Hei, nå er det jeg som er her.", "[data-pane]")
    await expect_texts(visitor, [SECRET, "Hei, nå er det jeg som er her."])


async def test_colleague_reads_along_and_the_visitor_sees_that_they_do(screens: Screens) -> None:
    slug = "tidaholm"
    await sync_to_async(lambda: let_colleagues_read(Tenant.objects.get(slug=slug)))()
    visitor = await screens.visitor(slug, size=PHONE)
    desk = await screens.desk(slug)
    pane = await take_next(desk)
    await say(visitor, SECRET)
    colleague = await screens.signed_in(slug, COLLEAGUE)
    name = screens.staff[slug].users[COLLEAGUE].name
    await expect(desk.locator(f"{pane} [data-ask] option", has_text=name)).to_have_count(1)
    await choose(desk, f"{pane} [data-ask]", name)
    await desk.fill(f"{pane} [data-ask-words]", "Vad säger du om det här?")
    await desk.click(f"{pane} [data-ask-form] [type=submit]")
    show = desk.locator(f"{pane} [data-side-show]")
    await expect(visitor.locator("[data-reading]")).to_be_hidden()

    await show.press("Enter")

    talk = colleague.locator("[data-asked] [data-side-talk]")
    await expect(talk.locator("[data-line-text]")).to_have_text([SECRET])
    await expect(visitor.locator("[data-reading]")).to_be_visible()
    await expect(visitor.locator("[data-announce]")).to_contain_text("En kollega")
    await expect(show).to_have_text(f"Sluta visa samtalet för {name}")
    await say(visitor, "Ska jag skriva mer?")
    await expect(talk.locator("[data-line-text]")).to_have_text([SECRET, "Ska jag skriva mer?"])
    await visitor.reload()
    await expect(visitor.locator("[data-reading]")).to_be_visible()
    await colleague.reload()
    await expect(talk.locator("[data-line-text]")).to_have_text([SECRET, "Ska jag skriva mer?"])
    await show.press("Enter")
    await expect(talk).to_be_hidden()
    await expect(talk.locator("[data-line-text]")).to_have_count(0)
    await expect(visitor.locator("[data-reading]")).to_be_hidden()
