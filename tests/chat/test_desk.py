"""The desk as its people see it: who is there, who may answer, who has what, who reads what."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from chat.calls import call, scoped_call
from retention import clock
from tenants.models import AuditEntry, HoursException, Qualification, Role, Tenant
from tests import clients
from tests.clients import Desk, Visitor

pytestmark = pytest.mark.django_db(transaction=True)

PURPOSE = "A request to read the talk."


def refusal(code: str, answer: clients.Frame) -> clients.Frame:
    return {"type": "error", "code": code, "text": answer["text"]}


async def test_welcome_shows_oneself_the_queue_ones_talks_and_who_else_is_here(
    tenant: Tenant, other: Tenant
) -> None:
    async with (
        clients.talk(tenant) as talk,
        clients.visitor(tenant, said={"language": "en", "urgent": True}) as waiting,
        clients.desk(tenant, Role.SUPERVISOR) as supervisor,
        clients.desk(other) as outsider,
        clients.desk(tenant) as again,
    ):
        me = {"id": again.welcome["me"]["id"], "name": "counsellor 1"}
        own = {**me, "title": "counsellor (nb)", "role": "counsellor"}
        boss = {"name": "supervisor 1", "title": "supervisor (nb)", "role": "supervisor"}
        row = again.welcome["waiting"][0]

        assert again.welcome == {
            "type": "welcome",
            "protocol": 1,
            "me": own,
            "ready": True,
            "total": 1,
            "waiting": [
                {
                    "conversation": waiting.conversation,
                    "position": 1,
                    "waited_seconds": row["waited_seconds"],
                    "topic": "",
                    "language": "en",
                    "priority": 1,
                    "state": "waiting",
                }
            ],
            "conversations": [
                {
                    "conversation": talk.conversation,
                    "state": "active",
                    "language": "nb",
                    "topic": "",
                    "last_seq": 0,
                    "erased_through": 0,
                    "seen": 0,
                    "line": True,
                    "flagged": False,
                    "messages": [],
                    "more": False,
                }
            ],
            "colleagues": [
                {**boss, "id": supervisor.welcome["me"]["id"], "ready": False},
            ],
        }
        assert (outsider.welcome["total"], outsider.welcome["colleagues"]) == (0, [])
        assert supervisor.welcome["conversations"] == []


async def test_ready_is_for_who_answers_holds_what_is_promised_and_finds_the_line_open(
    tenant: Tenant, officer: Desk, supervisor: Desk, counsellor: Desk
) -> None:
    by_role = await officer.ready()
    assert by_role == refusal("not_allowed", by_role)
    assert await supervisor.ready() == {"type": "ready", "value": True}

    expired = (await call(clock.now)).date() - timedelta(days=2)
    await scoped_call(tenant, lambda: Qualification.objects.update(valid_until=expired))
    unfit = await counsellor.ready()
    missing = [{"group": one, "why": "expired"} for one in ("health_worker", "psychologist")]
    assert unfit == {**refusal("qualification_missing", unfit), "missing": missing}
    assert "Psykolog" in unfit["text"]
    assert await counsellor.ready(value=False) == {"type": "ready", "value": False}

    await scoped_call(tenant, lambda: Qualification.objects.update(valid_until=None))
    await scoped_call(tenant, lambda: HoursException.objects.update(opens=None, closes=None))
    closed = await counsellor.ready()
    assert closed == refusal("closed", closed)


async def test_a_claim_needs_readiness_a_place_and_somebody_to_take(
    tenant: Tenant, counsellor: Desk, supervisor: Desk
) -> None:
    async with clients.visitor(tenant) as first, clients.visitor(tenant) as second:
        early = [await counsellor.take_next(), await counsellor.claim(first.conversation)]
        assert early == [refusal("not_ready", answer) for answer in early]
        await counsellor.ready()
        await supervisor.ready()
        taken = await counsellor.claim(second.conversation)
        late = await supervisor.claim(second.conversation)
        assert late == refusal("taken", late)
        assert (await counsellor.take_next())["conversation"] == first.conversation
        assert taken["conversation"] == second.conversation
        async with clients.visitor(tenant) as third:
            full = [await counsellor.take_next(), await counsellor.claim(third.conversation)]
            assert full == [refusal("at_capacity", answer) for answer in full]
            assert (await supervisor.take_next())["conversation"] == third.conversation
        empty = await supervisor.take_next()
        assert empty == refusal("empty", empty)
        strange = await supervisor.claim(str(UUID(int=7)))
        assert strange == refusal("not_found", strange)


async def test_the_urgent_stand_first_and_the_rest_in_the_order_they_came(
    tenant: Tenant, counsellor: Desk
) -> None:
    await counsellor.ready()
    async with (
        clients.visitor(tenant) as first,
        clients.visitor(tenant) as second,
        clients.visitor(tenant, said={"urgent": True}) as urgent,
    ):
        taken = []
        for _ in range(3):
            assigned = await counsellor.take_next()
            taken.append(assigned["conversation"])
            await counsellor.close_talk(assigned["conversation"])

    assert taken == [tab.conversation for tab in (urgent, first, second)]


async def test_next_passes_over_who_has_dropped_off_the_line(
    tenant: Tenant, counsellor: Desk, visitor: Visitor
) -> None:
    await counsellor.ready()
    async with clients.visitor(tenant) as second:
        await visitor.drop()
        assigned = await counsellor.take_next()

        assert assigned["conversation"] == second.conversation
    # One in particular may be taken: they keep their place, and come back to a counsellor.
    taken = await counsellor.claim(visitor.conversation)
    assert (taken["type"], taken["line"]) == ("assigned", False)


async def test_an_officer_who_opens_a_kept_talk_is_written_down(
    other: Tenant, tenant: Tenant
) -> None:
    async with clients.talk(other) as talk:
        said = await talk.visitor.say("to be kept")
        alive = await opened_by_officer(other, talk.conversation, PURPOSE)
        await talk.visitor.leave()
        silent = await opened_by_officer(other, talk.conversation, "")
        read = await opened_by_officer(other, talk.conversation, PURPOSE)
        curious = await talk.desk.open_talk(talk.conversation, purpose=PURPOSE)
        foreign = await opened_by_officer(tenant, talk.conversation, PURPOSE)
    trail = await scoped_call(
        other, lambda: list(AuditEntry.objects.filter(action="conversation.read"))
    )
    elsewhere = await scoped_call(
        tenant, lambda: AuditEntry.objects.filter(action="conversation.read").count()
    )

    message = {"seq": 1, "from": "visitor", "text": "to be kept", "at": said["at"]}
    assert (read["state"], read["messages"]) == ("ended", [message])
    refused = [alive, silent, curious, foreign]
    assert refused == [refusal("not_found", answer) for answer in refused]
    assert [(row.action, row.subject, row.basis) for row in trail] == [
        ("conversation.read", UUID(talk.conversation), PURPOSE)
    ]
    assert elsewhere == 0
    this_hour = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    assert this_hour - trail[0].at_hour <= timedelta(hours=1)
    assert (trail[0].at_hour.minute, trail[0].at_hour.second) == (0, 0)


async def opened_by_officer(tenant: Tenant, conversation: str, purpose: str) -> clients.Frame:
    async with clients.desk(tenant, Role.OFFICER) as officer:
        return await officer.open_talk(conversation, **({"purpose": purpose} if purpose else {}))


async def test_the_desk_hears_of_the_visitors_line(tenant: Tenant) -> None:
    async with clients.talk(tenant) as talk:
        await talk.visitor.drop()
        lost = await talk.desk.next()
        async with clients.visitor(tenant, secret=talk.visitor.secret):
            back = await talk.desk.next()

    line = {"type": "line", "conversation": talk.conversation, "who": "visitor"}
    assert [lost, back] == [{**line, "up": False}, {**line, "up": True}]
