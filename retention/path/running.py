"""Long work that tells how far it is, as lines of JSON, to a page whose script asks for them.

Whoever hangs up ends nothing: the work goes on in its thread, and what came of it is kept.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context

from django.db import connections
from django.http import HttpRequest, StreamingHttpResponse

from tenants.dry_runs import Tell

LINES = "application/x-ndjson"


def asks_for_lines(request: HttpRequest) -> bool:
    """Say whether the page's script asks, and not its form."""
    return request.headers.get("Accept") == LINES


def streamed(work: Callable[[Tell], str]) -> StreamingHttpResponse:
    """Answer with how far ``work`` is, line by line, and at last with what it returns: a piece of a page.

    It is done in a thread of its own, where no scope and no language of the request's is open.
    """
    response = StreamingHttpResponse(_lines(work), content_type=LINES)
    # A proxy in front hands each line on as it comes.
    response.headers["X-Accel-Buffering"] = "no"
    return response


async def _lines(work: Callable[[Tell], str]) -> AsyncIterator[str]:
    loop, said = asyncio.get_running_loop(), asyncio.Queue[dict[str, object] | None]()

    def put(line: dict[str, object] | None) -> None:
        loop.call_soon_threadsafe(said.put_nowait, line)

    def in_thread() -> None:
        try:
            put({"piece": work(lambda done, of: put({"done": done, "of": of}))})
        finally:
            connections.close_all()
            put(None)

    thread = ThreadPoolExecutor(1, thread_name_prefix="helpline-running")
    over = loop.run_in_executor(thread, Context().run, in_thread)
    thread.shutdown(wait=False)
    while (line := await said.get()) is not None:
        yield json.dumps(line) + "\n"
    await over
