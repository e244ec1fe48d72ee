"""How the desk calls: once for each who comes, for nobody who left, and without a word of who."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from chat.calls import call
from tenants.models import Tenant
from tests.e2e.conftest import emptied_after
from tests.e2e.screens import COUNSELLOR, Screens, take_next
from tests.world import moved_clock

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SLUG = "detfinneshjelp"
# A Wednesday on which the line is open from 11 to 13 in Oslo.
CLOSING = datetime(2030, 9, 18, 11, 0, tzinfo=UTC)

# The browser's own sound and notifications, with a note of each.
LISTEN = """
window.tones = [];
window.told = [];
const start = AudioScheduledSourceNode.prototype.start;
AudioScheduledSourceNode.prototype.start = function (...when) {
  window.tones.push(this.context.state);
  return start.apply(this, when);
};
window.Notification = class extends Notification {
  constructor(title, options) {
    super(title, options);
    window.told.push([title, options.body || ""]);
  }
};
"""


@pytest_asyncio.fixture(loop_scope="session")
async def browser(
    whole_chromium: Browser, request: pytest.FixtureRequest
) -> AsyncIterator[Browser]:
    async with emptied_after(whole_chromium, request):
        yield whole_chromium


async def _desk(screens: Screens, *, ready: bool = True) -> Page:
    desk = await screens.door(SLUG, permissions=["notifications"], timezone_id="Europe/Oslo")
    await desk.add_init_script(LISTEN)
    user = screens.staff[SLUG].users[COUNSELLOR]
    await desk.fill("#login", user.email)
    await desk.fill("#password", user.password)
    await desk.click("[type=submit]")
    await expect(desk.locator("[data-ready]")).to_be_enabled()
    if ready:
        await desk.click("[data-ready]")
        await expect(desk.locator("[data-next]")).to_be_enabled()
    return desk


async def _rings(desk: Page) -> int:
    """Return how many times it has rung, by a running sound: two notes a time."""
    tones: list[str] = await desk.evaluate("window.tones")
    return tones.count("running") // 2


async def test_rings_once_for_each_who_waits_and_never_for_who_left(screens: Screens) -> None:
    await call(lambda: Tenant.objects.filter(slug=SLUG).update(capacity=2))
    desk = await _desk(screens)
    queue = desk.locator("[data-queue] > *")
    silent = await screens.visitor(SLUG)
    await expect(queue).to_have_count(1)
    assert await desk.evaluate("window.tones") == []
    assert (await desk.title()).startswith("(1) ")

    await desk.click(".calls summary")
    assert await desk.get_attribute("[data-notify]", "aria-pressed") == "true"
    found = (await Axe().run(desk)).response["violations"]
    assert found == []
    await desk.click("[data-sound]")
    await desk.wait_for_function("() => window.tones.length === 2")
    first = await take_next(desk)
    other = await desk.context.new_page()
    await other.bring_to_front()
    session = await desk.context.new_cdp_session(desk)
    await session.send("Emulation.setFocusEmulationEnabled", {"enabled": False})
    before = await _rings(desk)

    second = await screens.visitor(SLUG)
    await expect(queue).to_have_count(1)
    assert await _rings(desk) == before + 1
    # It rings again for another, and not again for the same.
    third = await screens.visitor(SLUG)
    await expect(queue).to_have_count(2)
    assert await _rings(desk) == before + 2
    assert await desk.evaluate("window.told") == [["Noen venter", ""]] * 2
    await third.click("[data-end]")
    await third.click('[data-confirm="end"] [value="yes"]')
    await expect(queue).to_have_count(1)
    await expect(desk).to_have_title("(1) Det finnes hjelp")

    # None while away from a talk, none without room: then who came rings once there is room.
    await desk.bring_to_front()
    await desk.click(f"{first} [data-pause] summary")
    await desk.click(f"{first} [data-reason=moment]")
    await expect(desk.locator(f"{first} [data-pane-paused]")).to_be_visible()
    fourth = await screens.visitor(SLUG)
    await expect(queue).to_have_count(2)
    assert await _rings(desk) == before + 2
    await desk.click(f"{first} [data-resume]")
    await expect(desk.locator(f"{first} [data-pane-paused]")).to_be_hidden()
    assert await _rings(desk) == before + 3
    await take_next(desk)
    await expect(desk).to_have_title("Det finnes hjelp")
    for page in (silent, second, fourth):
        await page.context.close()
    assert await _rings(desk) == before + 3


async def test_desk_is_told_calmly_of_closing_time_and_of_the_last_call(screens: Screens) -> None:
    tenant = await call(Tenant.objects.get, slug=SLUG)
    await moved_clock(CLOSING - timedelta(minutes=20))
    desk = await _desk(screens)
    bell = desk.locator("[data-bell]")
    await expect(bell).to_have_text(
        "Chatten stenger for nye klokka 13:00. De som venter da, kan tas imot til klokka 13:15."
    )
    assert await desk.locator("[role=alert]:visible").count() == 0
    visitor = await screens.visitor(SLUG)
    await expect(desk.locator("[data-queue] > *")).to_have_count(1)

    await moved_clock(CLOSING + timedelta(seconds=1))
    await desk.click("[data-ready]")
    await expect(bell).to_have_text(
        "Chatten er stengt for nye. De som venter, kan tas imot til klokka 13:15."
    )
    assert (await Axe().run(desk)).response["violations"] == []
    await desk.click("[data-ready]")
    await expect(desk.locator("[data-next]")).to_be_enabled()
    await take_next(desk)
    await expect(visitor.locator("[data-waiting]")).to_be_hidden()
    assert tenant.last_call_minutes == 15
