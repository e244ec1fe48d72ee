"""Wall clocks that are set, and the two nights in which the hour changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.faults.house import House
from tests.faults.people import Pair, pair
from tests.faults.shifting import ShiftedHouse, shift_to

pytestmark = pytest.mark.engines

KEPT = "tidaholm"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
JUMPS = [
    pytest.param(HOUR, id="an hour ahead"),
    pytest.param(-HOUR, id="an hour back"),
    pytest.param(DAY, id="a day ahead"),
    pytest.param(-DAY, id="a day back"),
]
# After the house was made; the hour has not changed yet, and an hour ahead it has.
BEFORE = datetime(2027, 3, 28, 0, 45, tzinfo=UTC)
NIGHTS = [
    pytest.param(datetime(2027, 3, 28, 1, tzinfo=UTC), id="28 March"),
    pytest.param(datetime(2027, 10, 31, 1, tzinfo=UTC), id="31 October"),
]


def keys_given_out(house: House, talk: Pair) -> int:
    """Return how many keys the instance would give to somebody who wants to read ``talk``."""
    segments = house.rows(
        "SELECT tenant_id, array_agg(id) FROM chat_segment WHERE conversation_id = %s"
        " GROUP BY tenant_id",
        talk.conversation,
    )
    if not segments:
        # Purged meanwhile, by the beat of the house.
        return 0
    ((tenant, ids),) = segments
    query = "SELECT count(*) FROM key_read(%s, %s)"
    return int(house.rows(query, tenant, ids, alias="keys")[0][0])


def expiry_of(house: House, talk: Pair) -> datetime:
    query = "SELECT expires_at FROM chat_conversation WHERE id = %s"
    ((moment,),) = house.rows(query, talk.conversation)
    assert isinstance(moment, datetime)
    return moment


def let_its_time_be_over(house: House, talk: Pair) -> None:
    """Let the life of a talk be over, with nobody having purged it yet."""
    over = "SET expires_at = clock_timestamp() - interval '1 second'"
    query = f"UPDATE chat_segment {over} WHERE conversation_id = %s RETURNING id"
    segments = [row[0] for row in house.rows(query, talk.conversation)]
    house.rows(f"UPDATE chat_conversation {over} WHERE id = %s RETURNING 1", talk.conversation)
    query = f"UPDATE segment_key {over} WHERE segment = ANY (%s) RETURNING 1"
    house.rows(query, segments, alias="keys")


async def ended(house: House) -> Pair:
    """Return a talk that is over and kept for three months."""
    async with pair(house, slug=KEPT) as talk:
        await talk.chat(1, "kept")
        await talk.settled()
        await talk.visitor.request(type="leave")
    return talk


@pytest.mark.parametrize("jump", JUMPS)
async def test_wall_clock_that_is_set(shifted_house: ShiftedHouse, jump: timedelta) -> None:
    """Rule: D5, T9"""
    house, usual = shifted_house, shift_to(BEFORE)
    await house.do(house.restart, usual)
    await house.do(house.tell_job, "tend")
    kept, over = await ended(house), await ended(house)
    await house.do(let_its_time_be_over, house, over)
    assert (keys_given_out(house, kept), keys_given_out(house, over)) == (1, 0)
    async with pair(house) as alive, pair(house, slug=KEPT) as ending:
        await alive.chat(2, "before")
        await ending.chat(2, "before")
        await alive.settled()
        await ending.settled()

        await house.do(house.jump, usual + jump.total_seconds())
        for work in ("tend", "purge", "tend"):
            await house.do(house.tell_job, work)
        # What is over stays over, and nobody destroys what is not.
        assert keys_given_out(house, over) == 0
        if abs(jump) < DAY:
            await alive.chat(2, "across")
            await alive.audit()
        if jump == DAY:
            # Nothing of today may be read, and the tab is told that it is over.
            told = await alive.visitor.heard(lambda frame: frame["type"] == "ended")
            assert told["by"] == "system"
        else:
            await ending.visitor.request(type="leave")

        await house.do(house.jump, usual)
        await house.do(house.tell_job, "tend")
        assert (keys_given_out(house, kept), keys_given_out(house, over)) == (1, 0)
        await alive.visitor.until(lambda: alive.visitor.up)
        if jump != DAY:
            await alive.chat(2, "after")
            await alive.audit()
            # Three months from when it really ended, and not from what a clock said.
            assert expiry_of(house, ending) - expiry_of(house, kept) < timedelta(minutes=5)
        else:
            # Put right, all of it is there for whoever comes back.
            await alive.visitor.go()
            await alive.visitor.come()
            await alive.visitor.say("after")
            await alive.visitor.acked()
            assert len(alive.visitor.texts) == 5
    await house.do(house.tell_job, "purge")
    assert house.rows("SELECT 1 FROM chat_conversation WHERE id = %s", over.conversation) == []


@pytest.mark.parametrize("night", NIGHTS)
async def test_night_in_which_the_hour_changes(
    shifted_house: ShiftedHouse, night: datetime
) -> None:
    """Rule: T9"""
    house = shifted_house
    await house.do(house.restart, shift_to(night - timedelta(minutes=4)))
    await house.do(house.tell_job, "tend")
    async with pair(house) as talk:
        await talk.chat(3, "before")
        # A correction of less than five minutes, as it may be, and over the hour.
        await house.do(house.jump, shift_to(night + timedelta(seconds=1)))
        await talk.chat(3, "after")
        for work in ("tend", "purge"):
            await house.do(house.tell_job, work)
        await talk.audit()
        assert talk.visitor.closes == talk.desk.closes == []
    kept = await ended(house)

    # Three months by the calendar of the place, whatever the hours between.
    zone = ZoneInfo("Europe/Stockholm")
    began, over = night.astimezone(zone), expiry_of(house, kept).astimezone(zone)
    assert (over.month - began.month) % 12 == 3
    assert (over.day, over.hour) == (began.day, began.hour)
