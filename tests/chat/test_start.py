"""The visitor's HTTP doors: is somebody there, and the start of a talk."""

from __future__ import annotations

import json
from datetime import UTC, datetime, time, timedelta

import pytest
from django.conf import settings

from chat.calls import call, scoped_call
from chat.codes import read_code
from chat.models import Conversation, Segment
from retention import clock
from tenants.models import HoursException, Notice, Tenant
from tests import clients, vault
from tests.clients import Visitor, ask, host_of, start

pytestmark = pytest.mark.django_db(transaction=True)

API = "/api/conversations"
JSON = [(b"content-type", b"application/json")]


async def only_open(tenant: Tenant, *spans: tuple[int, time, time]) -> None:
    """Let the line be open at these times of day (days from today) of the next week alone."""

    def change() -> None:
        today = clock.now().astimezone(tenant.tzinfo).date()
        HoursException.objects.all().delete()
        open_on = {offset: (opens, closes) for offset, opens, closes in spans}
        for offset in range(-1, 8):
            opens, closes = open_on.get(offset, (None, None))
            day = today + timedelta(days=offset)
            HoursException.objects.create(
                tenant=tenant, on=day, opens=opens, closes=closes, reason={}, rule="ours"
            )

    await scoped_call(tenant, change)


async def change(tenant: Tenant, **values: int | bool) -> None:
    await call(lambda: Tenant.objects.filter(pk=tenant.pk).update(**values))


async def talks_of(tenant: Tenant) -> int:
    return await scoped_call(tenant, Conversation.objects.count)


async def test_start_gives_a_talk_that_only_its_secret_opens(tenant: Tenant, other: Tenant) -> None:
    answer = await start(tenant, language="en", topic="", urgent=True)

    said = answer.json()
    talk = await scoped_call(tenant, lambda: Conversation.objects.get(pk=said["conversation"]))
    kept = await scoped_call(tenant, lambda: Segment.objects.get(conversation_id=talk.pk))
    assert (answer.status, said) == (
        201,
        {
            "conversation": str(talk.pk),
            "secret": said["secret"],
            "socket": "/ws/visitor",
            "resume_code": said["resume_code"],
        },
    )
    assert (talk.language, talk.urgent, talk.state, talk.segment_id) == (
        "en",
        True,
        "waiting",
        kept.pk,
    )
    assert read_code(said["resume_code"]).reveal() == said["resume_code"]
    assert said["secret"].encode() not in bytes(talk.secret_hash)
    assert await talks_of(other) == 0
    async with clients.visitor(other, secret=said["secret"], greet=False) as elsewhere:
        await elsewhere.send({"type": "hello", "protocol": 1, "secret": said["secret"]})
        assert await elsewhere.closed() == 4401


async def test_start_takes_a_topic_of_the_line(other: Tenant) -> None:
    answer = await start(other, topic="school", language="sv")

    talk = await scoped_call(other, Conversation.objects.get)
    assert (answer.status, talk.topic, talk.language) == (201, "school", "sv")


async def test_start_is_closed_outside_the_hours_and_says_when_it_opens(tenant: Tenant) -> None:
    await only_open(tenant, (3, time(10), time(12)))

    answer = await start(tenant)

    here = (await call(clock.now)).astimezone(tenant.tzinfo).date() + timedelta(days=3)
    opens_at = datetime.combine(here, time(10), tenant.tzinfo).astimezone(UTC)
    said = answer.json()
    assert answer.status == 409
    assert said == {"error": "closed", "text": said["text"], "opens_at": said["opens_at"]}
    assert datetime.fromisoformat(said["opens_at"]) == opens_at
    assert await talks_of(tenant) == 0


async def test_start_is_full_when_as_many_wait_as_may(tenant: Tenant, visitor: Visitor) -> None:
    await change(tenant, queue_cap=2)

    answers = [await start(tenant) for _ in range(2)]

    assert [answer.status for answer in answers] == [201, 409]
    said = answers[1].json()
    assert said == {"error": "full", "text": said["text"]}
    await visitor.leave()
    assert (await start(tenant)).status == 201


async def test_start_is_full_unstaffed_only_where_the_line_does_not_queue_then(
    tenant: Tenant, other: Tenant
) -> None:
    await change(tenant, queues_unstaffed=False)

    unstaffed = await start(tenant)
    async with clients.desk(tenant) as window:
        not_ready = await start(tenant)
        await window.ready()
        staffed = await start(tenant)
    gone = await start(tenant)

    said = unstaffed.json()
    assert said == {"error": "full", "text": said["text"]}
    statuses = [answer.status for answer in (unstaffed, not_ready, staffed, gone)]
    assert statuses == [409, 409, 201, 409]
    assert (await start(other)).status == 201


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"[]",
        b"null",
        b'"text"',
        b'{"language": 7}',
        b'{"language": "fi"}',
        b'{"language": null}',
        b'{"topic": "no such subject"}',
        b'{"topic": ["school"]}',
        b'{"urgent": "yes"}',
        b'{"urgent": 1}',
        b'{"name": "Kari"}',
        b'{"language": "nb", "tenant": 2}',
        b"{" + b'"language": "nb"' + b" " * 5_000 + b"}",
        b"[" * 3_000 + b"]" * 3_000,
        b"\xff\xfe",
        b'{"topic": "\\ud800"}',
        b'{"topic": "\\u0000"}',
        b'{"language": NaN}',
    ],
    ids=lambda body: body[:24].decode("latin-1") or "empty",
)
async def test_start_refuses_a_body_that_is_not_one(
    tenant: Tenant, body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    await call(vault.furnish, tenant)
    client = (vault.IP, vault.PORT)
    answer = await ask("POST", host_of(tenant), API, body=body, headers=JSON, client=client)

    said = answer.json()
    assert (answer.status, said) == (400, {"error": "invalid", "text": said["text"]})
    assert await talks_of(tenant) == 0
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""]
)
async def test_start_refuses_what_a_foreign_page_could_send(tenant: Tenant, kind: str) -> None:
    answer = await ask(
        "POST", host_of(tenant), API, body=b"{}", headers=[(b"content-type", kind.encode())]
    )

    said = answer.json()
    assert (answer.status, said) == (400, {"error": "invalid", "text": said["text"]})


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS"])
async def test_start_is_a_post_alone(tenant: Tenant, method: str) -> None:
    assert (await ask(method, host_of(tenant), API)).status == 405


async def test_status_says_who_is_there_and_may_be_read_and_cached_by_anybody(
    tenant: Tenant, visitor: Visitor
) -> None:
    answer = await ask("GET", host_of(tenant), "/api/status")

    said = answer.json()
    assert said == {
        "protocol": 1,
        "open": True,
        "accepting": True,
        "staffed": False,
        "waiting": 1,
        "wait_seconds": None,
        "opens_at": None,
        "closes_at": said["closes_at"],
        "notice": None,
        "policy": 1,
    }
    assert datetime.fromisoformat(said["closes_at"]) > await call(clock.now)
    told = {name: answer.headers.get(name) for name in _ABOUT_CACHES}
    assert told == _ABOUT_CACHES
    assert "set-cookie" not in answer.headers


_ABOUT_CACHES = {
    "cache-control": "public, max-age=15",
    "access-control-allow-origin": "*",
    "access-control-allow-credentials": None,
    "cross-origin-resource-policy": "cross-origin",
    "content-type": "application/json",
}


async def test_status_of_a_line_that_is_closed_full_or_troubled(tenant: Tenant) -> None:
    await change(tenant, queue_cap=0)
    await scoped_call(tenant, lambda: Notice.objects.filter(phone="800 99 900").update(active=True))
    full = (await ask("GET", host_of(tenant), "/api/status")).json()
    await only_open(tenant, (3, time(10), time(12)))
    closed = (await ask("GET", host_of(tenant), "/api/status")).json()

    notice = {"text": full["notice"]["text"], "phone": "800 99 900"}
    assert (full["open"], full["accepting"], full["notice"]) == (True, False, notice)
    assert (closed["open"], closed["accepting"], closed["closes_at"]) == (False, False, None)
    assert datetime.fromisoformat(closed["opens_at"]) > await call(clock.now)


HOSTS_OF_A_LINE = [
    "{slug}.{base}",
    "{SLUG}.{base}",
    "{slug}.{name}.",
    "{slug}.{name}",
    "{slug}.{name}:1",
]
HOSTS_OF_NOBODY = [
    *("nobody.{base}", "{base}", "{slug}", "x.{slug}.{base}", "{slug}.{base}.evil.example", ""),
    *(
        "{slug}.{name}..",
        "{slug}.{name}:port",
        " {slug}.{base}",
        "{slug}_.{base}",
        "{slug}.{base}/",
    ),
    *("127.0.0.1", "[::1]", "desk-nobody.{base}", "desk-.{base}", "www.{base}", "{slug}@{base}"),
    *("{slug}.{base}\r\nx: y", "æ.{base}", "xn--.{base}"),
]


def filled(host: str, tenant: Tenant) -> str:
    base = settings.HELPLINE_BASE
    name = base.partition(":")[0]
    return host.format(slug=tenant.slug, SLUG=tenant.slug.upper(), base=base, name=name)


@pytest.mark.parametrize("host", HOSTS_OF_A_LINE)
async def test_a_host_is_the_line_whatever_its_case_port_and_dot(tenant: Tenant, host: str) -> None:
    answer = await ask("GET", filled(host, tenant), "/api/status")

    assert (answer.status, answer.json()["open"]) == (200, True)


@pytest.mark.parametrize("host", HOSTS_OF_NOBODY)
async def test_a_host_that_nobody_owns_has_no_line(
    tenant: Tenant, host: str, caplog: pytest.LogCaptureFixture
) -> None:
    for method, path in (("GET", "/api/status"), ("POST", API), ("GET", "/"), ("GET", "/desk/")):
        answer = await ask(method, filled(host, tenant), path)
        assert (answer.status, json.loads(answer.body)) == (421, {"error": "unknown_host"})
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_line_that_is_not_live_is_nobodys_host(tenant: Tenant) -> None:
    await change(tenant, live=False)

    answer = await ask("GET", host_of(tenant), "/api/status")

    assert (answer.status, answer.json()) == (421, {"error": "unknown_host"})
