"""Passed on to another line, in three browsers: chosen, gone, taken.  Rule: B3, B5"""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from chat.calls import call
from tests.e2e.handoffs import GIVER, NAMES, SUMMARY, TAKER, WORDS, Handoff, close, kept, seen
from tests.e2e.screens import Screens, say, take_next

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
BROUGHT = "[data-brought-lines] [data-line-text]"


async def test_visitor_reads_changes_and_takes_along_a_summary(screens: Screens) -> None:
    it = await Handoff.begun(screens)
    await it.offer()
    # On a telephone the card is taller than the screen: it is read from who they are and why.
    await expect(it.card().locator("[data-referral-name]")).to_be_in_viewport()
    await seen(it.visitor, "card")
    await seen(it.desk, "card at the desk")
    card = it.card()
    await card.locator("[type=submit]").click()
    await expect(card.locator("[data-referral-refused]")).to_contain_text("Velg ett")
    await card.locator("[value=summary]").check()
    summary = card.locator("[data-referral-summary]")
    await expect(summary).to_have_value(SUMMARY)
    await summary.fill("Bare at jeg sover dårlig.")
    await seen(it.visitor, "summary")
    await it.choose("summary")
    await it.gone()
    await expect(it.visitor.locator("[data-way-from]")).to_contain_text(NAMES[GIVER])
    await expect(it.visitor.locator(BROUGHT)).to_have_text("Bare at jeg sover dårlig.")
    await seen(it.visitor, "arrived")
    await expect(it.note()).to_contain_text("venter hos SnakkOmPsyken")
    await expect(it.other.locator("[data-waiting-from]")).to_have_text(f"Kommer fra {NAMES[GIVER]}")
    await seen(it.other, "comes")
    await it.visitor.reload()
    await it.gone()

    await it.other.keyboard.press("Alt+v")
    await expect(it.other.locator("[data-offering-incoming] li")).to_have_count(1)

    pane = await take_next(it.other)

    await expect(it.visitor.locator("[data-way-back]")).to_have_count(0)
    await expect(it.other.locator(f"{pane} {BROUGHT}")).to_have_text("Bare at jeg sover dårlig.")
    await expect(it.desk.locator(it.pane)).to_have_attribute("data-state", "ended")
    banner = it.desk.locator(f"{it.pane} [data-pane-banner]")
    await expect(banner).to_contain_text("har tatt")
    await expect(banner).to_be_visible()
    events = it.desk.locator(f"{it.pane} [data-event-text]")
    await expect(events.filter(has_text="mistet forbindelsen")).to_have_count(0)
    await expect(it.other.locator("[data-offering-incoming] li")).to_have_count(0)
    await say(it.visitor, "hei der", "")
    await expect(it.other.locator(f"{pane} [data-text]")).to_have_text(["hei der"])
    await seen(it.other, "taken")
    assert await kept(it.visitor) == ["talk"]


@pytest.mark.parametrize(("choice", "lines"), [("nothing", []), ("all", [WORDS, "hei"])])
async def test_what_the_visitor_has_chosen_goes_along_and_nothing_else(
    screens: Screens, choice: str, lines: list[str]
) -> None:
    it = await Handoff.begun(screens)
    await it.offer()
    await it.choose(choice)
    await it.gone()

    pane = await take_next(it.other)

    await expect(it.other.locator(f"{pane} [data-kind=brought]")).to_have_count(1)
    await expect(it.other.locator(f"{pane} {BROUGHT}")).to_have_text(lines)
    assert WORDS not in await it.other.inner_text("body") or choice == "all"
    assert SUMMARY not in await it.other.inner_text("body")


async def test_visitor_stays_and_one_that_the_partner_cannot_take_stays_as_well(
    screens: Screens,
) -> None:
    it = await Handoff.begun(screens)
    await it.offer(summary="")
    await it.card().locator("[value=summary]").check()
    await it.card().locator("[type=submit]").click()
    await expect(it.card().locator("[data-referral-refused]")).to_contain_text("Skriv")
    await it.card().locator("[data-referral-summary]").fill("Kort sagt.")
    await it.card().locator("[type=submit]").click()
    await it.card().locator("[data-referral-not-yet]").click()
    await it.choose("stay")
    await expect(it.card().locator("[data-referral-note]")).to_have_text("Du blir her.")
    await expect(it.card().locator("[data-referral-note]")).to_be_focused()
    await expect(it.card().locator("[data-referral-table]")).to_be_hidden()
    await expect(it.note()).to_have_text("Den besøkende blir her.")

    await it.offer()
    await call(close, TAKER)
    await it.choose("all")

    await expect(it.card().locator("[data-referral-note]")).to_contain_text("kan ikke ta imot")
    await expect(it.note()).to_contain_text("kunne ikke ta imot")
    await it.lay()
    await expect(it.card().locator("[data-referral-ways] [data-way]").first).to_be_visible()
    await seen(it.visitor, "shown the way")
    await say(it.visitor, "jeg er her ennå")
    await expect(it.desk.locator(f"{it.pane} [data-text]").last).to_have_text("jeg er her ennå")
