"""Several web processes on one pair of databases, and people at whichever of them they are put.

All have the host names of this test's own application, which is one more of them: it takes the
POST that begins a talk and the desk's sign-in.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from django.conf import settings

from chat.calls import call
from tenants.models import Tenant
from tests.clients import Desk, Visitor, headers_at, host_of, sign_in, start
from tests.engines import Harness
from tests.far import FarSocket
from tests.overhttp import Far, OverHttp
from tests.stack import LiveStack
from tests.world import address_of, hire

# People type; what a test says in a second is not what the limit is for.
HASTE = {"HELPLINE_SAY_BURST": "1000", "HELPLINE_SAY_PER_SECOND": "1000"}


class Fleet:
    """``fleet.processes[n]`` is killed and started at will."""

    def __init__(self, processes: list[LiveStack]) -> None:
        self.processes = processes
        self._cookies: dict[tuple[int, int], str] = {}

    @asynccontextmanager
    async def visitor(
        self,
        at: int,
        tenant: Tenant,
        *,
        secret: str = "",
        after: int = 0,
        over_http: type[OverHttp] | None = None,
        going_on_at: Sequence[int] = (),
    ) -> AsyncIterator[Visitor]:
        """A visitor's tab at one process, in a new talk or back in that of ``secret``.

        Over HTTP, requests after the first go to the processes of ``going_on_at`` in turn.
        """
        if not secret:
            secret = (await start(tenant)).json()["secret"]
        headers = headers_at(host_of(tenant))
        far: FarSocket | OverHttp = FarSocket(self.processes[at].port, Visitor.path, headers)
        if over_http:
            ports = [self.processes[number].port for number in (at, *going_on_at)]
            far = over_http(headers, door=Far(headers, ports))
        tab = Visitor(headers, secret=secret, communicator=far)
        assert await tab.open()
        try:
            tab.conversation = (await tab.hello(after=after))["conversation"]
            yield tab
        finally:
            await tab.drop()

    @asynccontextmanager
    async def desk(self, at: int, tenant: Tenant, number: int = 1) -> AsyncIterator[Desk]:
        """A window of the ``number``-th counsellor at one process."""
        if (tenant.pk, number) not in self._cookies:
            await call(hire, tenant, "counsellor", number)
            cookie = await sign_in(tenant, address_of(tenant, "counsellor", number))
            assert cookie
            self._cookies[tenant.pk, number] = cookie
        headers = headers_at(host_of(tenant, "desk"), cookie=self._cookies[tenant.pk, number])
        far = FarSocket(self.processes[at].port, Desk.path, headers)
        window = Desk(headers, communicator=far)
        assert await window.open()
        try:
            await window.hello()
            yield window
        finally:
            await window.drop()


@contextmanager
def running(harness: Harness, *each: dict[str, str]) -> Iterator[Fleet]:
    """Run a web process for each of these environments, which come on top of the test's own."""
    run = harness.run
    same = {"HELPLINE_BASE": settings.HELPLINE_BASE, "HELPLINE_SCHEME": settings.HELPLINE_SCHEME}
    variables = run.variables(run.database)
    processes = [
        LiveStack(variables, run.directory, same | HASTE | environment) for environment in each
    ]
    try:
        for process in processes:
            process.begin()
        for process in processes:
            process.wait()
        yield Fleet(processes)
    finally:
        for process in processes:
            process.stop()
