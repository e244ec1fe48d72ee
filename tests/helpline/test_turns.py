"""Requests are served so many at once and in the order in which they came; a slow sender waits alone."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from helpline import turns
from helpline.turns import InTurn

Sent = list[dict[str, Any]]
PATIENCE_SECONDS = 10


class Crowd:
    """An application that answers only when it is told to, and what came to it."""

    def __init__(self) -> None:
        self.inside: list[str] = []
        self.most = 0
        self.bodies: list[bytes] = []
        self.full, self.go_on = asyncio.Event(), asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.inside.append(scope["path"])
        self.bodies.append((await receive())["body"])
        self.most = max(self.most, len(self.inside))
        if self.most == 2:
            self.full.set()
        await self.go_on.wait()
        self.inside.remove(scope["path"])
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["path"].encode()})


def sender(*messages: dict[str, Any]) -> Callable[[], Awaitable[dict[str, Any]]]:
    """Return a receive that gives ``messages`` and then nothing more."""
    left = list(messages)

    async def receive() -> dict[str, Any]:
        if left:
            return left.pop(0)
        never: dict[str, Any] = await asyncio.get_running_loop().create_future()
        return never

    return receive


async def ask(app: InTurn, path: str, *messages: dict[str, Any]) -> Sent:
    sent: Sent = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    whole = messages or ({"type": "http.request", "body": path.encode(), "more_body": False},)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await app({"type": "http", "path": path}, sender(*whole), send)
    return sent


async def test_no_more_are_inside_than_there_are_turns_and_first_comes_first() -> None:
    crowd = Crowd()
    app = InTurn(crowd, turns=2)
    answered: list[str] = []

    async def one(path: str) -> None:
        sent = await ask(app, path)
        answered.append(sent[-1]["body"].decode())

    asked = [asyncio.create_task(one(f"{number}")) for number in range(9)]
    await crowd.full.wait()
    waiting = list(crowd.inside)
    crowd.go_on.set()
    await asyncio.gather(*asked)

    assert waiting == ["0", "1"]
    assert crowd.most == 2
    assert answered == [str(number) for number in range(9)]


async def test_whoever_sends_slowly_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "BODY_SECONDS", 0.05)
    crowd = Crowd()
    crowd.go_on.set()
    app = InTurn(crowd, turns=1)
    half = {"type": "http.request", "body": b"{", "more_body": True}

    slow = asyncio.create_task(ask(app, "slow", half))
    quick = await ask(app, "quick")

    assert quick[-1]["body"] == b"quick"
    assert (await slow)[0]["status"] == 408
    assert crowd.bodies == [b"quick"]


async def test_body_in_pieces_comes_whole_and_a_huge_one_not_at_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "BODY_BYTES", 4)
    crowd = Crowd()
    crowd.go_on.set()
    app = InTurn(crowd, turns=1)
    pieces = [
        {"type": "http.request", "body": b"ab", "more_body": True},
        {"type": "http.request", "body": b"cd", "more_body": False},
    ]

    taken = await ask(app, "taken", *pieces)
    refused = await ask(app, "refused", *pieces[:1] * 3)

    assert taken[-1]["body"] == b"taken"
    assert refused[0]["status"] == 413
    assert crowd.bodies == [b"ab"]
