"""One house for all faults that it survives, healed before each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.faults.house import House
from tests.faults.shifting import ShiftedHouse, shift_to


@pytest.fixture(scope="session")
def one_house() -> Iterator[House]:
    directory = Path(tempfile.mkdtemp(prefix="helpline-faults-", dir="/tmp"))  # short
    made = House(directory)
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def shifted_house() -> Iterator[ShiftedHouse]:
    """A house at the night of 28 March 2027, ten minutes before the clocks are put forward."""
    directory = Path(tempfile.mkdtemp(prefix="helpline-shifted-", dir="/tmp"))  # short
    made = ShiftedHouse(directory, shift_to(datetime(2027, 3, 28, 0, 40, tzinfo=UTC)))
    try:
        made.start()
        yield made
    finally:
        made.stop()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture
async def house(one_house: House) -> House:
    """The house with everything in it running."""
    await one_house.do(one_house.heal)
    return one_house
