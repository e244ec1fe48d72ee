"""Visitors and counsellors at their sockets, several at once coming in."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, TypeVar

from bench.load import EchoTalk, Talk
from bench.seed import Seat, Seeded
from bench.servers import Server
from bench.wire import Line, Lost, open_line

T = TypeVar("T")
R = TypeVar("R")
AT_ONCE = 24


async def gathered(
    work: Callable[[T], Awaitable[R]], things: Iterable[T], at_once: int = AT_ONCE
) -> list[R]:
    """Do ``work`` with each of ``things``, so many at a time, and return the results in order."""
    turns = asyncio.Semaphore(at_once)

    async def one(thing: T) -> R:
        async with turns:
            return await work(thing)

    return await asyncio.gather(*(one(thing) for thing in things))


async def visitor(server: Server, talk: Seeded, after: int = 0) -> tuple[Line, dict[str, Any]]:
    """Open a visitor's socket and say hello; return it with its welcome."""
    line = await open_line(server.port, "/ws/visitor", f"{talk.line.slug}.localhost")
    hello = {"type": "hello", "protocol": 1, "secret": talk.secret, "after": after}
    return line, await _welcomed(line, hello)


async def desk(server: Server, seat: Seat) -> tuple[Line, dict[str, Any]]:
    """Open a counsellor's socket and say hello; their talks come with the welcome."""
    host = f"desk-{seat.line.slug}.localhost"
    line = await open_line(server.port, "/ws/desk", host, cookie=seat.cookie)
    return line, await _welcomed(line, {"type": "hello", "protocol": 1})


async def busy_talks(visitors_at: Server, desks_at: Server, talks: Sequence[Seeded]) -> list[Talk]:
    """Bring both sides of each talk to their sockets; each talk has a counsellor of its own."""

    async def one(talk: Seeded) -> Talk:
        assert talk.seat is not None
        ours, _ = await visitor(visitors_at, talk)
        theirs, _ = await desk(desks_at, talk.seat)
        say = b'{"type":"say","id":"'
        at_desk = f'{{"type":"say","conversation":"{talk.conversation}","id":"'.encode()
        return Talk([ours, theirs], [say, at_desk])

    return await gathered(one, talks)


async def plain_talks(server: Server, talk_secrets: Sequence[str]) -> list[Talk]:
    """Both sides of talks at the plain application."""

    async def side(name: str, secret: str) -> Line:
        line = await open_line(server.port, f"/ws/{name}", "localhost")
        await _welcomed(line, {"type": "hello", "secret": secret})
        return line

    async def one(secret: str) -> Talk:
        lines = [await side("visitor", secret), await side("counsellor", secret)]
        return Talk(lines, [b'{"type":"say","id":"'] * 2)

    return await gathered(one, talk_secrets)


async def echoes(server: Server, many: int) -> list[Talk]:
    """One socket a talk at the bare server."""

    async def one(_: int) -> Talk:
        line = await open_line(server.port, "/", "localhost")
        return EchoTalk([line], [b'{"type":"say","id":"'])

    return await gathered(one, range(many))


async def _welcomed(line: Line, hello: dict[str, Any]) -> dict[str, Any]:
    try:
        said = await line.ask(hello, "welcome")
    except BaseException:
        line.drop()
        raise
    if said["type"] != "welcome":
        line.drop()
        raise Lost(str(said["code"]))
    return said
