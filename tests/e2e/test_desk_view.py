"""A shift at the desk: whose words stand where, what was being written, and what has happened."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from django.db import connections
from playwright.async_api import Locator, Page, expect

from chat.calls import call
from chat.models import Presence, Process
from chat.neglect import tend_all
from retention import clock
from tenants.models import Tenant
from tests.e2e.cable import cable_to
from tests.e2e.screens import (
    COLLEAGUE,
    COUNSELLOR,
    SUPERVISOR,
    Screens,
    expect_texts,
    say,
    take_next,
    write,
)
from tests.world import moved_clock, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "detfinneshjelp"
WORDS = ("rowan", "juniper", "heather")

# Whatever has stood anywhere on the page for as long as one mutation: in which pane, or outside all.
WATCH = """
() => {
  window.stood = {};
  const note = () => {
    const here = document.body.cloneNode(true);
    for (const pane of here.querySelectorAll("[data-pane]")) {
      const talk = pane.dataset.conversation;
      window.stood[talk] = (window.stood[talk] || "") + pane.textContent;
      pane.remove();
    }
    window.stood.outside = (window.stood.outside || "") + here.textContent + document.title;
  };
  const all = { subtree: true, childList: true, characterData: true, attributes: true };
  new MutationObserver(note).observe(document, all);
}
"""


async def _line_says(**columns: object) -> None:
    await call(lambda: Tenant.objects.filter(slug=SLUG).update(**columns))


async def _findings(page: Page) -> list[str]:
    found = (await Axe().run(page)).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]


def _talk(pane: str) -> str:
    return pane.split('"')[1]


async def _stood(page: Page) -> dict[str, set[str]]:
    """Return which of WORDS have ever stood in each pane, and outside all of them."""
    stood: dict[str, str] = await page.evaluate("window.stood")
    return {place: {word for word in WORDS if word in text} for place, text in stood.items()}


async def test_words_of_one_talk_never_stand_in_anothers_window(screens: Screens) -> None:
    """Two counsellors, one with two windows, a supervisor and three visitors at once."""
    await _line_says(capacity=3)
    first, colleague, boss = [
        await screens.desk(SLUG, who) for who in (COUNSELLOR, COLLEAGUE, SUPERVISOR)
    ]
    visitors = [await screens.visitor(SLUG) for _ in WORDS]
    for page in (first, colleague, boss):
        await page.evaluate(WATCH)
    panes = [await take_next(first) for _ in WORDS[:2]]
    panes.append(await take_next(colleague))
    # Beside it in the same browser: to sign in anew would close the first.
    second = await first.context.new_page()
    await second.goto(first.url)
    await second.evaluate(WATCH)
    await expect(second.locator("[data-pane]")).to_have_count(2)

    async def writes(number: int, day: str) -> None:
        for time in range(4):
            await say(visitors[number], f"{WORDS[number]} {day} {time}")

    async def moves_about() -> None:
        for _ in range(6):
            await first.keyboard.press("Alt+j")
            await first.keyboard.press("Alt+p")
            await second.keyboard.press("Alt+k")

    await asyncio.gather(*(writes(number, "first") for number in range(3)), moves_about())
    # A pane is closed, and another drawn in its place, while the other talk goes on.
    await first.locator(f"[data-tab][data-conversation='{_talk(panes[0])}']").click()
    await first.click(f"{panes[0]} [data-close]")
    await asyncio.gather(first.click('[data-confirm="close"] [value="yes"]'), writes(1, "then"))
    for page in (first, second):
        await expect(page.locator(panes[0])).to_have_attribute("data-state", "ended")
        await expect(page.locator(f"{panes[1]} [data-text]")).to_have_count(8)
        await page.locator(panes[0]).locator("[data-put-away]").evaluate("(one) => one.click()")
    late = await screens.visitor(SLUG)
    fresh, _ = await asyncio.gather(take_next(first), say(visitors[1], f"{WORDS[1]} once more"))
    await say(late, "somebody else")
    await expect_texts(first, ["somebody else"], fresh)
    await expect(colleague.locator(f"{panes[2]} [data-text]")).to_have_count(4)

    own = {_talk(pane): {word} for pane, word in zip(panes, WORDS, strict=True)}
    mine = {talk: own[talk] for talk in list(own)[:2]}
    assert await _stood(first) == {**mine, _talk(fresh): set(), "outside": set()}
    assert {place: words for place, words in (await _stood(second)).items() if words} == mine
    theirs = {_talk(panes[2]): own[_talk(panes[2])], "outside": set()}
    assert await _stood(colleague) == theirs
    assert (await _stood(boss))["outside"] == set()
    assert await boss.locator("[data-pane]").count() == 0
    # A watch that sees nothing would find nothing: what it saw has been there.
    assert await first.locator("[data-pane]").count() == 2


async def test_drafts_delivery_and_what_happened_outlive_a_line_that_drops(
    screens: Screens,
) -> None:
    async with cable_to(screens.stack.port) as line:
        desk = await screens.desk(SLUG, cable=line)
        one, two = await screens.visitor(SLUG), await screens.visitor(SLUG)
        await expect(desk.locator("[data-queue] > *")).to_have_count(2)
        panes = [await take_next(desk) for _ in range(2)]
        await desk.locator(f"[data-tab][data-conversation='{_talk(panes[0])}']").click()
        await desk.keyboard.type("Til den første")
        await desk.keyboard.press("Alt+2")
        await desk.keyboard.type("Hei")
        await desk.keyboard.press("Enter")
        mark = desk.locator(f"{panes[1]} [data-mark]")
        await expect(mark).to_have_text("Sett")
        await two.reload()
        await expect(two.locator("[data-text]")).to_have_text(["Hei"])

        line.cut()
        await expect(desk.locator("body[data-is-away]")).to_be_visible()
        await write(desk, "På vei", panes[1])
        await expect(mark.last).to_have_text("Sender …")
        await desk.keyboard.type("Til den andre")
        line.mend()
        await expect(mark.last).to_have_text("Sett")
        await expect(mark).to_have_text(["Sett", "Sett"])
        await expect(desk.locator(f"{panes[0]} [data-draft]")).to_have_value("Til den første")
        await expect(desk.locator(f"{panes[1]} [data-draft]")).to_have_value("Til den andre")
        await say(one, "to be erased")
        await one.click("[data-erase]")
        await one.click('[data-confirm="erase"] [value="yes"]')
        await expect(_happened(desk, panes[0])).to_have_text(
            ["Den besøkende kom.", "Du tok samtalen.", _ERASED]
        )
        await expect(_happened(desk, panes[1])).to_have_text(
            [
                "Den besøkende kom.",
                "Du tok samtalen.",
                _DROPPED,
                "Den besøkende er tilbake på linjen.",
            ]
        )
        times = desk.locator(f"{panes[1]} [data-event-time]")
        assert all(len(time) == len("12:00") for time in await times.all_inner_texts())

        # The browser is gone for three minutes: the visitor is told, and stands first.
        line.cut()
        await _miss_the_counsellor(61)
        await expect(one.locator("body[data-page=visitor] [data-banner]")).to_be_visible()
        await _miss_the_counsellor(181)
        await expect(one.locator("[data-waiting]")).to_be_visible()
        line.mend()
        await expect(desk.locator("[data-next]")).to_be_enabled()
        await desk.keyboard.press("Alt+n")
        again = desk.locator(f"{panes[0]}:not([data-state=ended])")
        await expect(again.locator("[data-draft]")).to_have_value("Til den første")
        await expect(desk.locator(panes[0])).to_have_count(1)
        await say(one, "er du der?")
        await expect_texts(desk, [_ERASED, "er du der?"], panes[0])


_ERASED = "Den besøkende slettet det som var skrevet før dette."
_DROPPED = "Den besøkende har mistet forbindelsen."


def _happened(desk: Page, pane: str) -> Locator:
    return desk.locator(f"{pane} [data-event-text]")


async def _miss_the_counsellor(seconds: int) -> None:
    """Let time pass since the line was lost, with the server still known to be alive."""
    tenant = await call(Tenant.objects.get, slug=SLUG)
    await until(tenant, lambda: Presence.objects.filter(lost_at__isnull=False).exists())
    moment = await call(clock.now) + timedelta(seconds=seconds)
    await moved_clock(moment)
    await until(tenant, lambda: Process.objects.filter(beat_at__gte=moment).exists())
    await asyncio.to_thread(_tend_as_the_worker_does)


def _tend_as_the_worker_does() -> None:
    try:
        tend_all()
    finally:
        connections.close_all()


async def test_desk_by_keyboard_with_phrases_panes_and_a_pause(screens: Screens) -> None:
    await _line_says(wrap_up_seconds=60)
    findings: dict[str, Any] = {}
    desk = await screens.desk(SLUG)
    visitors = [await screens.visitor(SLUG) for _ in range(3)]
    panes = [await take_next(desk) for _ in range(2)]
    shown = desk.locator("[data-pane]:visible")
    await expect(shown).to_have_count(2)
    await desk.keyboard.press("Alt+p")
    await expect(shown).to_have_count(1)
    await desk.keyboard.press("Alt+k")
    await expect(desk.locator(f"{panes[0]} [data-draft]")).to_be_focused()

    # A phrase is put into the field and nowhere else, and can be changed before it is sent.
    await desk.keyboard.type("Ja. /tr")
    options = desk.locator(f"{panes[0]} [role=option]")
    await expect(options).to_have_count(1)
    findings["phrases"] = await _findings(desk)
    await desk.keyboard.press("Enter")
    phrase = "Er du et sted der du er trygg akkurat nå?"
    await expect(desk.locator(f"{panes[0]} [data-draft]")).to_have_value(f"Ja. {phrase}")
    await expect(desk.locator(f"{panes[0]} [data-text]")).to_have_count(0)
    await desk.keyboard.press("Alt+q")
    await expect(options).to_have_count(6)
    await expect(options.first).to_contain_text("velkommen til Det finnes hjelp. Jeg er psykolog")
    await desk.keyboard.press("Escape")
    await expect(options).to_have_count(0)
    await desk.keyboard.press("Enter")
    await expect_texts(visitors[0], [f"Ja. {phrase}"])

    await desk.keyboard.press("Alt+x")
    await desk.click('[data-confirm="close"] [value="yes"]')
    await expect(desk.locator("[data-rest]")).to_be_visible()
    await expect(desk.locator("[data-next]")).to_be_disabled()
    findings["rest"] = await _findings(desk)
    await desk.keyboard.press("Alt+w")
    await expect(desk.locator("[data-rest]")).to_be_hidden()
    await desk.keyboard.press("Alt+n")
    await expect(desk.locator("[data-pane]:not([data-state=ended])")).to_have_count(2)
    assert findings == {"phrases": [], "rest": []}
