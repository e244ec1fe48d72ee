"""Engines for the run, a database pair for each process, and the application at a port."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from tests.engines import Harness

if "django.conf" in sys.modules and sys.modules["django.conf"].settings.configured:
    raise pytest.UsageError(
        "Settings were read before the tests' engines had an address: unset DJANGO_SETTINGS_MODULE."
    )
HARNESS = Harness()
os.environ["DJANGO_SETTINGS_MODULE"] = "helpline.settings"

import django  # noqa: E402  # settings read the addresses that the harness has just set

django.setup()
# A worker of pytest-xdist inherits the environment, and pytest-django would set up Django in it
# before this file has told it where its own databases are.
del os.environ["DJANGO_SETTINGS_MODULE"]

from django.test import TransactionTestCase  # noqa: E402  # after the set-up
from xdist.remote import Producer  # noqa: E402  # the same
from xdist.scheduler import LoadScopeScheduling  # noqa: E402  # the same

from tests import emptied, hashing, web  # noqa: E402  # the same
from tests.stack import LiveStack  # noqa: E402  # the same

# Each starts a whole `manage.py up`, which takes longer than all that is then asked of it.
SHARE_A_HOUSE = {"tests/helpline/test_up.py"}

hashing.lighten()


def _empty(case: TransactionTestCase) -> None:
    # Private, as what is replaced.
    emptied.empty(case._databases_names(include_mirrors=False))  # type: ignore[attr-defined]


# In the place of Django's own, which truncates every table after each test.
TransactionTestCase._fixture_teardown = _empty  # type: ignore[attr-defined]  # private


class _InTurn(LoadScopeScheduling):  # type: ignore[misc]  # untyped
    """Any test to any worker, but those of a module that share a house to one.

    xdist's mark for that renames a test by an attribute that pytest has no more, and does nothing.
    """

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if module in SHARE_A_HOUSE else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return _InTurn(config, log)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start the engines, before pytest-xdist starts its workers."""
    HARNESS.start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove everything, after Ctrl-C too."""
    HARNESS.stop()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every database test use both instances: there is no talk without its keys."""
    for item in items:
        for marker in item.iter_markers("django_db"):
            marker.kwargs.setdefault("databases", list(emptied.INSTANCES))  # type: ignore[attr-defined]  # a dict


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: object) -> Iterator[None]:
    """In the place of pytest-django's own: databases are copied, never made by the application."""
    HARNESS.run.make_databases()
    # Here, because it sets up logging anew: the test that came first would hear nothing any more.
    web.application()
    yield
    emptied.close()
    HARNESS.run.drop_databases(HARNESS.run.database)


@pytest.fixture(scope="session")
def harness(django_db_setup: None) -> Harness:
    """The engines of this run: ``harness.run`` has addresses, ``harness.engines`` processes."""
    return HARNESS


@pytest.fixture
def live_stack(transactional_db: None, harness: Harness) -> Iterator[LiveStack]:
    """The application on a free port, on this test's own databases: ``live_stack.url(slug)``."""
    with LiveStack.on(harness.run) as stack:
        yield stack
