"""Chromium, and seven lines that are open whatever the time is, with their demo staff.

Chromium and what drives it are started once for each process that runs tests, which takes longer
than most tests do; so all tests here share an event loop. Each has contexts of its own.
"""

from __future__ import annotations

import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import pytest_asyncio
from django.core.management import call_command
from playwright.async_api import Browser, Page, async_playwright, expect
from playwright.async_api import Error as PlaywrightError

from tenants.demo import Demo, load_demo_staff
from tests import world
from tests.browser import FLAGS
from tests.e2e.guarded import Guarded
from tests.e2e.screens import Screens
from tests.engines import Harness
from tests.kept import begin_with
from tests.programs import CHROMIUM, CHROMIUM_SHELL
from tests.stack import LiveStack

HERE = Path(__file__).parent
# `make screenshots` asks for them; git ignores the place.
KEEPS_SCREENSHOTS = bool(os.environ.get("HELPLINE_SCREENSHOTS"))
SCREENSHOTS = HERE.parent / "screenshots"
SHOT_MS = 3_000

# A loaded machine is slow and not wrong.
expect.set_options(timeout=world.PATIENCE_SECONDS * 1000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the tests of this directory in the event loop that the browser lives in."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@asynccontextmanager
async def _started(program: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        started = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        await started.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    async with _started(CHROMIUM_SHELL.find() or CHROMIUM.needed()) as started:
        yield started


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def whole_chromium() -> AsyncIterator[Browser]:
    """With all that stands around a page: the shell refuses every notification."""
    async with _started(CHROMIUM.needed()) as started:
        yield started


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium: Browser, request: pytest.FixtureRequest) -> AsyncIterator[Browser]:
    async with emptied_after(chromium, request):
        yield chromium


@asynccontextmanager
async def emptied_after(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """Close what a test has opened, once pictures were taken of it if somebody wants them."""
    yield
    for number, page in enumerate(page for one in browser.contexts for page in one.pages):
        if KEEPS_SCREENSHOTS:
            await _keep(page, f"{request.path.stem}-{request.node.name}-{number + 1}")
    for context in browser.contexts:
        await context.close()


async def _keep(page: Page, name: str) -> None:
    """Leave a picture of what a page has come to; none of one that draws nothing any more."""
    file = SCREENSHOTS / f"{re.sub(r'[^a-z0-9_-]+', '-', name.lower())}.png"
    with suppress(PlaywrightError):
        await page.screenshot(path=file, full_page=True, timeout=SHOT_MS)


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def nothing_runs_on() -> AsyncIterator[None]:
    """After the test, stop what the application has started in the test's event loop."""
    yield
    await world.stop_runtime()


@pytest.fixture
def demo(transactional_db: None, settings: object) -> Demo:
    settings.HELPLINE_STAFF_MFA = "off"  # type: ignore[attr-defined]  # pytest-django's wrapper
    return begin_with("demo", _demo)


def _demo() -> Demo:
    call_command("load_charters", verbosity=0)
    call_command("open_lines", verbosity=0)
    world.without_pauses()
    return load_demo_staff(password=None)


@pytest_asyncio.fixture(loop_scope="session")
async def screens(browser: Browser, live_stack: LiveStack, demo: Demo) -> Screens:
    """What people look at: ``screens.visitor(slug)``, ``screens.desk(slug)``."""
    return Screens(browser, live_stack, {one.slug: one for one in demo.tenants})


@pytest.fixture
def guarded(transactional_db: None, harness: Harness) -> Iterator[LiveStack]:
    """The application as deployed: nobody is signed in without a second factor."""
    with Guarded.on(harness.run) as stack:
        yield stack
