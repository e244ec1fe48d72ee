"""The door for visitors whose network lets no WebSocket through: `/line`, `/line/say`, `/line/hear`.

Plain ASGI, beside Django: a stream stays open for as long as a talk, and would hold one of the few
turns, and a thread, all the time. Behind it stands the consumer of `/ws/visitor`, which decides about
host, origin, secret, limits and frames as it does there. docs/adr/0018.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from django.conf import settings
from msgspec import DecodeError
from msgspec.json import decode, encode

from chat.consumers.visitor import VisitorSocket
from chat.overhttp.asked import Hear, Open, Say
from chat.overhttp.handle import Handle
from chat.overhttp.line import Line
from chat.runtime import runtime
from tenants.errors import HelplineError, Invalid, NotFound
from tenants.hosts import normalised
from tenants.permissions import ANYBODY, VISITORS, lets_in

App = Callable[[Any, Any, Any], Awaitable[None]]
T = TypeVar("T")

# As on a socket: the consumer says what is wrong with a frame above 64 KiB.
BODY_BYTES = 1024 * 1024
BODY_SECONDS = 20.0
# Often enough for a proxy that takes half a minute of silence for the end.
PING_SECONDS = 15.0

_STATUSES = {"invalid": 400, "not_found": 404, "unknown_host": 421, "unavailable": 503}
_HEADERS = [
    (b"cache-control", b"no-store, no-transform"),
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    # nginx reads it: what is written is to be passed on at once.
    (b"x-accel-buffering", b"no"),
]
if settings.SECURE_HSTS_SECONDS:
    _sure = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
    _HEADERS.append((b"strict-transport-security", _sure.encode()))


class UnknownHost(HelplineError):
    """Nobody's host, or one that has no visitors."""

    code = "unknown_host"


@lets_in(ANYBODY)
async def open_line(scope: Any, receive: Any, send: Any) -> None:
    """Open a line, and be its stream where the client wants one."""
    asked = await _asked(Open, scope, receive)
    line = await runtime().over_http.open(VisitorSocket(), scope, at=_at(scope))
    if line is None:
        raise UnknownHost
    if asked.hear == "poll":
        await _answer(send, 200, encode({"line": line.handle.reveal()}))
        return
    gone = asyncio.get_running_loop().create_task(_until_gone(receive, line))
    try:
        await _stream(line, send)
    finally:
        gone.cancel()
        line.drop_soon()
    # Until then the rows do not say that the line is gone, and the server should not stop.
    await line.over.wait()


async def _until_gone(receive: Any, line: Line) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    line.drop_soon()


async def _stream(line: Line, send: Any) -> None:
    kind = [(b"content-type", b"text/event-stream"), *_HEADERS]
    await send({"type": "http.response.start", "status": 200, "headers": kind})

    async def write(text: str) -> None:
        await send({"type": "http.response.body", "body": text.encode(), "more_body": True})

    await write(_event({"line": line.handle.reveal()}, "line"))
    clock = asyncio.get_running_loop().time
    ping_at = clock() + PING_SECONDS
    while not line.gone:
        await line.news(max(0.0, ping_at - clock()))
        if clock() >= ping_at:
            # However much is told: the answer to this is what tells that somebody is there.
            await write(_event({}, "ping"))
            ping_at = clock() + PING_SECONDS
        for frame in line.fetch():
            await write(f"data: {frame}\n\n")
        if line.code is not None and not line.has_news:
            await write(_event({"code": line.code}, "close"))
            break
    await send({"type": "http.response.body", "body": b""})


def _event(said: dict[str, Any], kind: str) -> str:
    return f"event: {kind}\ndata: {encode(said).decode()}\n\n"


@lets_in(VISITORS)
async def say(scope: Any, receive: Any, send: Any) -> None:
    """Take frames for a line."""
    await _ask(Say, scope, receive, send)


@lets_in(VISITORS)
async def hear(scope: Any, receive: Any, send: Any) -> None:
    """Give the frames that a line has, once it has some."""
    await _ask(Hear, scope, receive, send)


async def _ask(kind: type[Say | Hear], scope: Any, receive: Any, send: Any) -> None:
    asked = await _asked(kind, scope, receive)
    handle = Handle.read(asked.line)
    if handle is None:
        raise NotFound("no such line")
    await _answer(send, 200, await runtime().over_http.ask(handle, asked, at=_at(scope)))


def _at(scope: Any) -> str:
    """Where a line is: its host, and the origin of the page, which the consumer has looked at."""
    return f"{normalised(_header(scope, b'host'))} {_header(scope, b'origin')}"


DOORS: dict[str, App] = {"/line": open_line, "/line/say": say, "/line/hear": hear}


def with_lines(app: App) -> App:
    """Return an HTTP application that has these doors, and hands everything else to ``app``."""

    async def http(scope: Any, receive: Any, send: Any) -> None:
        door = DOORS.get(scope["path"])
        if door is None:
            await app(scope, receive, send)
            return
        try:
            await door(scope, receive, send)
        except HelplineError as problem:
            said = {"error": problem.code} | ({"text": str(problem)} if str(problem) else {})
            await _answer(send, _STATUSES[problem.code], encode(said))

    return http


async def _asked(kind: type[T], scope: Any, receive: Any) -> T:
    """Return what the body asks. Raises Invalid."""
    # JSON alone: a foreign page cannot send it without asking first, and is not answered.
    kind_of_body = _header(scope, b"content-type").partition(";")[0]
    if scope["method"] != "POST" or kind_of_body != "application/json":
        raise Invalid("POST application/json")
    try:
        async with asyncio.timeout(BODY_SECONDS):
            body = await _body(receive)
        found: T = decode(body.decode(), type=kind)
    except TimeoutError:
        raise Invalid("the body did not come") from None
    except (DecodeError, UnicodeError, RecursionError):
        raise Invalid("the body is not what this door reads") from None
    return found


async def _body(receive: Any) -> bytes:
    body: bytes = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > BODY_BYTES or message["type"] != "http.request":
            raise Invalid(f"the body has at most {BODY_BYTES} bytes")
        if not message.get("more_body"):
            return body


async def _answer(send: Any, status: int, body: bytes) -> None:
    kind = (b"content-type", b"application/json")
    headers = [kind, (b"content-length", str(len(body)).encode()), *_HEADERS]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _header(scope: Any, name: bytes) -> str:
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if len(values) == 1 else ""
