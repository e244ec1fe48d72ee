"""A code brings somebody back to their talk and shows later who they are; nobody else has anything of it."""

from __future__ import annotations

import asyncio
import threading
import time
from datetime import timedelta
from uuid import UUID

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from chat import codes, views
from chat.calls import call, scoped_call
from chat.codes import ALPHABET, Code, prints_of, read_code, talk_shown_by, witness_of
from chat.conversations import end_conversation
from chat.models import ResumeCode
from chat.states import By
from retention import clock
from retention.purge import purge
from tenants.errors import Invalid
from tenants.models import Tenant
from tests import clients
from tests.clients import Answer, Visitor, ask, host_of, post, start
from tests.talks import owner_rows
from tests.world import moved_clock

pytestmark = pytest.mark.django_db(transaction=True)

RESUME = "/api/conversations/resume"
JSON = [(b"content-type", b"application/json")]
WRONG = "0000-0000-0000-0000"
# Each test counts at a place of its own.
HOME, LIBRARY, SCHOOL = ((f"203.0.113.{number}", 50_123) for number in (80, 81, 82))


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "WRONG_CODE_SECONDS", 0.01)


async def resume(tenant: Tenant, code: str) -> Answer:
    return await post(host_of(tenant), RESUME, {"code": code})


async def resume_from(tenant: Tenant, place: tuple[str, int], code: str) -> Answer:
    body = b'{"code": "%s"}' % code.encode()
    return await ask("POST", host_of(tenant), RESUME, body=body, headers=JSON, client=place)


# Coming back.


async def test_code_gives_the_talk_to_a_new_page_and_takes_it_from_the_old(tenant: Tenant) -> None:
    opened = (await start(tenant)).json()
    async with clients.visitor(tenant, secret=opened["secret"]) as lost:
        await lost.say("before the page was lost")
        answer = await resume(tenant, opened["resume_code"].lower().replace("-", " "))
        said = answer.json()
        closed = await lost.closed()
    async with clients.visitor(tenant, secret=said["secret"]) as back:
        read = [message["text"] for message in back.welcome["messages"]]
        await back.say("and after")
    async with clients.visitor(tenant, secret=opened["secret"], greet=False) as old:
        await old.send({"type": "hello", "protocol": 1, "secret": opened["secret"]})
        refused = await old.closed()

    assert (answer.status, said) == (201, {**opened, "secret": said["secret"]})
    assert said["secret"] != opened["secret"]
    assert (closed, refused) == (4401, 4401)
    assert read == ["before the page was lost"]


async def test_code_keeps_the_place_in_the_queue(tenant: Tenant, visitor: Visitor) -> None:
    opened = (await start(tenant)).json()
    async with clients.visitor(tenant, secret=opened["secret"]), clients.visitor(tenant):
        said = (await resume(tenant, opened["resume_code"])).json()
        async with clients.visitor(tenant, secret=said["secret"]) as back:
            assert (back.welcome["state"], back.welcome["position"]) == ("waiting", 2)


async def test_wrong_code_a_foreign_one_and_one_of_a_talk_that_is_over_are_not_told_apart(
    tenant: Tenant, other: Tenant
) -> None:
    foreign = (await start(other)).json()["resume_code"]
    opened = (await start(tenant)).json()
    async with clients.visitor(tenant, secret=opened["secret"]) as tab:
        await tab.leave()
    kept = (await start(other)).json()
    async with clients.visitor(other, secret=kept["secret"]) as tab:
        await tab.leave()

    answers = [await resume(tenant, code) for code in (WRONG, foreign, opened["resume_code"])]
    answers.append(await resume(other, kept["resume_code"]))

    text = answers[0].json()["text"]
    not_found = (404, {"error": "not_found", "text": text})
    assert [(answer.status, answer.json()) for answer in answers] == [not_found] * 4
    assert (await resume(other, foreign)).status == 201


async def test_wrong_code_is_answered_late(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "WRONG_CODE_SECONDS", 0.3)
    begun = time.monotonic()

    answer = await resume_from(tenant, SCHOOL, WRONG)

    assert answer.status == 404
    assert time.monotonic() - begun >= 0.3


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b'{"code": 7}',
        b'{"code": ""}',
        b'{"code": "0000-0000-0000-000"}',
        b'{"code": "0000-0000-0000-0001"}',
        b'{"code": "0000-0000-0000-000\xc3\xa6"}',
        b'{"code": "\\ud800"}',
        b'{"code": "0000-0000-0000-0000", "secret": "x"}',
    ],
    ids=lambda body: body[:40].decode(errors="replace"),
)
async def test_a_slip_of_the_pen_is_told_apart_and_not_counted(tenant: Tenant, body: bytes) -> None:
    answers = [
        await ask("POST", host_of(tenant), RESUME, body=body, headers=JSON, client=HOME)
        for _ in range(settings.CODE_BURST + 1)
    ]

    said = answers[-1].json()
    assert {answer.status for answer in answers} == {400}
    assert said == {"error": "invalid", "text": said["text"]}


async def test_tries_are_counted_by_place_and_others_are_let_in(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "CODE_BURST", 2)
    code = (await start(tenant)).json()["resume_code"]

    answers = [await resume_from(tenant, HOME, one) for one in (WRONG, WRONG, code)]
    elsewhere = await resume_from(tenant, LIBRARY, code)

    said = answers[2].json()
    assert [answer.status for answer in answers] == [404, 404, 429]
    assert said == {"error": "slow_down", "text": said["text"], "retry_seconds": 10}
    assert elsewhere.status == 201


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> None:
    """All places for the work of codes are taken, and so are those to wait in."""
    workshop = codes._Workshop()
    workshop._about_it = threading.BoundedSemaphore(1)
    for name, taken in (("_workshop", workshop), ("_trying", threading.BoundedSemaphore(1))):
        monkeypatch.setattr(codes, name, taken)
    workshop._about_it.acquire()
    codes._trying.acquire()


@pytest.mark.usefixtures("busy")
async def test_work_beyond_what_the_server_has_is_refused_and_no_talk_waits_for_it(
    tenant: Tenant,
) -> None:
    begun = await start(tenant)
    tried = await resume(tenant, WRONG)

    said = tried.json()
    assert (begun.status, begun.json()["resume_code"]) == (201, None)
    assert tried.status == 429
    assert said == {"error": "slow_down", "text": said["text"], "retry_seconds": 5}


async def test_in_a_rush_a_few_wait_for_a_code_and_the_others_pass_by(tenant: Tenant) -> None:
    made = await asyncio.gather(*(call(codes.make_code, tenant) for _ in range(10)))

    assert 1 <= len([one for one in made if one]) < 10


async def test_line_that_offers_none_gives_none_and_keeps_nothing(tenant: Tenant) -> None:
    await call(lambda: Tenant.objects.filter(pk=tenant.pk).update(offers_code=False))

    begun = await start(tenant)

    assert (begun.status, begun.json()["resume_code"]) == (201, None)
    assert await scoped_call(tenant, ResumeCode.objects.count) == 0


# What is kept.


async def test_nothing_of_the_code_is_kept_that_gives_it_back(tenant: Tenant) -> None:
    code = read_code((await start(tenant)).json()["resume_code"])
    kept = await scoped_call(tenant, ResumeCode.objects.get)

    prints = await call(prints_of, tenant, code)

    signs = code.reveal().replace("-", "")
    assert kept.finder is not None
    found, shown = bytes(kept.finder), bytes(kept.witness)
    whole = found + shown
    assert (found, shown) == (prints.finder, prints.witness)
    assert len(whole) == 64
    assert prints.finder != prints.witness
    assert signs.encode() not in whole
    assert signs not in f"{code!r} {code} {prints!r}"


async def test_same_code_gives_another_print_at_another_line(tenant: Tenant, other: Tenant) -> None:
    code = read_code(WRONG)

    one, another = [await call(prints_of, line, code) for line in (tenant, other)]

    assert {one.finder, one.witness}.isdisjoint({another.finder, another.witness})


async def test_witness_shows_whose_kept_talk_it_is_until_the_talk_is_gone(
    tenant: Tenant, other: Tenant
) -> None:
    opened = (await start(other)).json()
    await start(other)
    talk = UUID(opened["conversation"])
    prints = await call(prints_of, other, read_code(opened["resume_code"]))
    await call(end_conversation, other, talk, by=By.VISITOR)

    shown = await scoped_call(other, talk_shown_by, prints)
    outsider = await scoped_call(tenant, talk_shown_by, prints)
    finder = await scoped_call(other, lambda: ResumeCode.objects.get(conversation=talk).finder)
    kept = await scoped_call(other, witness_of, talk)
    await moved_clock(await call(clock.now) + timedelta(days=120))

    assert (shown, outsider, finder, kept) == (talk, None, None, prints.witness)
    assert await scoped_call(other, talk_shown_by, prints) is None
    assert rows_of(talk) == 1
    await call(purge)
    assert rows_of(talk) == 0


async def test_line_that_deletes_at_close_has_nothing_of_the_code_afterwards(
    tenant: Tenant,
) -> None:
    opened = (await start(tenant)).json()
    talk = UUID(opened["conversation"])
    prints = await call(prints_of, tenant, read_code(opened["resume_code"]))
    during = await scoped_call(tenant, talk_shown_by, prints)

    await call(end_conversation, tenant, talk, by=By.VISITOR)

    assert during == talk
    assert rows_of(talk) == 0


def rows_of(talk: UUID) -> int:
    query = "SELECT count(*) FROM chat_resumecode WHERE conversation_id = %s"
    return int(owner_rows("default", query, talk)[0][0])


# The code itself.

SIGNS = st.text(ALPHABET, min_size=14, max_size=14)


@given(SIGNS, st.data())
def test_one_wrong_sign_or_two_that_changed_places_are_noticed(
    signs: str, data: st.DataObject
) -> None:
    whole = signs + codes._check_of(signs)
    place = data.draw(st.integers(0, 15))
    other = data.draw(st.sampled_from([sign for sign in ALPHABET if sign != whole[place]]))
    slips = [whole[:place] + other + whole[place + 1 :]]
    first = data.draw(st.integers(0, 12))
    if whole[first] != whole[first + 1]:
        swapped = whole[first + 1] + whole[first]
        slips.append(whole[:first] + swapped + whole[first + 2 :])

    assert read_code(whole) == Code(whole)
    for slip in slips:
        with pytest.raises(Invalid):
            read_code(slip)


def test_code_is_read_as_people_write_it() -> None:
    whole = "A1B0" + "CDEFGHJKMN"
    code = Code(whole + codes._check_of(whole))
    told = code.reveal()

    read = [told, told.lower(), told.replace("-", ""), f" {told.replace('-', ' – ')}\n"]
    read.append(told.replace("1", "l").replace("0", "o"))

    assert {read_code(text) for text in read} == {code}
