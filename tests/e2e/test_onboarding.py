"""A new line goes live in Chromium, from an empty platform, and a talk on it goes as promised.

Each step is a function of its own: what is done here by rows stands for a page of another part.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from playwright.async_api import Browser, Page, expect

from chat.calls import call
from retention import clock, purge
from tenants import creating, drafts, dry_runs
from tenants.dry_runs import Course, Mark, Verdict
from tenants.models import Hours, Membership, Notice, PolicyRule, Role, Tenant, User
from tenants.scope import tenant_scope
from tests import world
from tests.e2e.screens import Screens, end, expect_texts, say, take_next
from tests.stack import LiveStack
from tests.talks import owner_rows

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_CLICKS, MOST_SECONDS = 60, 15 * 60
SLUG, DAYS = "nattlys", 3


@dataclass
class Hand:
    """Whoever does it: each click, choice and submit is counted, typing is not."""

    clicks: int = 0
    complaints: list[str] = field(default_factory=list)

    async def click(self, page: Page, selector: str) -> None:
        self.clicks += 1
        await page.click(selector)

    async def choose(self, page: Page, selector: str, label: str) -> None:
        self.clicks += 1
        await page.select_option(selector, label=label)

    def watch(self, page: Page) -> Page:
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page


@pytest.fixture
def alone(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is asked for a second factor, and a dry run that finds nothing stands in for one."""
    settings.HELPLINE_STAFF_MFA = "off"  # type: ignore[attr-defined]  # pytest-django's wrapper
    kept = Course((), (Verdict("gone in time", Mark.KEPT, "nothing was found"),))
    monkeypatch.setattr(dry_runs, "runners", [lambda tenant: kept])


async def test_line_goes_live_in_an_afternoon_and_a_talk_on_it_goes_as_promised(
    browser: Browser, live_stack: LiveStack, alone: None
) -> None:
    hand, screens = Hand(), Screens(browser, live_stack, {})
    began = time.monotonic()
    await call(User.objects.create_superuser, "op@helpline.example", world.PASSWORD, "Operator")

    await create_line(hand, screens)
    first, second, counsellor = await enrol_staff()
    page = hand.watch(await administration(screens, first))
    await expect(page.locator('[data-mark="missing"]')).to_have_count(4)
    await set_hours()
    await write_notice()
    await publish_policy()
    await run_dry(first)
    await propose(hand, page)
    await confirm(hand, hand.watch(await administration(screens, second)), screens)
    seconds = time.monotonic() - began

    talk = await talk_there(screens, counsellor)

    assert hand.clicks < MOST_CLICKS
    assert seconds < MOST_SECONDS
    assert hand.complaints == []
    assert await call(kept_of, talk) == (1, 1)
    await world.moved_clock(await call(clock.now) + timedelta(days=DAYS, seconds=1))
    await call(purge.purge)
    assert await call(kept_of, talk) == (0, 0)


# The operator.


async def create_line(hand: Hand, screens: Screens) -> None:
    page = hand.watch(await screens.page(screens.stack.url("admin")))
    await page.fill("#id_username", "op@helpline.example")
    await page.fill("#id_password", world.PASSWORD)
    await hand.click(page, "[type=submit]")
    await hand.click(page, "#content .model-operator .addlink")
    await page.fill("#id_name", "Stiftelsen Nattlys")
    await page.fill("#id_slug", "stiftelsen")
    await hand.click(page, "[name=_save]")
    await page.goto(screens.stack.url("admin"))
    await hand.click(page, "#content .model-tenant .addlink")
    await page.fill("#id_name", "Nattlys")
    await page.fill("#id_slug", SLUG)
    await hand.choose(page, "#id_operator", "Stiftelsen Nattlys")
    await hand.choose(page, "#id_country", "Norway")
    await hand.click(page, '[name="languages"][value="nb"]')
    await page.fill("#id_administrator", "ada@nattlys.example")
    await hand.click(page, "[name=_save]")
    await expect(page.locator("#result_list")).to_contain_text("Nattlys")


# The line's own people. Their invitations, and the second factors, are pages of other parts.


async def enrol_staff() -> tuple[User, User, User]:
    """Let the administrator take up their place, and two more with theirs."""
    return await call(_enrol)


def _enrol() -> tuple[User, User, User]:
    tenant = line()
    ada = User.objects.get(email="ada@nattlys.example")
    ada.name = "Ada"
    ada.set_password(world.PASSWORD)
    ada.save()
    other = world.hire(tenant, Role.ADMINISTRATOR, 2).user
    return ada, other, world.hire(tenant, Role.COUNSELLOR).user


async def administration(screens: Screens, user: User) -> Page:
    """The front page of the line's administration, with somebody signed in to it."""
    page = await screens.page("about:blank")
    at = screens.stack.url("admin", f"/t/{SLUG}/")
    cookie = await call(_session_of, user)
    await page.context.add_cookies([{"name": "desk", "value": cookie, "url": at}])
    await page.goto(at)
    await expect(page.locator(".checklist")).to_be_visible()
    return page


def _session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


async def set_hours() -> None:
    """Be open day and night: a page of another part."""
    await call(_in_line, _set_hours)


def _set_hours(tenant: Tenant) -> None:
    Hours.objects.bulk_create(
        Hours(tenant=tenant, weekday=day, opens="00:00", closes="00:00", rule="ours")
        for day in range(7)
    )


async def write_notice() -> None:
    """Lay a notice with a telephone number ready: a page of another part."""
    await call(_in_line, _write_notice)


def _write_notice(tenant: Tenant) -> None:
    texts = dict.fromkeys(tenant.languages, "Ring oss.")
    Notice.objects.create(
        tenant=tenant, slug="trouble", phone="800 99 900", texts=texts, active=False, rule="D3"
    )


async def publish_policy() -> None:
    """Change the draft that lay there, and publish it: pages of another part."""
    await call(_in_line, _publish_policy)


def _publish_policy(tenant: Tenant) -> None:
    terms = creating.safest_terms()
    talks, now = PolicyRule.Kind.CONVERSATION, clock.now()
    keep = tuple(
        replace(one, amount=DAYS, unit="days") if one.kind == talks else one for one in terms.keep
    )
    drafts.write_draft(tenant, replace(terms, may_erase=False, keep=keep))
    drafts.publish_draft(tenant, begins_at=now, now=now)


async def run_dry(user: User) -> None:
    """Make a dry run: by the function behind the page's button."""
    await call(_run_dry, user)


def _run_dry(user: User) -> None:
    with tenant_scope(line()):
        member = Membership.objects.get(user=user)
    dry_runs.run(line(), member)


# Going live.


async def propose(hand: Hand, page: Page) -> None:
    await page.reload()
    await expect(page.locator('[data-mark="missing"]')).to_have_count(0)
    await hand.click(page, "[data-propose-live]")
    await expect(page.locator("[data-proposed]")).to_be_visible()
    await expect(page.locator("[data-confirm-live]")).to_have_count(0)


async def confirm(hand: Hand, page: Page, screens: Screens) -> None:
    visitor = await screens.page("about:blank")
    before = await visitor.goto(screens.stack.url(SLUG))
    assert before is not None
    assert before.status == 421
    await hand.click(page, "[data-confirm-live]")
    await expect(page.locator('[data-state="live"]')).to_be_visible()


# A talk.


async def talk_there(screens: Screens, counsellor: User) -> str:
    """Talk, end it, and return the talk's id."""
    desk = await screens.door(SLUG)
    await desk.fill("#login", counsellor.email)
    await desk.fill("#password", world.PASSWORD)
    await desk.click("[type=submit]")
    await desk.click("[data-ready]")
    visitor = await screens.visitor(SLUG)
    pane = await take_next(desk)
    await say(visitor, "is anybody there at night?")
    await say(desk, "yes, I am", within=pane)
    await expect_texts(visitor, ["is anybody there at night?", "yes, I am"])
    await end(visitor)
    return str(await desk.locator("[data-pane]").last.get_attribute("data-conversation"))


def kept_of(talk: str) -> tuple[int, int]:
    """Return how many rows and keys there are of a talk, whoever may read them."""
    [(rows,)] = owner_rows("default", "SELECT count(*) FROM chat_conversation WHERE id = %s", talk)
    [(keys,)] = owner_rows("keys", "SELECT count(*) FROM segment_key WHERE tenant = %s", line().pk)
    return rows, keys


def line() -> Tenant:
    return Tenant.objects.get(slug=SLUG)


def _in_line(work: Callable[[Tenant], None]) -> None:
    tenant = line()
    with tenant_scope(tenant):
        work(tenant)
