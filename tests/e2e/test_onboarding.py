"""A new line goes live in Chromium, from an empty platform, and a talk on it goes as promised.

Everything is done on pages, by the people whose pages they are; from the test come the mails, which
are read as they would be in a mailbox, what an authenticator app shows, and the days that pass.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from chat.calls import call
from retention import clock, purge
from tenants.models import Tenant, User
from tests import world
from tests.accounts.mails import NEW, Mailed, sent
from tests.e2e.guarded import set_up_app
from tests.e2e.screens import Screens, end, expect_texts, say, take_next
from tests.stack import LiveStack
from tests.talks import owner_rows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_CLICKS, MOST_SECONDS = 60, 15 * 60
DRY_RUN_MS = 120_000
SLUG, DAYS = "nattlys", 3
OPERATOR = "op@helpline.example"


@dataclass
class Hand:
    """Whoever does it: each click, choice and submit is counted, typing is not."""

    screens: Screens
    clicks: int = 0
    complaints: list[str] = field(default_factory=list)
    mails: list[Mailed] = field(default_factory=list)

    async def click(self, page: Page, selector: str) -> None:
        self.clicks += 1
        await page.click(selector)

    async def choose(self, page: Page, selector: str, value: str) -> None:
        self.clicks += 1
        await page.select_option(selector, value=value)

    async def menu(self, page: Page, end_of_address: str) -> None:
        """Go to a page by the menu beside every page."""
        await self.click(page, f'nav a[href$="/t/{SLUG}/{end_of_address}"]')

    async def blank(self) -> Page:
        page = await self.screens.page("about:blank")
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    async def signed_in(self, login: str, password: str, url: str) -> Page:
        """Sign in for the first time, and set up the second factor that is asked for."""
        page = await self.blank()
        await page.goto(url)
        await page.fill("#login", login)
        await page.fill("#password", password)
        await self.click(page, "[type=submit]")
        await self.click(page, "[data-add-app]")
        # A telephone would read the picture; here its secret is unfolded, which no hand does.
        self.clicks += 1
        await set_up_app(page)
        await self.click(page, "[data-go-on]")
        return page


@pytest.fixture
def hand(browser: Browser, guarded: LiveStack) -> Hand:
    return Hand(Screens(browser, guarded, {}))


async def test_line_goes_live_in_an_afternoon_and_a_talk_on_it_goes_as_promised(
    hand: Hand,
) -> None:
    began = time.monotonic()
    await call(User.objects.create_superuser, OPERATOR, world.PASSWORD, "Operator")

    await create_line(hand)
    await take_the_place(hand, "ada")
    page = await hand.signed_in(f"ada@{SLUG}.example", NEW, at(hand, "admin"))
    await expect(page.locator('[data-mark="missing"]')).to_have_count(6)
    await set_hours(hand, page)
    await promise(hand, page)
    await write_notice(hand, page)
    await invite(hand, page, "bo", "administrator")
    await invite(hand, page, "cia", "counsellor")
    await take_the_place(hand, "bo")
    second = await hand.signed_in(f"bo@{SLUG}.example", NEW, at(hand, "admin", f"/t/{SLUG}/"))
    await take_the_place(hand, "cia")
    desk = await hand.signed_in(f"cia@{SLUG}.example", NEW, at(hand, f"desk-{SLUG}", "/desk/"))
    await see_papers(hand, page)
    await run_dry(hand, page)
    await propose(hand, page)
    await confirm(hand, second)
    seconds = time.monotonic() - began

    talk = await talk_there(hand, desk)

    assert hand.clicks < MOST_CLICKS
    assert seconds < MOST_SECONDS
    assert hand.complaints == []
    assert await call(kept_of, talk) == (1, 1)
    await world.moved_clock(await call(clock.now) + timedelta(days=DAYS, seconds=1))
    await call(purge.purge)
    assert await call(kept_of, talk) == (0, 0)


def at(hand: Hand, host: str, path: str = "/") -> str:
    return hand.screens.stack.url(host, path)


# The operator.


async def create_line(hand: Hand) -> None:
    page = await hand.signed_in(OPERATOR, world.PASSWORD, at(hand, "admin"))
    await hand.click(page, "#content .model-operator .addlink")
    await page.fill("#id_name", "Stiftelsen Nattlys")
    await page.fill("#id_slug", "stiftelsen")
    await hand.click(page, "[name=_save]")
    await hand.click(page, "#site-name a")
    await hand.click(page, "#content .model-tenant .addlink")
    await page.fill("#id_name", "Nattlys")
    await page.fill("#id_slug", SLUG)
    hand.clicks += 1
    await page.select_option("#id_operator", label="Stiftelsen Nattlys")
    await hand.choose(page, "#id_country", "NO")
    await hand.choose(page, "#id_zone", "Europe/Oslo")
    await hand.click(page, '[name="languages"][value="nb"]')
    await page.fill("#id_administrator", f"ada@{SLUG}.example")
    await hand.click(page, "[name=_save]")
    await expect(page.locator("#result_list")).to_contain_text("Nattlys")


# The line's own people.


async def take_the_place(hand: Hand, who: str) -> None:
    """Follow the link in the mail to ``who``, and set a password."""
    hand.mails += await call(sent)
    (mailed,) = [one for one in hand.mails if one.to == [f"{who}@{SLUG}.example"]]
    page = await hand.blank()
    await page.goto(at(hand, f"desk-{SLUG}", f"/desk/link/?lang=nb#{mailed.token}"))
    await page.fill("#name", who.title())
    await page.fill("#password", NEW)
    await hand.click(page, "[type=submit]")
    await expect(page.locator("[data-joined]")).to_be_visible()


async def set_hours(hand: Hand, page: Page) -> None:
    """Be open day and night, holidays too."""
    await hand.click(page, '[data-item="hours"] a')
    await expect(page.locator('[name="form-0-days"]:checked')).to_have_count(7)
    await page.fill('[name="form-0-opens"]', "00:00")
    await page.fill('[name="form-0-closes"]', "00:00")
    await hand.click(page, '[name="closed_on_holidays"]')
    await hand.click(page, ".submit-row .default")
    await expect(page.locator(".messagelist .success")).to_be_visible()


async def promise(hand: Hand, page: Page) -> None:
    """Change the draft that lies there: talks are kept for three days; and publish it."""
    await hand.menu(page, "promises/")
    await hand.click(page, 'a[href$="/promises/draft/"]')
    await page.fill('[name="conversation_ended_amount"]', str(DAYS))
    await hand.choose(page, '[name="conversation_ended_unit"]', "days")
    await hand.click(page, '[name="holds"][value="danger"]')
    await hand.click(page, ".submit-row .default")
    # It would be erased by whoever wrote it, and kept: both cannot be promised.
    await expect(page.locator(".errornote")).to_be_visible()
    await expect(page.locator('[name="conversation_ended_amount"]')).to_have_value(str(DAYS))
    await hand.click(page, '[name="may_erase"]')
    await hand.click(page, ".submit-row .default")
    await expect(page.locator("#content")).to_contain_text(f"{DAYS} dager")
    await hand.click(page, ".submit-row .default")
    await expect(page.locator('[data-version="now"]')).to_be_visible()


async def write_notice(hand: Hand, page: Page) -> None:
    """Lay a notice with a telephone number ready for the night on which the chat fails."""
    await hand.menu(page, "tenants/notice/")
    await hand.click(page, ".addlink")
    await page.fill('[name="texts_nb"]', "Chatten svikter akkurat nå. Ring oss.")
    await page.fill('[name="phone"]', "800 99 900")
    await hand.click(page, "[name=_save]")
    await expect(page.locator("#result_list")).to_contain_text("800 99 900")


async def invite(hand: Hand, page: Page, who: str, role: str) -> None:
    await hand.menu(page, "invitations/")
    await page.fill('[name="email"]', f"{who}@{SLUG}.example")
    await hand.choose(page, '[name="role"]', role)
    await page.fill('[name="title_nb"]', "Rådgiver")
    await page.fill('[name="first_name"]', who.title())
    await hand.click(page, 'form:has([name="email"]) [type=submit]')
    await expect(page.locator("[data-invitation]").first).to_contain_text(who)


async def see_papers(hand: Hand, page: Page) -> None:
    """Note that somebody has seen what the counsellor holds."""
    await hand.menu(page, "tenants/membership/")
    await hand.click(page, '#result_list a:has-text("Cia")')
    await hand.click(page, "summary")
    hand.clicks += 1
    await page.select_option("#kind", index=1)
    await page.fill("#issuer", "Nattlys")
    await hand.click(page, '[name="seen"]')
    await hand.click(page, "[data-enter] [type=submit]")
    await expect(page.locator("[data-enter]")).to_be_hidden()


async def run_dry(hand: Hand, page: Page) -> None:
    await hand.menu(page, "dry-run/")
    await hand.click(page, "[data-run]")
    await expect(page.locator("[data-far]")).to_be_visible()
    await page.wait_for_selector("[data-verdict]", timeout=DRY_RUN_MS)
    await expect(page.locator("[data-far]")).to_be_hidden()
    await expect(page.locator('[data-verdict][data-mark="missing"]')).to_have_count(0)
    await expect(page.locator(".timeline li").first).to_be_visible()


# Going live.


async def propose(hand: Hand, page: Page) -> None:
    await hand.menu(page, "path/")
    await expect(page.locator('[data-mark="missing"]')).to_have_count(0)
    await hand.click(page, "[data-propose-live]")
    await expect(page.locator("[data-proposed]")).to_be_visible()
    # Nobody is their own second person.
    await expect(page.locator("[data-confirm-live]")).to_have_count(0)


async def confirm(hand: Hand, page: Page) -> None:
    visitor = await hand.blank()
    before = await visitor.goto(at(hand, SLUG))
    assert before is not None
    assert before.status == 421
    await page.reload()
    await hand.click(page, "[data-confirm-live]")
    await expect(page.locator('[data-state="live"]')).to_be_visible()


# A talk.


async def talk_there(hand: Hand, desk: Page) -> str:
    """Talk, end it, and return the talk's id."""
    await desk.click("[data-ready]")
    visitor = await hand.screens.visitor(SLUG)
    pane = await take_next(desk)
    await say(visitor, "er noen der om natta?")
    await say(desk, "ja, jeg er her", within=pane)
    await expect_texts(visitor, ["er noen der om natta?", "ja, jeg er her"])
    await end(visitor)
    return str(await desk.locator("[data-pane]").last.get_attribute("data-conversation"))


def kept_of(talk: str) -> tuple[int, int]:
    """Return how many rows and keys there are of a talk, whoever may read them."""
    [(rows,)] = owner_rows("default", "SELECT count(*) FROM chat_conversation WHERE id = %s", talk)
    tenant = Tenant.objects.get(slug=SLUG)
    [(keys,)] = owner_rows("keys", "SELECT count(*) FROM segment_key WHERE tenant = %s", tenant.pk)
    return rows, keys
