"""An answer that is to come late waits where it keeps nothing from others."""

from __future__ import annotations

import asyncio
from typing import Any

from helpline.late import SECONDS, Late
from helpline.turns import InTurn


async def guessed(scope: Any, receive: Any, send: Any) -> None:
    """Answer, and ask for a wrong guess to be told late."""
    if scope["path"] == "wrong":
        scope[SECONDS] = 0.5
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": scope["path"].encode()})


async def test_late_answer_comes_whole_and_holds_up_nobody() -> None:
    app = Late(InTurn(guessed, turns=1))
    told: list[str] = []

    async def ask(path: str) -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            told.append(f"{path}: {message['type']}")

        await app({"type": "http", "path": path}, receive, send)

    # The wrong one comes first, and there is one turn alone.
    await asyncio.gather(*(ask(path) for path in ("wrong", "right")))

    kinds = ("http.response.start", "http.response.body")
    assert told == [f"{path}: {kind}" for path in ("right", "wrong") for kind in kinds]
