"""Lines over HTTP at several processes: a request may reach any of them, and Valkey reads nothing."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator

import pytest

from tenants.models import Tenant
from tests.engines import Harness
from tests.fleet import Fleet, running
from tests.overhttp import OverHttp, Polled, Streamed
from tests.privacy.traces import Traces, hits
from tests.scale.talking import taken

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = "sagt-i-fortrolighet"


@pytest.fixture
def fleet(lines: list[Tenant], harness: Harness) -> Iterator[Fleet]:
    with running(harness, {}, {}) as found:
        yield found


@pytest.mark.parametrize("way", [Streamed, Polled], ids=["stream", "poll"])
async def test_requests_reach_their_line_at_any_process_and_valkey_reads_none(
    fleet: Fleet, tenant: Tenant, harness: Harness, way: type[OverHttp]
) -> None:
    traces = Traces(harness.run, {"text": TEXT})
    with traces.listening():
        async with (
            fleet.visitor(0, tenant, over_http=way, going_on_at=[1]) as tab,
            fleet.desk(1, tenant) as window,
        ):
            await window.ready()
            ends = await taken(tab, window)
            await ends.exchange(10, name=TEXT)
            secret = tab.secret
            assert (await tab.leave())["type"] == "ended"

    passed_on = [line for line in traces.heard if b"sealed" in line]
    assert len(passed_on) > 20
    assert hits(b"\n".join(traces.heard), {**traces.needles, "secret": [secret.encode()]}) == set()


async def test_a_line_whose_process_is_gone_is_told_so_at_once(
    fleet: Fleet, tenant: Tenant
) -> None:
    async with fleet.visitor(0, tenant, over_http=Streamed, going_on_at=[1]) as tab:
        line = tab.communicator
        assert isinstance(line, Streamed)
        assert (await tab.say("before"))["seq"] == 1

        fleet.processes[0].end(signal.SIGKILL)
        since = time.monotonic()
        status, refused = await line.say(line.number + 1, [{"type": "typing"}])
        waited = time.monotonic() - since
        async with fleet.visitor(
            1, tenant, secret=tab.secret, after=1, over_http=Streamed
        ) as again:
            said = await again.say("after")

    assert (status, refused["error"], waited < 2) == (503, "unavailable", True)
    assert said["seq"] == 2
