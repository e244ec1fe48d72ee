"""What is asked after a talk: once, of whoever wants to answer, and read only with others'."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import pytest

from chat.calls import call
from chat.conversations import end_conversation, finish_end, open_conversation
from chat.evaluation import pooled
from chat.models import Conversation
from chat.states import By
from retention import clock, shuffled
from retention.models import Pool
from retention.purge import purge
from tenants.models import Tenant
from tenants.questions import asked_by, newest_form, publish_form
from tenants.scope import tenant_scope
from tests import clients
from tests.answers import API, asked, give, pass_the_night, send, token_at
from tests.talks import ledger_of, owner_rows
from tests.web import Client, host_of
from tests.world import move_clock, open_tenants

pytestmark = pytest.mark.django_db(transaction=True)

FULL = {"helped": 5, "understood": 4, "age": "16-19", "gender": "girl", "words": "Takk"}

OFF_THE_SCALE: tuple[object, ...] = (0, 6, "5", True, 4.5, None)


@pytest.fixture
def tenant(transactional_db: None) -> Tenant:
    """Asks afterwards.  Rule: S9"""
    return open_tenants("sexogsamfunn", "detfinneshjelp", "snakkompsyken")[0]


@pytest.fixture
def silent(tenant: Tenant) -> Tenant:
    """Asks nothing."""
    return Tenant.objects.get(slug="detfinneshjelp")


@pytest.fixture
def other(tenant: Tenant) -> Tenant:
    """Asks something else."""
    return Tenant.objects.get(slug="snakkompsyken")


def readable(tenant: Tenant) -> dict[str, object]:
    """Return what staff can read of the newest form, by question; None where it is too little."""
    with tenant_scope(tenant):
        form, answers = pooled(tenant)[0]
    assert [each.question for each in answers] == list(form.questions)
    return {
        each.question.slug: each.counts if each.texts is None else each.texts for each in answers
    }


NOTHING = dict.fromkeys(("helped", "understood", "age", "gender", "elsewhere", "words"))


async def test_whoever_is_on_the_line_is_asked_once_and_nobody_where_nothing_is_asked(
    tenant: Tenant, silent: Tenant
) -> None:
    async with clients.talk(tenant) as talk, clients.talk(silent) as there:
        ended = await talk.visitor.leave()
        heard = await talk.desk.receive("ended")
        unasked = await there.visitor.leave()
    again = await call(token_at, tenant, talk.visitor.secret)
    answers = {"token": ended["evaluation"], "answers": FULL}
    statuses = [(await call(send, tenant, answers)).status_code for _ in range(2)]

    assert isinstance(ended["evaluation"], str)
    assert "evaluation" not in heard
    assert unasked["evaluation"] is None
    assert again is None
    assert statuses == [204, 404]


def test_tab_that_comes_back_after_the_end_is_asked_then(tenant: Tenant) -> None:
    _, token = asked(tenant)

    assert send(tenant, {"token": token, "answers": {}}).status_code == 204


def test_desk_that_finds_the_end_first_does_not_take_the_visitors_turn(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        opened = open_conversation(tenant)
    assert end_conversation(tenant, opened.conversation, by=By.SYSTEM)

    at_desk = finish_end(tenant, opened.conversation, asking=False)

    assert at_desk.asks is None
    assert token_at(tenant, opened.secret.reveal()) is not None


def test_visitor_who_finds_the_end_before_it_is_told_is_asked(tenant: Tenant) -> None:
    """The end is committed, and its event is lost or on its way."""
    with tenant_scope(tenant):
        opened = open_conversation(tenant)
        Conversation.objects.filter(pk=opened.conversation).update(visitor_lost_at=None)
    assert end_conversation(tenant, opened.conversation, by=By.SYSTEM)

    found = finish_end(tenant, opened.conversation, asking=True)

    assert found.asks == clock.now().date().isoformat()
    assert token_at(tenant, opened.secret.reveal()) is None


def test_answer_to_something_else_is_refused_and_can_be_mended(tenant: Tenant) -> None:
    _, token = asked(tenant)
    wrong: list[Mapping[str, object]] = [
        {"nothing": 1},
        *({"helped": value} for value in OFF_THE_SCALE),
        {"age": "old"},
        {"age": ["16-19"]},
        {"words": 3},
        {"words": "a" * 501},
    ]

    refused = [send(tenant, {"token": token, "answers": answers}) for answers in wrong]
    mended = send(tenant, {"token": token, "answers": FULL})

    assert [(one.status_code, one.json()["error"]) for one in refused] == [(400, "invalid")] * 11
    assert mended.status_code == 204


def test_what_is_no_form_is_refused(tenant: Tenant) -> None:
    wrong: list[object] = [
        {},
        {"token": "x"},
        {"answers": {}},
        {"token": 5, "answers": {}},
        {"token": "x", "answers": []},
        {"token": "x", "answers": {}, "talk": "y"},
        {"token": "x", "answers": {}, "form": 7},
        [],
        "a" * 20_000,
    ]

    assert [send(tenant, said).status_code for said in wrong] == [400] * 9


def test_token_opens_nothing_elsewhere_nor_two_days_later(tenant: Tenant, other: Tenant) -> None:
    _, token = asked(tenant)
    _, late = asked(tenant)
    said: dict[str, object] = {"answers": {}}

    foreign = send(other, {"token": token, **said}).status_code
    unknown = [send(tenant, {"token": one, **said}).status_code for one in ("", "å", "A" * 64)]
    here = send(tenant, {"token": token, **said}).status_code
    move_clock(clock.now() + timedelta(days=2))
    too_late = send(tenant, {"token": late, **said}).status_code

    assert (foreign, unknown, here, too_late) == (404, [404, 404, 404], 204, 404)


def test_longest_answers_that_can_be_given_are_taken(tenant: Tenant) -> None:
    text = '"\n\\' * 100 + "\U0001f60a" * 200
    give(tenant, *[{**FULL, "words": text}] * 5)
    pass_the_night()

    assert readable(tenant)["words"] == (text,) * 5


def test_four_answers_are_too_few_and_the_fifth_shows_all_after_the_night(tenant: Tenant) -> None:
    give(tenant, *[FULL] * 4)
    pass_the_night()
    assert readable(tenant) == NOTHING

    give(tenant, {"helped": 1, "words": "  Hei\x00 "})
    assert readable(tenant) == NOTHING
    shuffled.pour_all()
    assert readable(tenant) == NOTHING

    pass_the_night()
    assert readable(tenant) == {
        **NOTHING,
        "helped": (1, 0, 0, 0, 4),
        "words": ("Hei", "Takk", "Takk", "Takk", "Takk"),
    }


def test_answers_are_laid_together_with_those_of_other_weeks_question_by_question(
    tenant: Tenant, other: Tenant
) -> None:
    give(tenant, *[{"words": f"først {n}", "age": "16-19"} for n in range(5)])
    pass_the_night()
    give(tenant, *[{"words": f"andre {n}", "age": "20-24"} for n in reversed(range(5))])
    pass_the_night(14)

    assert readable(tenant) == {
        **NOTHING,
        "age": (0, 5, 5, 0),
        "words": (*(f"andre {n}" for n in range(5)), *(f"først {n}" for n in range(5))),
    }
    assert set(readable(other).values()) == {None}


def test_answers_say_which_form_they_answer(tenant: Tenant) -> None:
    give(tenant, *[{"helped": 5}] * 5)
    _, token = asked(tenant)
    with tenant_scope(tenant):
        first = newest_form(tenant)
        assert first is not None
        publish_form(tenant, asked_by(first)[:1])
    answers = {"helped": 1, "age": "16-19"}
    refused = send(tenant, {"token": token, "answers": answers}).status_code
    taken = send(tenant, {"token": token, "answers": answers, "form": 1}).status_code
    pass_the_night()

    with tenant_scope(tenant):
        found = {form.version: answers[0].counts for form, answers in pooled(tenant)}
    assert (refused, taken) == (400, 204)
    assert found == {2: None, 1: (1, 0, 0, 0, 5)}


def test_few_answers_are_dropped_unread_when_the_charter_says_so(tenant: Tenant) -> None:
    """Thirty days from the day on which the first was given; the row stands on the privacy page."""
    give(tenant, *[FULL] * 4)
    begun = clock.now().astimezone(tenant.tzinfo).date()
    with tenant_scope(tenant):
        until = Pool.objects.get().expires_at
    move_clock(until - timedelta(seconds=1))
    shuffled.pour_all()
    with tenant_scope(tenant):
        assert Pool.objects.get().size == 4

    move_clock(until)
    with tenant_scope(tenant):
        assert not Pool.objects.exists()
    give(tenant, FULL)
    purge()

    assert until.astimezone(tenant.tzinfo).date() == begun + timedelta(days=30)
    assert ("evaluation", "ours", 4, 4) in ledger_of(tenant)
    sizes = owner_rows("default", "SELECT size FROM retention_pool")
    assert sizes == [(1,)]


def test_what_has_been_read_goes_after_a_year(tenant: Tenant) -> None:
    give(tenant, *[FULL] * 5)
    pass_the_night()
    with tenant_scope(tenant):
        row = Pool.objects.get(poured=True)
    monday = clock.now().astimezone(tenant.tzinfo).date()
    monday -= timedelta(days=monday.weekday())

    move_clock(row.expires_at)
    gone = readable(tenant)
    purge()

    assert row.on == monday
    assert row.expires_at.astimezone(tenant.tzinfo).date() == monday.replace(year=monday.year + 1)
    assert gone == NOTHING
    assert ("evaluation", "ours", 5, 5) in ledger_of(tenant)
    assert owner_rows("default", "SELECT count(*) FROM retention_pool") == [(0,)]
    assert owner_rows(
        "keys", "SELECT count(*) FROM segment_key WHERE segment = %s", row.segment
    ) == [(0,)]


def test_clients_of_others_can_ask_what_is_asked(tenant: Tenant, silent: Tenant) -> None:
    found = Client().get(API, headers={"host": host_of(tenant)}, secure=True).json()
    nothing = Client().get(API, headers={"host": host_of(silent)}, secure=True)

    assert found["form"] == 1
    assert found["questions"][0] == {
        "id": "helped",
        "kind": "scale",
        "label": {"nb": "Hjalp samtalen deg?", "en": "Did the talk help you?"},
        "choices": [
            {"id": "1", "label": {"nb": "Nei, ikke i det hele tatt", "en": "No, not at all"}},
            {"id": "5", "label": {"nb": "Ja, veldig", "en": "Yes, a lot"}},
        ],
    }
    assert nothing.status_code == 404
