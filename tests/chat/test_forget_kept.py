"""What a talk leaves behind at a line that has promised to keep it for three months."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from chat.calls import call
from retention.keys import open_keys
from retention.purge import purge
from tenants.models import Role, Tenant
from tenants.trial import open_line
from tests import clients
from tests.clients import Desk, Frame
from tests.talks import GONE, Seen, ledger_of, seen, segments_of, texts_in
from tests.world import moved_clock

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = timedelta(seconds=1)
SENT = ["jag är rädd", "vad har hänt?"]
WHOLE = Seen(conversations=1, segments=1, messages=2, bodies=2, keys=1)
NOT_FOUND = {"type": "error", "code": "not_found", "text": "no such talk"}
# When a talk ends, and until when it is kept, by a clock on the wall in Tidaholm.
LIVES = [
    pytest.param(
        datetime(2031, 8, 31, 11, 0, 15, tzinfo=UTC),
        datetime(2031, 11, 30, 12, 0, 15, tzinfo=UTC),
        id="no 31 November, summer time ends",
    ),
    pytest.param(
        datetime(2031, 1, 15, 11, 0, 7, tzinfo=UTC),
        datetime(2031, 4, 15, 10, 0, 7, tzinfo=UTC),
        id="summer time begins",
    ),
]


async def ended_talk(tenant: Tenant, *, at: datetime) -> UUID:
    """Hold a talk of one message each way and end it at that moment."""
    await moved_clock(at)
    await call(open_line, tenant, now=at, hours=1)
    async with clients.talk(tenant) as going:
        await going.visitor.say(SENT[0])
        assert (await going.desk.next())["text"] == SENT[0]
        await going.desk.say(going.conversation, SENT[1])
        ended = await going.visitor.leave()
        assert (ended["type"], ended["by"]) == ("ended", "visitor")
        assert await going.desk.open_talk(going.conversation) == NOT_FOUND
    return UUID(going.conversation)


async def read_by(window: Desk, talk: UUID, *, purpose: str = "request 7") -> Frame | list[str]:
    frame = await window.open_talk(str(talk), **({"purpose": purpose} if purpose else {}))
    return frame if frame["type"] == "error" else [m["text"] for m in frame["messages"]]


@pytest.mark.parametrize(("ended", "last"), LIVES)
async def test_officer_reads_for_three_months_and_not_a_second_longer(
    other: Tenant, ended: datetime, last: datetime
) -> None:
    """Beat and worker never run here.  Rule: T9"""
    talk = await ended_talk(other, at=ended)
    segments = await call(segments_of, talk)
    async with clients.desk(other, Role.OFFICER) as officer:
        assert await read_by(officer, talk) == SENT

        await moved_clock(last - SECOND)
        assert await read_by(officer, talk) == SENT

        await moved_clock(last + SECOND)
        assert await read_by(officer, talk) == NOT_FOUND

    # Nothing has been deleted: it cannot be read, and that by two instances.
    assert await call(seen, talk, segments) == WHOLE
    assert await call(texts_in, other, talk) is None
    assert await call(open_keys, other, conversation=talk, segments=segments) == {}


async def test_purge_takes_what_three_months_have_passed_over(other: Tenant) -> None:
    """Rule: T9"""
    talk = await ended_talk(other, at=datetime(2031, 8, 31, 11, 0, 15, tzinfo=UTC))
    segments = await call(segments_of, talk)
    await moved_clock(datetime(2031, 11, 30, 12, 0, 14, tzinfo=UTC))
    await call(purge)
    assert await call(seen, talk, segments) == WHOLE

    await moved_clock(datetime(2031, 11, 30, 12, 0, 15, tzinfo=UTC))
    await call(purge)

    assert await call(seen, talk, segments) == GONE
    entries = [entry for entry in await call(ledger_of, other) if entry[0] == "conversation"]
    assert entries == [("conversation", "T9", 1, 1)]


async def test_nobody_but_an_officer_with_a_purpose_reads_on(tenant: Tenant, other: Tenant) -> None:
    """Rule: T9, T10"""
    talk = await ended_talk(other, at=datetime(2030, 11, 30, 11, 30, tzinfo=UTC))

    async with clients.desk(other, Role.OFFICER) as officer:
        assert await read_by(officer, talk) == SENT
        assert await read_by(officer, talk, purpose="") == NOT_FOUND
    for role in (Role.COUNSELLOR, Role.SUPERVISOR):
        async with clients.desk(other, role) as window:
            assert await read_by(window, talk) == NOT_FOUND
    # Who has no talk of their own and reads none is told so, whatever there is.
    async with clients.desk(other, Role.ADMINISTRATOR) as window:
        told = [await window.open_talk(str(one), purpose="7") for one in (talk, uuid4())]
        assert [one["code"] for one in told] == ["not_allowed"] * 2
    async with clients.desk(tenant, Role.OFFICER) as outsider:
        assert await read_by(outsider, talk) == NOT_FOUND
