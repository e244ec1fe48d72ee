"""A process that is told to stop does, whatever its tasks were doing at that moment."""

from __future__ import annotations

import asyncio
from typing import Any

from django.conf import settings

from chat.fanout import FanoutLayer
from tests.world import PATIENCE_SECONDS

# In which of them a cancellation is lost depends on the client; with redis-py 7 in most of these.
MOST_TURNS = 8


async def test_fan_out_ends_at_any_turn_of_its_loop() -> None:
    config: Any = settings.CHANNEL_LAYERS["default"]["CONFIG"]
    for turns in range(MOST_TURNS):
        layer = FanoutLayer(**config)
        layer.here.join("group", "member")
        for _ in range(turns):
            await asyncio.sleep(0)

        async with asyncio.timeout(PATIENCE_SECONDS):
            await layer.flush()

        assert asyncio.all_tasks() == {asyncio.current_task()}
