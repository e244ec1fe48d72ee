"""A desk in Chromium with many who wait and many talks: from a key or a frame to what is painted.

Real keys go through the browser's own input, and each is timed in the page, from the moment that the
browser stamps on the event to the frame after it. `take_next` is until the talk is there, the
server's answer included; the server's connections are warm, as they are but for the minutes after a start.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
from functools import partial
from typing import Any

import orjson
from playwright.async_api import Page, async_playwright

from bench.load import fresh_id, percentile
from bench.machine import CORES
from bench.people import desk, gathered, visitor
from bench.rows.path import OURS
from bench.run import Run
from bench.seed import Line, Seat
from bench.servers import Server
from bench.wire import Line as Wire

WAITING, OPEN, WRITTEN, OTHERS, TAKEN_EACH = 200, 10, 40, 8, 3
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
TIMES = {"switch": 30, "type": 60, "sheet": 15, "receive": 60, "take_next": 20}
WATCH = """
window.took = {};
window.kind = "";
const painted = (kind, since) => requestAnimationFrame(() => setTimeout(() => {
  (window.took[kind] ||= []).push(performance.now() - since);
}));
addEventListener("keydown", (event) => {
  if (window.kind && event.code !== "AltLeft") {
    painted(window.kind, event.timeStamp);
  }
}, true);
const own = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
Object.defineProperty(WebSocket.prototype, "onmessage", {
  configurable: true,
  set(hear) {
    own.set.call(this, hear && ((event) => {
      const since = performance.now();
      hear(event);
      if (event.data.startsWith('{"type":"message"')) {
        painted("receive", since);
      }
    }));
  },
});
"""
TAKES = """
() => new Promise((resolve) => {
  const there = document.querySelectorAll("[data-pane]").length;
  addEventListener("keydown", ({ timeStamp }) => {
    const look = () => {
      const now = document.querySelectorAll("[data-pane]").length;
      return now > there ? resolve(performance.now() - timeStamp) : requestAnimationFrame(look);
    };
    look();
  }, { once: true, capture: true });
  window.isSet = true;
})
"""


async def measure(run: Run) -> None:
    place = run.seed.lines[0]
    seat, *others = run.seed.seats(1 + OTHERS, place)
    talks = run.seed.talks([seat], OPEN)
    run.seed.waiting(place, WAITING + OTHERS * TAKEN_EACH)
    run.stage.manage("collectstatic", "--noinput")
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with run.stage.serving("desk", OURS) as server:
        lines = [line for line, _ in await gathered(partial(visitor, server), talks)]
        await gathered(partial(_at_work, server), others)
        for number in range(WRITTEN):
            _write(lines[number % OPEN])
        # The browser is not the load that the bench keeps to one core.
        os.sched_setaffinity(0, CORES)
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
            page = await _desk(browser, server, place, seat)
            run.say(f"desk: {WAITING} wait, {OPEN} talks are open")
            took = await _used(page, lines)
            await browser.close()
    found = {
        f"{kind}_p{which}_ms": round(percentile(values, which), 1)
        for kind, values in took.items()
        for which in (50, 95)
    }
    highest = {f"{kind}_max_ms": round(max(values), 1) for kind, values in took.items()}
    run.add(
        "desk", variant="ours", waiting=WAITING, open=OPEN,
        count=sum(map(len, took.values())), **found, **highest,
    )  # fmt: skip


async def _at_work(server: Server, seat: Seat) -> None:
    """Take visitors at another desk, all at once: then each connection of the server is warm."""
    counsellor, _ = await desk(server, seat)
    for _ in range(TAKEN_EACH):
        await counsellor.ask({"type": "next"}, "assigned")


async def _desk(browser: Any, server: Server, place: Line, seat: Seat) -> Page:
    context = await browser.new_context(viewport={"width": 1280, "height": 800})
    url = f"http://desk-{place.slug}.localhost:{server.port}"
    name, _, value = seat.cookie.partition("=")
    await context.add_cookies([{"name": name, "value": value, "url": url}])
    page: Page = await context.new_page()
    await page.add_init_script(WATCH)
    await page.goto(f"{url}/desk/")
    await page.wait_for_function(
        "many => document.querySelectorAll('[data-pane]').length === many", arg=OPEN
    )
    await page.wait_for_selector("[data-waiting-row]")
    return page


async def _used(page: Page, lines: list[Wire]) -> dict[str, list[float]]:
    keys = {"switch": ("Alt+j",), "type": tuple("nar du vil"), "sheet": ("Alt+x", "Escape")}
    await page.keyboard.press("Alt+1")
    for kind, pressed in keys.items():
        await page.evaluate("kind => { window.kind = kind; }", kind)
        for key in itertools.islice(itertools.cycle(pressed), TIMES[kind]):
            await page.keyboard.press(key)
            await asyncio.sleep(0.05)
        await page.keyboard.press("Escape")
        await page.evaluate("() => { window.kind = ''; }")
    for number in range(TIMES["receive"]):
        _write(lines[number % len(lines)])
        await asyncio.sleep(0.05)
    await asyncio.sleep(1)
    taken = [await _take(page) for _ in range(TIMES["take_next"])]
    took: dict[str, list[float]] = await page.evaluate("window.took")
    return took | {"take_next": taken}


async def _take(page: Page) -> float:
    waits = asyncio.ensure_future(page.evaluate(TAKES))
    await page.wait_for_function("() => window.isSet")
    await page.evaluate("() => { window.isSet = false; }")
    await page.keyboard.press("Alt+n")
    return float(await waits)


def _write(line: Wire) -> None:
    words = {"id": fresh_id().decode(), "text": "Jeg får ikke sove, og jeg tenker hele tiden."}
    line.say(orjson.dumps({"type": "say", **words}))
