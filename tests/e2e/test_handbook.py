"""The handbook beside a talk: found by any form of a word, read, and quoted into the draft."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from django.core.management import call_command
from playwright.async_api import Page, ViewportSize, expect

from chat.calls import call
from tests.e2e.screens import DESKTOP, PHONE, SUPERVISOR, Screens, expect_texts, take_next

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "sexogsamfunn"
FIRST = "Er det gått mindre enn 24 timer"


async def findings(page: Page) -> list[str]:
    found = (await Axe().run(page)).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in found for node in one["nodes"]]


async def seen(page: Page, name: str) -> None:
    """Nothing is wrong with how the page stands now, and nothing sticks out of it."""
    assert {name: await findings(page)} == {name: []}
    wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert (name, wider <= 0) == (name, True)


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_counsellor_finds_reads_and_quotes_and_nothing_is_sent_by_itself(
    screens: Screens, size: ViewportSize
) -> None:
    """Rule: S5"""
    await call(call_command, "load_demo_handbooks", verbosity=0)
    visitor = await screens.visitor(SLUG)
    desk = await screens.desk(SLUG, size=size)
    panel = desk.locator('[data-panel="handbook"]')
    draft = desk.locator("[data-pane] [data-draft]")
    opener = f"{'.top' if size == DESKTOP else '[data-pane]'} [data-panel-open=handbook]"
    if size == DESKTOP:
        await desk.keyboard.press("Alt+h")
        await panel.locator("a", has_text="Glemt p-pille").click()
        await panel.locator("[data-quote]").first.click()
        await expect(panel.locator("[data-handbook-said]")).to_contain_text("Ta en samtale først")
        await desk.keyboard.press("Escape")
        await expect(panel).to_be_hidden()
    await take_next(desk)

    await desk.click(opener)
    await panel.locator("[data-handbook-back]:visible, [data-handbook-typed]:focus").click()
    await expect(panel.locator("[data-handbook-typed]")).to_be_focused()
    await panel.locator("[data-handbook-typed]").fill("glemte pil")
    await expect(panel.locator("mark").first).to_have_text("Glemt")
    await expect(panel.locator("[data-handbook-list] a")).to_have_count(1)
    await seen(desk, "found")
    await desk.keyboard.press("Tab")
    await desk.keyboard.press("Enter")
    await expect(panel.locator("h3")).to_have_text("Glemt p-pille")
    await seen(desk, "read")
    await panel.locator("[data-quote]").nth(1).click()

    await expect(panel).to_be_visible(visible=size == DESKTOP)
    await expect(draft).to_be_focused()
    assert (await draft.input_value()).startswith(FIRST)
    assert (await draft.input_value()).endswith("\n(Glemt p-pille)")
    await expect_texts(visitor, [])

    await draft.fill("å" * 3_900)
    if size == PHONE:
        await desk.click(opener)
    await panel.locator("[data-quote]").nth(1).click()
    await expect(desk.locator("[data-quoted]")).to_contain_text("Sitatet er kuttet")
    cut = await draft.input_value()
    assert (3_980 < len(cut) <= 4_000, cut.endswith("…\n(Glemt p-pille)")) == (True, True)
    await seen(desk, "cut")
    await draft.fill("Takk.")
    await expect(desk.locator("[data-quoted]")).to_be_hidden()

    if size == PHONE:
        await desk.click(opener)
    await panel.locator(".handbook-block p").last.select_text()
    await panel.locator("[data-handbook-marked]").click()
    marked = "Har det vært samleie uten annen beskyttelse i dagene rundt"
    assert (await draft.input_value()).startswith(f"Takk.\n\n{marked}")
    await draft.press("Enter") if size == DESKTOP else await desk.click("[data-send]")
    await expect(visitor.locator("[data-text]")).to_have_count(1)
    if size == PHONE:
        await desk.click(opener)
    await panel.locator("[data-handbook-article] a[data-article]").click()
    await expect(panel.locator("h3")).to_have_text("Nødprevensjon")


@pytest.mark.parametrize(
    "look",
    [
        pytest.param({"size": PHONE, "color_scheme": "dark"}, id="phone-dark"),
        pytest.param({"size": DESKTOP, "color_scheme": "light"}, id="desktop-light"),
    ],
)
async def test_supervisor_writes_the_next_version(
    screens: Screens, look: dict[str, ViewportSize]
) -> None:
    await call(call_command, "load_demo_handbooks", verbosity=0)
    page = await screens.signed_in(SLUG, SUPERVISOR, **look)
    await page.click(".top [data-panel-open=handbook]")
    await page.click("text=Åpne som side")
    await page.fill("#q", "graviditeter")
    await page.keyboard.press("Enter")
    await expect(page.locator(".handbook-card mark").first).to_be_visible()
    await seen(page, "list")
    await page.click(".handbook-card a")
    await page.click("text=Skriv neste versjon")
    body = await page.input_value("#body")
    await page.fill(
        "#body", body.replace("raskere", "tidligere") + "\nMer [her](http://x.example)."
    )
    await page.click("text=Lagre utkastet")
    await expect(page.locator("[role=alert]")).to_contain_text("En lenke går til http://x.example")
    await seen(page, "refused")
    await page.fill("#body", body.replace("raskere", "tidligere"))
    await page.click("text=Lagre utkastet")
    await seen(page, "draft")
    await page.click(".office-form [type=submit]")
    await expect(page.locator(".handbook-text")).to_contain_text("Jo tidligere den brukes")
    await page.click("text=Alle versjoner")
    await page.click("[data-changes]")
    await expect(page.locator("ins")).to_contain_text("Jo tidligere den brukes")
    await seen(page, "versions")
    await page.goto(screens.stack.url(f"desk-{SLUG}", "/desk/office/handbook/sharing/"))
    await seen(page, "sharing")
