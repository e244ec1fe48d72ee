from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests import world


@pytest.fixture(autouse=True)
async def nothing_runs_on() -> AsyncIterator[None]:
    """After the test, stop what the application has started in the test's event loop."""
    yield
    await world.stop_runtime()
