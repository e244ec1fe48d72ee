"""Somebody who is passed on from one line to another, in browsers."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from axe_playwright_python.async_playwright import Axe
from django.db import connections
from playwright.async_api import Page, WebSocket, expect

from chat.calls import call
from chat.models import Process
from chat.neglect import tend_all
from referrals.carrying import carry_on
from retention import clock
from tenants.models import HoursException, Tenant
from tenants.scope import tenant_scope
from tests.e2e.cable import Cable
from tests.e2e.screens import PHONE, Screens, say, take_next
from tests.world import moved_clock, until

GIVER, TAKER = "alarmtelefonen", "snakkompsyken"
NAMES = {GIVER: "Alarmtelefonen for barn og unge", TAKER: "SnakkOmPsyken"}
WORDS = "jeg får ikke sove"
WHY = "De kan mye om tunge tanker."
SUMMARY = "Sover dårlig og har mye skolestress."
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


@dataclass
class Handoff:
    """A visitor in a talk, the counsellor who has it, and the desk of the other line."""

    screens: Screens
    visitor: Page
    desk: Page
    pane: str
    other: Page
    heard: list[dict[str, Any]] = field(default_factory=list)
    times_home: int = 0

    @classmethod
    async def begun(cls, screens: Screens, *, cable: Cable | None = None) -> Handoff:
        """Both lines have somebody there, and the visitor has written and been answered."""
        other = await screens.desk(TAKER)
        heard: list[dict[str, Any]] = []
        visitor = await screens.page("about:blank", size=PHONE, cable=cable)
        visitor.on("websocket", lambda socket: _listen(socket, heard))
        await visitor.goto(screens.stack.url(GIVER))
        await visitor.click("[data-start-button]")
        desk = await screens.desk(GIVER)
        pane = await take_next(desk)
        await say(visitor, WORDS)
        await say(desk, "hei", pane)
        return cls(screens, visitor, desk, pane, other, heard)

    async def offer(self, summary: str = SUMMARY) -> None:
        """Lay the card, and see that there is something to choose."""
        await self.lay(summary)
        await expect(self.card().locator("[data-referral-form]")).to_be_visible()

    async def lay(self, summary: str = SUMMARY) -> None:
        """Lay a card, from the panel."""
        panel = self.desk.locator('[data-panel="pass-on"]')
        if not await panel.is_visible():
            await self.desk.keyboard.press("Alt+v")
        await panel.locator(f'[name=to][value="{TAKER}"]').check()
        await panel.locator("[data-offering-why]").fill(WHY)
        await panel.locator("[data-offering-summary]").fill(summary)
        await panel.locator("[data-offering-form] [type=submit]").click()

    def card(self) -> Any:
        """The newest card, as the visitor sees it."""
        return self.visitor.locator("[data-kind=referral]").last

    def note(self) -> Any:
        """Where things stand, as the counsellor sees it."""
        return self.desk.locator(f"{self.pane} [data-referral-note]").last

    async def choose(self, choice: str) -> None:
        """Choose, and say yes where that is asked."""
        card = self.card()
        await card.locator(f"[value={choice}]").check()
        await card.locator("[type=submit]").click()
        if choice != "stay":
            await card.locator("[data-referral-yes]").click()

    async def gone(self) -> None:
        """Wait until the visitor waits at the other line, with nothing left in the address."""
        await expect(self.visitor.locator("[data-way-back]")).to_be_visible()
        assert self.visitor.url == self.screens.stack.url(TAKER, "/#")

    async def home(self) -> None:
        """Wait until the visitor is in their first talk again."""
        await expect(self.visitor).to_have_url(self.screens.stack.url(GIVER, "/#"))
        await expect(self.visitor.locator("[data-text]").first).to_have_text(WORDS)
        self.times_home += 1
        again = f"her er jeg igjen, {self.times_home}"
        await say(self.visitor, again)
        await expect(self.desk.locator(f"{self.pane} [data-text]").last).to_have_text(again)

    def way(self) -> str:
        """The address that the visitor has gone on to, as their page opened it."""
        said = [one for one in self.heard if one["type"] == "handoff"]
        return f"{said[-1]['url']}.{GIVER}"


def _listen(socket: WebSocket, heard: list[dict[str, Any]]) -> None:
    socket.on("framereceived", lambda text: heard.append(json.loads(text)))


async def kept(page: Page) -> list[str]:
    """What a page's tab remembers, by name."""
    names: list[str] = await page.evaluate("Object.keys(sessionStorage).sort()")
    return names


async def seen(page: Page, name: str) -> None:
    """Nothing is wrong with how the page stands now, by night as well, and nothing sticks out of it."""
    found = (await Axe().run(page)).response["violations"]
    await page.emulate_media(color_scheme="dark")
    found += (await Axe().run(page, options=COLOURS)).response["violations"]
    await page.emulate_media(color_scheme="null")
    wrong = [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]
    wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert (name, wrong, wider <= 0) == (name, [], True)


def close(slug: str) -> None:
    """Close a line for today."""
    with tenant_scope(Tenant.objects.get(slug=slug)):
        HoursException.objects.update(opens=None, closes=None)


async def minutes_pass(minutes: int) -> None:
    """Let time pass, with the server still known to be alive, and let the jobs look."""
    moment = await call(clock.now) + timedelta(minutes=minutes)
    await moved_clock(moment)
    tenant = await call(Tenant.objects.get, slug=GIVER)
    await until(tenant, lambda: Process.objects.filter(beat_at__gte=moment).exists())
    await jobs_run()


async def jobs_run() -> None:
    """Let the worker look after talks and handoffs once."""
    await asyncio.to_thread(_jobs)


def _jobs() -> None:
    try:
        tend_all()
        carry_on()
    finally:
        connections.close_all()
