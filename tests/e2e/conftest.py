"""Seven lines that are open whatever the time is, with their demo staff."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from django.core.management import call_command
from playwright.async_api import Browser, expect

from tenants.demo import Demo, load_demo_staff
from tests import world
from tests.e2e.screens import Screens
from tests.stack import LiveStack

# A loaded machine is slow and not wrong.
expect.set_options(timeout=world.PATIENCE_SECONDS * 1000)


@pytest.fixture(autouse=True)
async def nothing_runs_on() -> AsyncIterator[None]:
    """After the test, stop what the application has started in the test's event loop."""
    yield
    await world.stop_runtime()


@pytest.fixture
def demo(transactional_db: None, settings: object) -> Demo:
    settings.HELPLINE_STAFF_MFA = "off"  # type: ignore[attr-defined]  # pytest-django's wrapper
    call_command("load_charters", verbosity=0)
    call_command("open_lines", verbosity=0)
    return load_demo_staff(password=None)


@pytest.fixture
async def screens(browser: Browser, live_stack: LiveStack, demo: Demo) -> Screens:
    """What people look at: ``screens.visitor(slug)``, ``screens.desk(slug)``."""
    return Screens(browser, live_stack, {one.slug: one for one in demo.tenants})
