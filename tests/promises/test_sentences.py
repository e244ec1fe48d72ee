"""What each rule says to a visitor, as a sentence, and whether it comes true.

Every job is stopped until the last step: first the clock alone ends what was promised to end, then
one purge takes away what is left of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from chat.conversations import end_conversation, erase_conversation
from chat.lives import flag_talk
from chat.models import Conversation
from chat.states import By
from retention import clock
from retention.models import AddressRecord, Pool
from retention.purge import purge
from retention.releases import release_hold
from tenants.models import AuditEntry, Tenant
from tenants.scope import tenant_scope
from tests import holds, vault
from tests.answers import give, pass_the_night
from tests.talks import begin, owner_rows, seen, segments_of, texts_in
from tests.world import hire, move_clock, open_tenants

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Kept:
    """Something that is kept up to ``until``; None where it should be gone already."""

    until: datetime | None
    is_readable: Callable[[], bool]
    rows: Callable[[], int]


def a_talk(tenant: Tenant, talk: UUID, segments: list[UUID], until: datetime | None) -> Kept:
    def rows() -> int:
        left = seen(talk, segments)
        return left.bodies + left.keys

    return Kept(until, lambda: bool(texts_in(tenant, talk)), rows)


def end(tenant: Tenant) -> tuple[UUID, list[UUID]]:
    talk = begin(tenant, "hei")
    segments = segments_of(talk)
    assert end_conversation(tenant, talk, by=By.VISITOR)
    return talk, segments


def expiry(tenant: Tenant, talk: UUID) -> datetime:
    with tenant_scope(tenant):
        return Conversation.objects.values_list("expires_at", flat=True).get(pk=talk)


def ended(tenant: Tenant) -> Kept:
    return a_talk(tenant, *end(tenant), until=None)


def ended_and_kept(tenant: Tenant) -> Kept:
    talk, segments = end(tenant)
    return a_talk(tenant, talk, segments, expiry(tenant, talk))


def erased(tenant: Tenant) -> Kept:
    talk = begin(tenant, "hei")
    segments = segments_of(talk)
    erase_conversation(tenant, talk)
    return a_talk(tenant, talk, segments, until=None)


def flagged(tenant: Tenant) -> Kept:
    talk = begin(tenant, "jeg heter noe")
    segments = segments_of(talk)
    member = hire(tenant)
    with tenant_scope(tenant):
        Conversation.objects.filter(pk=talk).update(counsellor=member, state="active")
        until = flag_talk(tenant, member, talk)
    end_conversation(tenant, talk, by=By.COUNSELLOR)
    return a_talk(tenant, talk, segments, until)


def handed_over(tenant: Tenant) -> Kept:
    talk, segments = end(tenant)
    held = holds.hold(tenant, talk)
    move_clock(expiry(tenant, talk))
    purge()
    assert seen(talk, segments).bodies == 1
    release_hold(tenant, holds.owner_of(tenant), held.pk, outcome="handed_over")
    return a_talk(tenant, talk, segments, until=None)


def address(tenant: Tenant) -> Kept:
    vault.furnish(tenant)
    vault.begun(tenant)
    with tenant_scope(tenant):
        until = AddressRecord.objects.values_list("expires_at", flat=True).get()
    # A talk that begins at the end of a day loses its address a little sooner, and never later.
    assert timedelta(days=6) < until - clock.now() <= timedelta(days=7)
    query = "SELECT count(*) FROM retention_addressrecord"
    return Kept(until, lambda: _counted(tenant, AddressRecord), lambda: _rows(query))


def trail(tenant: Tenant) -> Kept:
    with tenant_scope(tenant):
        until = AuditEntry.objects.values_list("expires_at", flat=True).latest("expires_at")
    query = "SELECT count(*) FROM tenants_auditentry"
    return Kept(until, lambda: _counted(tenant, AuditEntry), lambda: _rows(query))


def answered_by_few(tenant: Tenant) -> Kept:
    give(tenant, *[{"helped": 5}] * 4)
    return answers(tenant)


def answered_by_enough(tenant: Tenant) -> Kept:
    give(tenant, *[{"helped": 5}] * 5)
    pass_the_night()
    purge()
    return answers(tenant)


def answers(tenant: Tenant) -> Kept:
    with tenant_scope(tenant):
        until = Pool.objects.filter(size__gt=0).values_list("expires_at", flat=True).get()
    query = "SELECT count(*) FROM retention_pool"
    return Kept(until, lambda: _counted(tenant, Pool), lambda: _rows(query))


def _counted(tenant: Tenant, model: type[AddressRecord | AuditEntry | Pool]) -> bool:
    with tenant_scope(tenant):
        return model.objects.exists()


def _rows(query: str) -> int:
    return int(owner_rows("default", query)[0][0])


def sentence(
    rule: str, line: str, words: str, scene: Callable[[Tenant], Kept], **length: int
) -> object:
    return pytest.param(line, scene, length, id=f"{rule}: {words}")


@pytest.mark.parametrize(
    ("line", "scene", "length"),
    [
        sentence("D5", "detfinneshjelp", "content is deleted at once when the talk ends", ended),
        sentence("D6", "detfinneshjelp", "what is written so far can be deleted meanwhile", erased),
        sentence("D7", "detfinneshjelp", "the address is kept for seven days", address, days=7),
        sentence(
            "U7", "urph", "a talk with personal data goes within a working day", flagged, days=6
        ),
        sentence("U8", "urph", "what was held is deleted once it is handed over", handed_over),
        sentence("U10", "urph", "a talk is kept for fourteen days", ended_and_kept, days=14),
        sentence("T9", "tidaholm", "a talk is kept for three months", ended_and_kept, days=93),
        sentence("B8", "snakkompsyken", "nothing is left of a talk that has ended", ended),
        sentence("S9", "sexogsamfunn", "answers of few go unread", answered_by_few, days=30),
        sentence("S9", "sexogsamfunn", "answers are kept a year", answered_by_enough, days=366),
        sentence("S7", "sexogsamfunn", "nobody reads a talk that has ended", ended),
        sentence("ours", "alarmtelefonen", "who did what is kept for two years", trail, days=732),
    ],
)
def test_promise_comes_true(
    transactional_db: None, line: str, scene: Callable[[Tenant], Kept], length: dict[str, int]
) -> None:
    (tenant,) = open_tenants(line)

    kept = scene(tenant)

    if kept.until is None:
        assert (kept.is_readable(), kept.rows()) == (False, 0)
        return
    assert kept.until - clock.now() <= timedelta(**length)
    move_clock(kept.until - SECOND)
    assert kept.is_readable()
    move_clock(kept.until)
    assert not kept.is_readable()
    assert kept.rows()
    purge()
    assert kept.rows() == 0
