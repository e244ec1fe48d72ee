"""With every job dead, whoever has to know of a broken promise does; and nobody else learns more."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from chat.conversations import end_conversation
from chat.states import By
from retention import clock, purge, watchdog
from retention.watchdog import AGAIN, Watchdog
from tenants import jobs
from tenants.models import JobRun, Role, Tenant
from tenants.trial import open_line
from tests.talks import begin
from tests.web import Client, host_of
from tests.world import PASSWORD, address_of, hire, move_clock

pytestmark = pytest.mark.django_db(transaction=True)

FOUR_MONTHS = timedelta(days=123)
SIX_MINUTES = timedelta(minutes=6)
TOKEN = "a-token-for-tests"
ADMIN = f"admin.{settings.HELPLINE_BASE}"
OVERDUE = "Something is kept longer than this line promises."
SILENT = "The deletion does not run."


def called() -> None:
    """Let beat call the purge now, and have nothing done: what is late stays late."""
    jobs.run(purge.JOB, lambda: None)


def purged() -> None:
    jobs.run(purge.JOB, purge.purge)


def keep_too_long(tenant: Tenant, count: int = 1) -> None:
    """Let talks of ``tenant`` come to their end, and six minutes pass without a purge."""
    open_line(tenant, now=clock.now(), hours=1)
    for _ in range(count):
        assert end_conversation(tenant, begin(tenant, "hej"), by=By.VISITOR)
    move_clock(clock.now() + FOUR_MONTHS)
    move_clock(clock.now() + SIX_MINUTES)


def get(host: str, path: str, **headers: str) -> Any:
    return Client().get(path, headers={"host": host, **headers}, secure=True)


def health(host: str) -> tuple[int, dict[str, Any]]:
    answer = get(host, "/health/promises")
    said: dict[str, Any] = json.loads(answer.content)
    said["beat"].pop("purged_at")
    return answer.status_code, said


def metrics() -> dict[str, str]:
    """Return every sample by its name and labels."""
    with override_settings(HELPLINE_METRICS_TOKEN=TOKEN):
        answer = get(ADMIN, "/metrics", authorization=f"Bearer {TOKEN}")
    assert answer.status_code == 200
    lines = answer.content.decode().splitlines()
    samples = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: value for name, _, value in samples}


def barks(dog: Watchdog, caplog: pytest.LogCaptureFixture) -> list[tuple[str, dict[str, Any]]]:
    """Return what one look of ``dog`` writes into the log."""
    caplog.clear()
    with caplog.at_level(logging.INFO, "helpline.watchdog"):
        dog.look()
    return [
        (record.getMessage(), getattr(record, "fields", {}))
        for record in caplog.records
        if record.name == "helpline.watchdog"
    ]


def banner(tenant: Tenant, role: str, path: str = "/desk/") -> list[str]:
    """Return what stands in the banner of a member's page."""
    hire(tenant, role)
    client, host = Client(), {"host": host_of(tenant, "desk")}
    said = {"login": address_of(tenant, role, 1), "password": PASSWORD}
    client.post("/desk/login/", said, headers=host, secure=True)
    page = client.get(path, {"lang": "en"}, headers=host, secure=True)
    assert page.status_code == 200
    text = unescape(page.content.decode())
    return [words for words in (OVERDUE, SILENT) if words in text]


def ok(*, silent: bool = False) -> dict[str, Any]:
    return {"ok": not silent, "overdue": [], "beat": {"silent": silent}}


def test_while_all_is_well_nobody_is_alarmed(
    tenant: Tenant, other: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    end_conversation(other, begin(other, "hej"), by=By.VISITOR)
    purged()

    assert health(ADMIN) == health(host_of(tenant)) == health(host_of(other)) == (200, ok())
    assert barks(Watchdog(), caplog) == []
    assert banner(other, Role.OFFICER) == banner(other, Role.ADMINISTRATOR) == []
    found = metrics()
    about = '{tenant="tidaholm",kind="conversation"}'
    assert found["helpline_beat_silent"] == "0"
    assert found[f"helpline_overdue_things{about}"] == "0"
    assert found[f"helpline_overdue_seconds{about}"] == "0"
    assert found[f"helpline_oldest_days{about}"] == "0"
    assert 0 <= int(found["helpline_purge_age_seconds"]) < 60


def test_what_is_late_by_less_than_five_minutes_is_no_alarm(other: Tenant) -> None:
    end_conversation(other, begin(other, "hej"), by=By.VISITOR)
    move_clock(clock.now() + FOUR_MONTHS)
    purged()
    open_line(other, now=clock.now(), hours=1)
    end_conversation(other, begin(other, "hej"), by=By.VISITOR)
    farewell_ends = clock.now() + timedelta(minutes=15)

    move_clock(farewell_ends + timedelta(minutes=4))
    called()
    assert health(host_of(other)) == (200, ok())
    move_clock(farewell_ends + timedelta(minutes=6))
    called()
    assert health(host_of(other))[0] == 503


def test_late_thing_is_seen_by_everybody_who_has_to_know_until_it_is_gone(
    tenant: Tenant, other: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    keep_too_long(other)
    called()
    dog = Watchdog()

    status, said = health(ADMIN)
    kinds = [(one["tenant"], one["kind"], one["count"]) for one in said["overdue"]]
    assert (status, said["ok"], said["beat"]) == (503, False, {"silent": False})
    assert kinds == [("tidaholm", "conversation", None), ("tidaholm", "farewell", None)]
    assert barks(dog, caplog) == [
        ("promises_overdue", {"tenant": "tidaholm", "kind": kind, "count": 1})
        for kind in ("conversation", "farewell")
    ]
    about = '{tenant="tidaholm",kind="conversation"}'
    found = metrics()
    assert found[f"helpline_overdue_things{about}"] == "1"
    assert int(found[f"helpline_overdue_seconds{about}"]) >= 300
    assert found["helpline_beat_silent"] == "0"
    assert banner(other, Role.ADMINISTRATOR) == [OVERDUE]
    assert banner(other, Role.OFFICER) == [OVERDUE]
    assert banner(other, Role.OFFICER, "/desk/office/policy/") == [OVERDUE]

    purged()

    assert health(ADMIN) == (200, ok())
    assert barks(dog, caplog) == [("promises_kept_again", {})]
    assert barks(dog, caplog) == []
    assert metrics()[f"helpline_overdue_things{about}"] == "0"
    assert banner(other, Role.OFFICER, "/desk/office/policy/") == []


def test_one_tenant_says_nothing_of_another(tenant: Tenant, other: Tenant) -> None:
    keep_too_long(other)
    called()

    assert health(host_of(other))[0] == 503
    assert health(host_of(tenant)) == (200, ok())
    assert banner(other, Role.ADMINISTRATOR) == [OVERDUE]
    assert banner(tenant, Role.ADMINISTRATOR) == []


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.SUPERVISOR])
def test_who_answers_is_not_disturbed(other: Tenant, role: str) -> None:
    keep_too_long(other)

    assert banner(other, role) == []
    assert banner(other, Role.OFFICER) == [OVERDUE, SILENT]


@pytest.mark.parametrize(("count", "told"), [(4, False), (5, True)], ids=["four", "five"])
def test_few_are_neither_counted_nor_timed_to_the_hour(
    other: Tenant, count: int, told: bool
) -> None:
    """Rule: D7"""
    keep_too_long(other, count)
    called()

    late = health(host_of(other))[1]["overdue"][0]

    assert late["kind"] == "conversation"
    assert late["count"] == (count if told else None)
    assert len(late["since"]) == len("2026-01-01T00Z" if told else "2026-01-01")


def test_silence_of_beat_is_an_alarm_for_everybody(
    tenant: Tenant, other: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    purged()
    dog = Watchdog()
    move_clock(clock.now() + timedelta(minutes=2, seconds=30))
    assert health(host_of(tenant)) == (200, ok())
    move_clock(clock.now() + timedelta(seconds=31))

    assert health(ADMIN) == health(host_of(tenant)) == (503, ok(silent=True))
    assert barks(dog, caplog) == [("promises_overdue", {"task": "retention.purge"})]
    assert metrics()["helpline_beat_silent"] == "1"
    assert banner(tenant, Role.ADMINISTRATOR) == [SILENT]

    called()

    assert health(ADMIN) == (200, ok())
    assert barks(dog, caplog) == [("promises_kept_again", {})]
    assert banner(tenant, Role.ADMINISTRATOR) == []


def test_beat_that_has_never_come_is_silent(tenant: Tenant) -> None:
    assert health(host_of(tenant)) == (503, ok(silent=True))
    assert "helpline_purge_age_seconds" not in metrics()


def test_purge_that_takes_long_is_not_silence(tenant: Tenant) -> None:
    """Beat comes by and finds somebody at work."""

    def long() -> tuple[int, dict[str, Any]]:
        move_clock(clock.now() + timedelta(minutes=4))
        JobRun.objects.update(called_at=clock.now())
        return health(host_of(tenant))

    assert jobs.run(purge.JOB, long) == (200, ok())


def test_alarm_is_said_once_and_again_while_it_stays(
    tenant: Tenant, other: Tenant, caplog: pytest.LogCaptureFixture
) -> None:
    called()
    dog = Watchdog()
    move_clock(clock.now() + timedelta(minutes=4))
    assert len(barks(dog, caplog)) == 1
    assert barks(dog, caplog) == []
    move_clock(clock.now() + AGAIN - timedelta(minutes=1))
    assert barks(dog, caplog) == []
    move_clock(clock.now() + timedelta(minutes=2))
    assert len(barks(dog, caplog)) == 1

    # A change is said at once.
    keep_too_long(other)
    assert len(barks(dog, caplog)) == 3


def test_every_look_of_the_process_is_the_same_dog(
    tenant: Tenant, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watchdog, "_watchdog", Watchdog())
    look: Callable[[], None] = watchdog.look

    with caplog.at_level(logging.INFO, "helpline.watchdog"):
        look()
        look()

    assert [record.getMessage() for record in caplog.records] == ["promises_overdue"]


@pytest.mark.parametrize("shown", ["", "Bearer ", f"Bearer {TOKEN}x", TOKEN])
def test_metrics_are_for_who_shows_the_token(tenant: Tenant, shown: str) -> None:
    with override_settings(HELPLINE_METRICS_TOKEN=TOKEN):
        refused = get(ADMIN, "/metrics", authorization=shown)
        elsewhere = get(host_of(tenant), "/metrics", authorization=f"Bearer {TOKEN}")
    unset = get(ADMIN, "/metrics", authorization="Bearer ")

    assert [refused.status_code, elsewhere.status_code, unset.status_code] == [404, 404, 404]
    assert metrics()["helpline_beat_silent"] == "1"
