"""Chromium, and seven lines that are open whatever the time is, with their demo staff.

Chromium and what drives it are started once for each process that runs tests, which takes longer
than most tests do; so all tests here share an event loop. Each has contexts of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from django.core.management import call_command
from playwright.async_api import Browser, async_playwright, expect

from tenants.demo import Demo, load_demo_staff
from tests import world
from tests.browser import FLAGS
from tests.e2e.screens import Screens
from tests.programs import CHROMIUM
from tests.stack import LiveStack

HERE = Path(__file__).parent

# A loaded machine is slow and not wrong.
expect.set_options(timeout=world.PATIENCE_SECONDS * 1000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of this directory in the event loop that the browser lives in."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    program = CHROMIUM.needed()
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        await started.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium: Browser) -> AsyncIterator[Browser]:
    """Chromium; whatever the test has opened in it is closed afterwards."""
    yield chromium
    for context in chromium.contexts:
        await context.close()


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_runs_on() -> AsyncIterator[None]:
    """After the test, stop what the application has started in the test's event loop."""
    yield
    await world.stop_runtime()


@pytest.fixture
def demo(transactional_db: None, settings: object) -> Demo:
    settings.HELPLINE_STAFF_MFA = "off"  # type: ignore[attr-defined]  # pytest-django's wrapper
    call_command("load_charters", verbosity=0)
    call_command("open_lines", verbosity=0)
    world.without_pauses()
    return load_demo_staff(password=None)


@pytest_asyncio.fixture(loop_scope="session")
async def screens(browser: Browser, live_stack: LiveStack, demo: Demo) -> Screens:
    """What people look at: ``screens.visitor(slug)``, ``screens.desk(slug)``."""
    return Screens(browser, live_stack, {one.slug: one for one in demo.tenants})
