"""After abuse: the leads are told, and a place may be slowed down where somebody else agrees."""

from __future__ import annotations

import json
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest

from chat import cooldowns
from chat.calls import call, scoped_call
from chat.conversations import end_conversation
from chat.models import Incident
from chat.proofs import valkey
from chat.starts import MOST_WORK, starts
from chat.states import By
from tenants.models import AuditEntry, CloseReason, Role, Tenant
from tests import clients
from tests.clients import Answer, Desk, Frame, Visitor, headers_at, host_of
from tests.office.doors import Door
from tests.proofs import proof_of

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/desk/office/cooldowns/"


def a_place() -> tuple[str, int]:
    """An address of documentation that no other test has begun anything from."""
    return f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1", 50_123


async def begin(tenant: Tenant, place: tuple[str, int], **said: str) -> Answer:
    kind = [(b"content-type", b"application/json")]
    return await clients.ask(
        "POST", host_of(tenant), "/api/conversations", body=json.dumps(said).encode(),
        headers=kind, client=place,
    )  # fmt: skip


async def abused(tenant: Tenant, place: tuple[str, int], **said: object) -> list[Frame]:
    """A talk from ``place`` that its counsellor ends for abuse; return what they are told."""
    opened = (await begin(tenant, place)).json()
    tab = Visitor(headers_at(host_of(tenant)), secret=opened["secret"])
    assert await tab.open()
    await tab.hello()
    async with clients.desk(tenant) as window:
        await window.ready()
        await window.claim(opened["conversation"])
        close = {"type": "close", "conversation": opened["conversation"], "reason": "abuse"}
        heard = [await window.request({**close, **said})]
        if "cool_down" in said:
            heard.append(await window.next())
    await tab.drop()
    return heard


async def incident_of(tenant: Tenant) -> UUID:
    return (await scoped_call(tenant, lambda: Incident.objects.get())).pk  # in the scope


async def answer(door: Door, incident: UUID, act: str, **said: str) -> int:
    return (await call(door.post, f"{PAGE}{incident}/{act}/", said)).status_code


async def test_pause_takes_effect_when_a_lead_agrees_and_shuts_nobody_out(
    tenant: Tenant, other: Tenant
) -> None:
    place, elsewhere = a_place(), a_place()
    heard = await abused(tenant, place, cool_down=True)
    assert [frame["type"] for frame in heard] == ["ended", "cool_down"]
    assert heard[1]["asked"] is True
    # Asked for is not agreed to.
    assert (await begin(tenant, place)).status == 201
    incident = await incident_of(tenant)
    counsellor, lead, outsider = [
        await call(Door.of, *who)
        for who in ((tenant, Role.COUNSELLOR), (tenant, Role.SUPERVISOR), (other, Role.SUPERVISOR))
    ]
    for stranger in (counsellor, outsider):
        assert await answer(stranger, incident, "decide", answer="approve") == 404
    for unclear in ({}, {"answer": "later"}):
        assert await answer(lead, incident, "decide", **unclear) == 404

    assert await answer(lead, incident, "decide", answer="approve") == 302

    # The first try is answered as everybody is in a rush: nothing says that there is a pause.
    paused = await begin(tenant, place)
    said = paused.json()
    assert (paused.status, said["error"]) == (428, "proof_required")
    assert said["challenge"]["maxnumber"] == MOST_WORK
    assert said.keys() == {"error", "text", "retry_seconds", "challenge"}
    rush = starts.highest()
    assert (rush.work, rush.retry_seconds) == (MOST_WORK, said["retry_seconds"])
    assert (await begin(tenant, elsewhere)).status == 201
    assert (await begin(other, place)).status == 201
    proof = await call(proof_of, said["challenge"])
    assert (await begin(tenant, place, proof=proof)).status == 201
    assert (await begin(tenant, place)).status == 428
    done = await scoped_call(
        tenant, lambda: list(AuditEntry.objects.values_list("action", "actor"))
    )
    assert ("cooldown.approved", lead.member.pk) in done
    # Decided once.
    assert await answer(lead, incident, "decide", answer="refuse") == 404


async def test_where_it_came_from_is_in_no_row_and_can_be_too_late(tenant: Tenant) -> None:
    place = a_place()
    await abused(tenant, place, cool_down=True)
    incident = await incident_of(tenant)
    asked = cooldowns._name("asked", incident)
    kept = [await call(valkey().get, asked), await call(valkey().ttl, asked)]
    assert kept[0]
    assert 0 < int(str(kept[1])) <= cooldowns.KNOWN_SECONDS
    # As if twenty minutes had passed.
    await call(valkey().delete, asked)
    lead = await call(Door.of, tenant, Role.SUPERVISOR)

    late = await call(lead.post, f"{PAGE}{incident}/decide/", {"answer": "approve"})

    assert late.headers["Location"] == f"{PAGE}?late"
    assert (await begin(tenant, place)).status == 201
    row = await scoped_call(tenant, lambda: Incident.objects.values().get())
    assert {name for name, value in row.items() if value is not None} == {
        "tenant_id", "id", "member", "at_hour", "pause", "decided_by", "expires_at",
    }  # fmt: skip
    assert (row["at_hour"].minute, row["pause"]) == (0, "late")
    assert row["expires_at"] - row["at_hour"] == timedelta(days=7)


def _mark_abuse(*, abusive: bool) -> None:
    CloseReason.objects.filter(slug="abuse").update(abusive=abusive)


async def test_place_is_noted_hashed_where_a_line_knows_abuse_and_goes_with_the_talk(
    tenant: Tenant, other: Tenant
) -> None:
    place = a_place()
    await scoped_call(other, partial(_mark_abuse, abusive=False))
    talks = [(await begin(line, place)).json()["conversation"] for line in (tenant, other)]
    names = [cooldowns._name("place", talk) for talk in talks]
    assert [bool(await call(valkey().get, name)) for name in names] == [True, False]
    await scoped_call(other, partial(_mark_abuse, abusive=True))
    talks.append((await begin(other, place)).json()["conversation"])
    names.append(cooldowns._name("place", talks[2]))
    at_tenant, _none, at_other = [await call(valkey().get, name) for name in names]
    assert at_other
    assert at_tenant != at_other

    await call(lambda: end_conversation(tenant, UUID(talks[0]), by=By.VISITOR))

    assert [bool(await call(valkey().get, name)) for name in names] == [False, False, True]


async def test_lead_is_told_at_once_and_until_somebody_has_asked(
    tenant: Tenant, supervisor: Desk, outsider: Desk
) -> None:
    lead = await call(Door.of, tenant, Role.SUPERVISOR)
    await abused(tenant, a_place())

    assert await supervisor.next() == {"type": "support"}
    await outsider.nothing_more()
    words = "A colleague had an abusive talk. See After abuse."
    assert words in await call(lambda: lead.read("/desk/", lang="en"))
    counsellor = await call(Door.of, tenant, Role.COUNSELLOR, 2)
    assert words not in await call(lambda: counsellor.read("/desk/", lang="en"))
    incident = await incident_of(tenant)
    assert await answer(counsellor, incident, "seen") == 404
    assert await answer(lead, incident, "seen") == 302
    assert words not in await call(lambda: lead.read("/desk/", lang="en"))


async def test_nobody_decides_about_their_own_and_a_pause_goes_with_abuse_alone(
    tenant: Tenant,
) -> None:
    async with clients.talk(tenant) as talk:
        close = {"type": "close", "conversation": talk.conversation, "cool_down": True}
        assert (await talk.desk.request(close))["code"] == "invalid"
        # Begun from nowhere that is known: nothing to ask for.
        heard = await talk.desk.request({**close, "reason": "abuse"})
        assert heard["type"] == "ended"
        assert (await talk.desk.next())["asked"] is False

    def own() -> UUID:
        lead = Incident.objects.get()
        lead_id = Door.of(tenant, Role.SUPERVISOR).member.pk
        row = Incident(
            id=uuid4(), tenant=tenant, member=lead_id, at_hour=lead.at_hour, pause="asked",
            expires_at=lead.expires_at,
        )  # fmt: skip
        row.save(force_insert=True)
        return row.pk

    incident = await scoped_call(tenant, own)
    lead = await call(Door.of, tenant, Role.SUPERVISOR)
    assert await answer(lead, incident, "decide", answer="approve") == 404
    assert await answer(lead, incident, "seen") == 404
