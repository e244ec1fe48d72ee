"""For those who see little, see colours otherwise, cannot bear movement, or hear the page."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, ViewportSize, expect

from tenants.charter.colours import contrast
from tests.e2e.screens import PHONE, Screens, say, take_next
from tests.pages.conftest import TENANTS

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "detfinneshjelp"
# 1280 x 800 at 200 %: WCAG 1.4.4.
ZOOMED: ViewportSize = {"width": 640, "height": 400}
TEXT, SHAPES = 4.5, 3.0
PAIRS = [
    *((front, back, TEXT) for front in ("ink", "ink-soft") for back in ("page", "card", "tint")),
    *(("accent-text", back, TEXT) for back in ("page", "card", "tint")),
    ("on-accent", "accent", TEXT),
    ("on-accent", "raw-accent-strong", TEXT),
    ("danger", "card", TEXT),
    ("raw-on-danger", "danger", TEXT),
    ("on-warn", "warn", TEXT),
    *((front, back, SHAPES) for front in ("line-strong", "good") for back in ("page", "card")),
]
# Paints each custom property on a canvas, and reads what came out.
_COLOURS = """
(names) => {
  const box = document.createElement("div");
  document.body.append(box);
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  return Object.fromEntries(names.map((name) => {
    box.style.color = `var(--${name})`;
    canvas.fillStyle = getComputedStyle(box).color;
    canvas.fillRect(0, 0, 1, 1);
    const [...rgb] = canvas.getImageData(0, 0, 1, 1).data.slice(0, 3);
    return [name, "#" + rgb.map((one) => one.toString(16).padStart(2, "0")).join("")];
  }));
}
"""


async def _too_faint(page: Page) -> list[str]:
    names = sorted({name for front, back, _ in PAIRS for name in (front, back)})
    colour: dict[str, str] = await page.evaluate(_COLOURS, names)
    assert len(set(colour.values())) > 6
    return [
        f"{front} on {back}: {contrast(colour[front], colour[back]):.2f}"
        for front, back, least in PAIRS
        if contrast(colour[front], colour[back]) < least
    ]


async def test_colours_of_every_line_are_readable_by_day_and_by_night(screens: Screens) -> None:
    faint: dict[str, list[str]] = {}
    page = await screens.page("about:blank")
    for slug in TENANTS:
        await page.goto(screens.stack.url(slug))
        for scheme in ("light", "dark"):
            for more in ("no-preference", "more"):
                await page.emulate_media(color_scheme=scheme, contrast=more)
                found = await _too_faint(page)
                faint |= {f"{slug} {scheme} {more}": found} if found else {}

    assert faint == {}


async def test_nothing_moves_for_who_asks_for_stillness(screens: Screens) -> None:
    moving = "document.getAnimations().filter((one) => one.playState === 'running').length"
    visitor = await screens.visitor(SLUG, reduced_motion="no-preference")
    before = await visitor.evaluate(moving)

    await visitor.emulate_media(reduced_motion="reduce")

    assert before
    assert await visitor.evaluate(moving) == 0


async def test_controls_have_edges_where_colours_are_forced(screens: Screens) -> None:
    visitor = await screens.visitor(SLUG, size=PHONE, forced_colors="active")

    edgeless = await visitor.evaluate(
        """() => [...document.querySelectorAll("button, .composer, .leave")]
          .filter((one) => one.checkVisibility())
          .filter((one) => getComputedStyle(one).borderTopStyle === "none")
          .map((one) => one.outerHTML.slice(0, 80))"""
    )

    assert edgeless == []


async def test_talk_can_be_read_and_written_zoomed_in(screens: Screens) -> None:
    visitor = await screens.visitor(SLUG, size=ZOOMED)
    await say(visitor, "x" * 60)

    await expect(visitor.locator("[data-draft]")).to_be_in_viewport(ratio=0.9)
    await expect(visitor.locator(".bar [data-leave]")).to_be_in_viewport(ratio=0.9)
    await visitor.locator("[data-message]").scroll_into_view_if_needed()
    await expect(visitor.locator("[data-message]")).to_be_in_viewport()
    assert await visitor.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_new_messages_of_the_other_are_heard_once_and_nothing_else(screens: Screens) -> None:
    visitor = await screens.visitor(SLUG)
    heard = visitor.locator("[data-announce] p")
    desk = await screens.desk(SLUG)
    pane = await take_next(desk)
    await say(visitor, "mine")
    await say(desk, "yours", pane)
    await expect(heard.last).to_contain_text("yours")
    told = await heard.all_inner_texts()
    silent = await visitor.get_attribute("[data-log]", "aria-live")
    await visitor.reload()
    await expect(visitor.locator("[data-text]")).to_have_text(["mine", "yours"])
    await say(desk, "new", pane)
    await expect(heard.last).to_contain_text("new")
    after = await heard.all_inner_texts()

    assert silent == "off"
    assert [("mine" in one, "yours" in one) for one in told][-1] == (False, True)
    assert [one for one in told + after if "mine" in one] == []
    assert [one for one in after if "yours" in one] == []
