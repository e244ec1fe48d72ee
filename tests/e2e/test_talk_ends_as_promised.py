"""A whole talk through the pages, over lines that really drop, and what is left of it afterwards."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connections
from playwright.async_api import Page, expect

from chat.calls import call, scoped_call
from tenants.models import Tenant
from tests.e2e.cable import Cable, cable_to
from tests.e2e.screens import (
    OFFICER,
    PHONE,
    Screens,
    ask_socket,
    end,
    expect_texts,
    say,
    take_next,
    write,
)  # fmt: skip
from tests.talks import GONE, Seen, owner_rows, seen, segments_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HELLO: dict[str, object] = {"type": "hello", "protocol": 1}
TWENTY = [f"{who} {number}" for number in range(1, 11) for who in ("visitor", "counsellor")]


async def test_twenty_messages_over_lines_that_drop_and_then_nothing(screens: Screens) -> None:
    async with cable_to(screens.stack.port) as line, cable_to(screens.stack.port) as desk_line:
        visitor = await screens.visitor("detfinneshjelp", cable=line, size=PHONE)
        desk = await screens.desk("detfinneshjelp", cable=desk_line)
        pane = await take_next(desk)
        talk = await _talk_of(desk, pane)
        await expect(visitor.locator("[data-with]")).to_have_text("Psykolog")  # D1
        await _speak(visitor, desk, pane, numbers=range(1, 5))
        await _speak_while_the_visitor_is_away(visitor, desk, pane, line)
        await _speak(visitor, desk, pane, numbers=range(6, 8))
        await _speak_while_the_desk_is_away(visitor, desk, pane, desk_line)
        await _speak(visitor, desk, pane, numbers=range(9, 11))

        await expect_texts(visitor, TWENTY)
        await expect_texts(desk, TWENTY, pane)
        segments = await call(segments_of, talk)
        before = await call(seen, talk, segments)
        secret = await visitor.evaluate("sessionStorage.talk")
        await end(visitor)

        after = await call(seen, talk, segments)
        await expect(desk.locator(pane)).to_have_attribute("data-state", "ended")
        assert before == Seen(conversations=1, segments=1, messages=20, bodies=20, keys=1)
        assert after == GONE
        await _no_door_opens(screens, visitor, desk, talk=talk, secret=secret)


async def _talk_of(desk: Page, pane: str) -> UUID:
    return UUID(await desk.locator(pane).get_attribute("data-conversation"))


async def _speak(visitor: Page, desk: Page, pane: str, *, numbers: range) -> None:
    for number in numbers:
        await say(visitor, f"visitor {number}")
        await expect(desk.locator(f"{pane} [data-text]").last).to_have_text(f"visitor {number}")
        await say(desk, f"counsellor {number}", pane)
        await expect(visitor.locator("[data-text]").last).to_have_text(f"counsellor {number}")


async def _speak_while_the_visitor_is_away(
    visitor: Page, desk: Page, pane: str, line: Cable
) -> None:
    """Number 5: stored, but the answer is lost with the line. Number 6 is typed without one."""
    line.hush_server()
    await write(visitor, "visitor 5")
    await expect(desk.locator(f"{pane} [data-text]").last).to_have_text("visitor 5")
    line.cut()
    await expect(visitor.locator("[data-banner]")).to_be_visible()
    await say(desk, "counsellor 5", pane)
    await expect(visitor.locator('[data-state="pending"]')).to_have_count(1)
    line.mend()
    await expect(visitor.locator("[data-banner]")).to_be_hidden()
    await expect(visitor.locator("[data-text]").last).to_have_text("counsellor 5")


async def _speak_while_the_desk_is_away(visitor: Page, desk: Page, pane: str, line: Cable) -> None:
    """The visitor goes on; what the counsellor types meanwhile is kept and sent once."""
    line.cut()
    await expect(desk.locator("body > [data-banner]")).to_be_visible()
    await say(visitor, "visitor 8")
    await write(desk, "counsellor 8", pane)
    await expect(desk.locator(f'{pane} [data-state="pending"]')).to_have_count(1)
    line.mend()
    await expect(desk.locator("body > [data-banner]")).to_be_hidden()
    await expect(visitor.locator("[data-text]").last).to_have_text("counsellor 8")


async def _no_door_opens(
    screens: Screens, visitor: Page, desk: Page, *, talk: UUID, secret: str
) -> None:
    [farewell] = await ask_socket(visitor, "/ws/visitor", {**HELLO, "secret": secret, "after": 0})
    assert (farewell["state"], farewell["messages"]) == ("ended", [])
    officer = await screens.signed_in("detfinneshjelp", OFFICER)
    asked = {"type": "open", "conversation": str(talk), "after": 0}
    for member, purpose in ((desk, {}), (officer, {"purpose": "somebody asked"})):
        _, answer = await ask_socket(member, "/ws/desk", HELLO, {**asked, **purpose})
        assert (answer["type"], answer["code"]) == ("error", "not_found")
    tenant = await call(Tenant.objects.get, slug="detfinneshjelp")
    assert await scoped_call(tenant, _readable_as_application) == (0, 0, 0, 0)
    assert await desk.locator("[data-text]").count() == 0


def _readable_as_application() -> tuple[int, ...]:
    counts = []
    for table in ("chat_conversation", "chat_segment", "chat_message"):
        with connections["default"].cursor() as cursor:
            cursor.execute(f"SELECT current_user, count(*) FROM {table}")  # noqa: S608  # listed above
            (user, count) = cursor.fetchone()
        assert user == "helpline_app"
        counts.append(count)
    ((left,),) = owner_rows("keys", "SELECT count(*) FROM segment_key")
    return (*counts, left)


async def test_talk_at_tidaholm_is_kept_for_its_officer_alone(screens: Screens) -> None:
    visitor = await screens.visitor("tidaholm", locale="sv-SE")
    desk = await screens.desk("tidaholm", locale="sv-SE")
    await expect(visitor.locator("[data-place]")).to_have_text("Du är näst på tur")
    pane = await take_next(desk)
    talk = await _talk_of(desk, pane)
    await _speak(visitor, desk, pane, numbers=range(1, 3))

    await desk.click(f"{pane} [data-close]")
    await desk.click('[data-confirm="close"] [value="yes"]')

    await expect(visitor.locator("[data-ended-title]")).to_have_text("Samtalet är slut")
    await expect(visitor.locator("[data-ended-promises] li").first).to_contain_text("3 månader")
    officer = await screens.signed_in("tidaholm", OFFICER)
    asked = {"type": "open", "conversation": str(talk), "after": 0, "purpose": "begäran om insyn"}
    _, kept = await ask_socket(officer, "/ws/desk", HELLO, asked)
    _, refused = await ask_socket(desk, "/ws/desk", HELLO, asked)
    assert (kept["type"], kept["state"]) == ("conversation", "ended")
    assert [message["text"] for message in kept["messages"]] == TWENTY[:4]
    assert (refused["type"], refused["code"]) == ("error", "not_found")
