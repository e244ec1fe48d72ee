"""Two versions at once: one process after the other restarts, and the talk goes on in both."""

from __future__ import annotations

import signal

import pytest

from tests.faults.house import House, Web
from tests.faults.people import Pair, pair

pytestmark = pytest.mark.engines


class NewerWeb(Web):
    program = ("-m", "tests.faults.newer")


async def restart(house: House, talk: Pair, place: int, kind: type[Web]) -> None:
    """Stop one web process in good order while both talk, and start another version of it."""
    web = house.webs[place]
    await talk.chat(5, f"while {place} stops")
    await house.do(web.end, signal.SIGTERM)
    await talk.chat(5, f"without {place}")
    web.__class__ = kind
    await house.do(web.start)


async def test_rolling_restart_to_a_newer_version_and_back(house: House) -> None:
    async with pair(house) as talk:
        await talk.chat(3, "before")
        await talk.settled()
        home = talk.visitor.port

        await restart(house, talk, 1, NewerWeb)
        # Both on the first; the next restart sends both to the newer one, and one of them back.
        await restart(house, talk, 0, Web)
        talk.visitor.ports.sort(key=lambda port: port != house.webs[0].port)
        async with pair(house) as other:
            assert (other.visitor.port, other.desk.port) == (home, house.webs[1].port)
            await other.chat(10, "between two versions")
            await other.audit()
            assert other.visitor.closes == other.desk.closes == []
        await restart(house, talk, 1, Web)

        await talk.chat(3, "after")
        await talk.audit()
        # A server that stops in good order says so, each time.
        assert {*talk.visitor.closes, *talk.desk.closes} == {1012}
    for name in ("web-1", "web-2"):
        assert not {"sink_failed", "listening_failed", "frame_failed"} & set(house.logged(name))
