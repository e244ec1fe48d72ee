"""The bubble on a page that is not ours: seen while somebody can answer, and nothing of a talk in it.

The page is the one of the demo, on another site than the line. Rule: T2
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Route, expect

from chat.calls import call
from helpline.parent import LINE, PLACE, Parent
from helpline.web import listen
from referrals.partnerships import Terms, accept, propose
from tenants.models import HoursException, Tenant
from tenants.scope import tenant_scope
from tenants.trial import let_embed
from tests.e2e.handoffs import TAKER, Handoff
from tests.e2e.screens import DESKTOP, PHONE, Screens, say, take_next

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BUBBLE, PANEL, FRAME = "helpline-bubble .bubble", "helpline-bubble dialog", "helpline-bubble iframe"
A_MINUTE = 59_000


@pytest.fixture
def origin(screens: Screens) -> Iterator[str]:
    """Where the municipality's page stands."""
    parent = Parent(listen("127.0.0.1", 0), f"http://{LINE}.{screens.stack.base}")
    thread = threading.Thread(target=parent.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://{PLACE}:{parent.socket.getsockname()[1]}"
    parent.shutdown()
    thread.join()
    parent.server_close()


@pytest_asyncio.fixture(loop_scope="session")
async def desk(screens: Screens) -> Page:
    return await screens.desk(LINE)


async def embed(origin: str) -> None:
    await call(lambda: let_embed(Tenant.objects.get(slug=LINE), origin=origin))


def _close() -> None:
    with tenant_scope(Tenant.objects.get(slug=LINE)):
        HoursException.objects.update(opens=None, closes=None)


async def parent_page(screens: Screens, url: str, **more: Any) -> Page:
    """The municipality's page, with a clock that the test moves and no cache to wait for."""
    page = await screens.page("about:blank", **more)
    await page.clock.install()
    await page.route("**/*", lambda route: route.continue_())
    await page.goto(url)
    await page.wait_for_selector("helpline-bubble", state="attached")
    return page


@pytest.mark.parametrize("path", ["/", "/strict"], ids=["by-request", "by-script"])
async def test_bubble_is_seen_while_somebody_can_answer_and_gone_within_a_minute(
    screens: Screens, origin: str, path: str
) -> None:
    page = await parent_page(screens, f"{origin}{path}", size=PHONE)
    bubble = page.locator(BUBBLE)
    await expect(bubble).to_be_hidden()

    desk = await screens.desk(LINE)
    await page.clock.fast_forward(A_MINUTE)
    await expect(bubble).to_be_visible()
    await desk.click("[data-ready]")
    await expect(desk.locator("[data-ready]")).to_have_attribute("aria-checked", "false")
    await page.clock.fast_forward(A_MINUTE)
    await expect(bubble).to_be_hidden()
    await desk.click("[data-ready]")
    await expect(desk.locator("[data-ready]")).to_have_attribute("aria-checked", "true")
    await page.clock.fast_forward(A_MINUTE)
    await expect(bubble).to_be_visible()
    await call(_close)
    await page.clock.fast_forward(A_MINUTE)
    await expect(bubble).to_be_hidden()


async def test_talk_is_in_the_frame_and_nowhere_in_the_page_around(
    screens: Screens, origin: str, desk: Page
) -> None:
    await embed(origin)
    page = await screens.page("about:blank", locale="sv-SE", size=DESKTOP)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    await page.goto(f"{origin}/strict")

    # By keyboard alone.
    bubble = page.locator(BUBBLE)
    await expect(bubble).to_have_accessible_name("Öppna chatten")
    await bubble.focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("dialog", name="Socialtjänsten Tidaholm")).to_be_visible()
    frame = page.frame_locator(FRAME)
    # There once the scripts are: a key is pressed whether or not somebody sees where.
    await expect(frame.locator("[data-start-button]")).to_be_visible()
    await frame.locator("[data-start-button]").press("Enter")
    await expect(frame.locator("[data-waiting]")).to_be_visible()
    await frame.locator("[data-draft]").fill("a secret word")
    await frame.locator("[data-send]").press("Enter")
    await say(desk, "a kind word", await take_next(desk))
    await expect(frame.locator("[data-text]")).to_have_text(["a secret word", "a kind word"])
    around = await page.content() + str(
        await page.evaluate("document.querySelector('helpline-bubble').shadowRoot.innerHTML")
    )
    kept = await page.evaluate("[document.cookie, localStorage.length, sessionStorage.length]")

    # Hidden is not ended, also when somebody turns off the light at the desk meanwhile.
    await page.get_by_role("button", name="Dölj").press("Enter")
    await expect(page.locator(PANEL)).to_be_hidden()
    await expect(bubble).to_be_focused()
    await expect(bubble).to_have_accessible_name("Tillbaka till chatten")
    await bubble.press("Enter")
    await expect(frame.locator("[data-text]")).to_have_count(2)

    hosts = {url.split("/")[2].partition(":")[0] for url in asked if not url.startswith("blob:")}
    assert hosts == {PLACE, f"{LINE}.localhost"}
    assert kept == ["", 0, 0]
    assert [word for word in ("secret word", "kind word") if word in around] == []
    assert await page.context.cookies() == []


@pytest.mark.parametrize("how", ["button", "escape-within", "escape-around"])
async def test_leaving_takes_the_whole_page_away(
    screens: Screens, origin: str, desk: Page, how: str
) -> None:
    await embed(origin)
    page = await screens.page("about:blank")

    async def neutral(route: Route) -> None:
        await route.fulfill(body="<title>weather</title>", content_type="text/html")

    await page.route("https://www.smhi.se/", neutral)
    await page.goto(f"{origin}/")
    await page.locator(BUBBLE).click()
    frame = page.frame_locator(FRAME)
    await frame.locator("[data-start-button]").click()
    await expect(frame.locator("[data-waiting]")).to_be_visible()

    if how == "button":
        await frame.locator(".bar [data-leave]").click()
    else:
        around = page.get_by_role("button", name="Dölj")
        await (frame.locator("[data-draft]") if how == "escape-within" else around).focus()
        # Three within two seconds, on a loaded machine as well.
        for _ in range(3):
            await page.keyboard.press("Escape")

    # The frame and the bubble both lead away: the later one breaks the earlier off.
    await expect(page).to_have_url("https://www.smhi.se/")
    await page.go_back()
    assert await page.evaluate("location.href") == "about:blank"


async def test_page_that_is_not_named_shows_no_chat_and_leads_to_a_tab(
    screens: Screens, origin: str, desk: Page
) -> None:
    page = await parent_page(screens, f"{origin}/")
    await page.locator(BUBBLE).click()
    await page.clock.fast_forward(6_000)

    link = page.locator(PANEL).get_by_role("link", name="Öppna chatten i en ny flik")
    await expect(link).to_be_visible()
    async with page.context.expect_page() as opened:
        await link.click()
    await expect((await opened.value).locator("[data-start-button]")).to_be_visible()
    assert await page.frame_locator(FRAME).locator("[data-start-button]").count() == 0


async def test_bubble_that_opens_a_tab_frames_nothing(
    screens: Screens, origin: str, desk: Page
) -> None:
    change = {"bubble_opens": "tab", "bubble_origins": []}
    await call(lambda: Tenant.objects.filter(slug=LINE).update(**change))
    page = await screens.page(f"{origin}/strict", size=PHONE)

    link = page.get_by_role("link", name="Öppna chatten i en ny flik")
    async with page.context.expect_page() as opened:
        await link.click()
    tab = await opened.value
    await expect(tab.locator("[data-start-button]")).to_be_visible()
    assert await tab.evaluate("[opener, document.referrer]") == [None, ""]


async def test_talk_goes_on_where_the_browser_lets_a_frame_keep_nothing(
    screens: Screens, origin: str, desk: Page
) -> None:
    await embed(origin)
    page = await screens.page("about:blank")
    await page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException(); } });"
    )
    await page.goto(f"{origin}/")
    await page.locator(BUBBLE).click()
    frame = page.frame_locator(FRAME)
    await frame.locator("[data-start-button]").click()
    await expect(frame.locator("[data-waiting]")).to_be_visible()
    await take_next(desk)

    await frame.locator("[data-draft]").fill("still here")
    await frame.locator("[data-send]").click()

    await expect(desk.locator("[data-text]")).to_have_text(["still here"])


async def test_who_is_passed_on_goes_by_a_link_in_the_whole_window_and_comes_back(
    screens: Screens, origin: str
) -> None:
    """Who does not press has not gone, and says so."""
    await embed(origin)
    await call(_agree)
    desk, other = await screens.desk(LINE), await screens.desk(TAKER)
    page = await screens.page(f"{origin}/")
    await page.locator(BUBBLE).click()
    frame: Any = page.frame_locator(FRAME)
    await frame.locator("[data-start-button]").click()
    await frame.locator("[data-draft]").fill("hej")
    await frame.locator("[data-send]").click()
    it = Handoff(screens, frame, desk, await take_next(desk), other)
    go = frame.locator("[data-screen-go]")

    await it.offer()
    await it.choose("nothing")
    await expect(go).to_be_visible()
    await desk.locator(f"{it.pane} [data-referral-withdraw]:visible").click()
    await expect(go).to_have_count(0)
    await frame.locator("[data-draft]").fill("kvar")
    await frame.locator("[data-send]").click()
    await expect(desk.locator("[data-text]").last).to_have_text("kvar")

    await it.offer()
    await it.choose("all")
    await go.click()
    await expect(page.locator("[data-way-back]")).to_be_visible()
    assert page.url == screens.stack.url(TAKER, "/#")
    await page.click("[data-way-go]")
    await expect(page).to_have_url(screens.stack.url(LINE, "/#"))
    await expect(page.locator("[data-text]")).to_have_text(["hej", "kvar"])
    await say(page, "hemma igen")
    await expect(desk.locator("[data-text]").last).to_have_text("hemma igen")


def _agree() -> None:
    giver, taker = (Tenant.objects.get(slug=slug) for slug in (LINE, TAKER))
    accept(taker, propose(giver, taker, Terms()))


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
async def test_axe_finds_nothing_in_the_bubble_nor_in_its_window(
    screens: Screens, origin: str, desk: Page, size: Any
) -> None:
    await embed(origin)
    page = await screens.page(f"{origin}/", size=size)
    findings = {}
    await expect(page.locator(BUBBLE)).to_be_visible()
    findings["bubble"] = await _found(page)
    await page.locator(BUBBLE).click()
    await expect(page.frame_locator(FRAME).locator("[data-start-button]")).to_be_visible()
    findings["window"] = await _found(page)

    assert findings == {"bubble": [], "window": []}


async def _found(page: Page) -> list[str]:
    violations = (await Axe().run(page)).response["violations"]
    return [f"{one['id']}: {node['html']}" for one in violations for node in one["nodes"]]
