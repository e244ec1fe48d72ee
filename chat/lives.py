"""How long a talk may be kept: by the version that it began under, and every stricter one since.

A later version shortens the life of a talk and never lengthens it: of all versions from the
talk's own on, the one that ends it first has the word.  Rule: D5, U7, T9
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import connection, transaction

from chat.models import Conversation, Segment
from chat.states import State
from retention import clock, keys
from tenants.audit import record
from tenants.calendars import moment
from tenants.errors import NotAllowed, NotFound
from tenants.models import Membership, Policy, PolicyRule, Role, Tenant
from tenants.policies import conversation_rule, flagged_rule, later_policies, until, until_each
from tenants.staff import own_membership

# No talk is longer than this, so nothing that is written in it outlives it by neglect.
LONGEST_TALK = timedelta(hours=12)
# The row outlives that by this much: a talk that has vanished cannot be ended, and nobody told.
ENDED_WITHIN = timedelta(minutes=5)
# How long a page may take to be loaded again. One that said that it was closed and is not back by
# then does not come back: a closed tab can be restored by whoever has the phone next.
CLOSED_TAB = timedelta(seconds=20)

Life = tuple[datetime, str]


def expiry_of(tenant: Tenant, policy: Policy, *, ended_at: datetime) -> Life:
    """Return until when a talk that ends at ``ended_at`` may be kept, and by which rule.

    ``policy`` is the version that it began under. In the scope.
    """
    rule = conversation_rule(policy)
    life = until(tenant, rule, start=ended_at), rule.rule
    for later in later_policies(policy):
        life = _earlier(life, _under(tenant, later, conversation_rule(later), ended_at))
    return life


def expiry_of_living(tenant: Tenant, policy: Policy, *, began_at: datetime) -> Life:
    """Return until when a talk that began then may be kept, whenever in its time it ends.

    In the scope. An end only ever shortens it.  Rule: T9.
    """
    return max(expiry_of(tenant, policy, ended_at=end) for end in _last_ends(tenant, began_at))


def _last_ends(tenant: Tenant, began_at: datetime) -> Iterator[datetime]:
    """Return the ends of which one is kept the longest: the latest, and that of each day before.

    Three months from the 28th of November last until the 28th of February, and so do those from the
    29th: to the same day, and there to an earlier hour.
    """
    latest = latest_end(began_at)
    yield latest
    day = began_at.astimezone(tenant.tzinfo).date()
    while (midnight := _midnight_after(day, tenant)) < latest:
        yield midnight - timedelta(microseconds=1)
        day += timedelta(days=1)


def _midnight_after(day: date, tenant: Tenant) -> datetime:
    return moment(datetime.combine(day + timedelta(days=1), time()), zone=tenant.tzinfo)


def _under(tenant: Tenant, policy: Policy, rule: PolicyRule, start: datetime) -> Life:
    """Return what a version says of something that is older than itself."""
    end = until(tenant, rule, start=start)
    assert policy.begins_at is not None
    return max(end, policy.begins_at), rule.rule


def _earlier(one: Life, other: Life) -> Life:
    return other if other[0] < one[0] else one


def latest_end(began_at: datetime) -> datetime:
    """Return the last moment at which a talk that began then can end."""
    return began_at + LONGEST_TALK + ENDED_WITHIN


def shorten_talks(tenant: Tenant, policy: Policy) -> None:
    """Give the talks that began under earlier versions no longer than ``policy`` allows.

    In the transaction that publishes it; the keys follow after the commit.
    """
    _shorten(tenant, _shorter_lives(tenant, policy))


def count_shorter(tenant: Tenant, policy: Policy) -> int:
    """Return how many talks ``policy`` would delete earlier than was promised. In the scope."""
    return len(_shorter_lives(tenant, policy))


def _shorter_lives(tenant: Tenant, policy: Policy) -> dict[UUID, Life]:
    """Return what lives shorter under ``policy`` of what began before it; a query for each rule."""
    ordinary, flagged = conversation_rule(policy), flagged_rule(policy)
    columns = "id", "began_at", "ended_at", "flagged_at", "expires_at", "expiry_rule"
    rows = Conversation.objects.filter(policy__in=_earlier_versions(policy)).only(*columns)
    older = {
        talk: [talk.ended_at] if talk.ended_at else list(_last_ends(tenant, talk.began_at))
        for talk in rows
    }
    plain = _each_under(tenant, policy, ordinary, {end for ends in older.values() for end in ends})
    noticed = {talk.flagged_at for talk in older if talk.flagged_at}
    sooner = _each_under(tenant, policy, flagged, noticed) if flagged else {}
    shorter: dict[UUID, Life] = {}
    for talk, ends in older.items():
        now = talk.expires_at, talk.expiry_rule
        life = _earlier(now, max(plain[end] for end in ends))
        if talk.flagged_at in sooner:
            life = _earlier(life, sooner[talk.flagged_at])
        if life != now:
            shorter[talk.pk] = life
    return shorter


def _each_under(
    tenant: Tenant, policy: Policy, rule: PolicyRule, starts: Collection[datetime]
) -> dict[datetime, Life]:
    """Return the same as ``_under`` for each of ``starts``."""
    assert policy.begins_at is not None
    ends = until_each(tenant, rule, starts)
    return {start: (max(end, policy.begins_at), rule.rule) for start, end in ends.items()}


def _earlier_versions(policy: Policy) -> list[int]:
    rows = Policy.objects.filter(version__lt=policy.version)
    return list(rows.values_list("pk", flat=True))


def _shorten(tenant: Tenant, lives: dict[UUID, Life]) -> None:
    if not lives:
        return
    segments = _segments_of(list(lives))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT chat_shorten(%s, %s, %s, %s)",
            [
                tenant.pk,
                list(lives),
                [end for end, _ in lives.values()],
                [rule for _, rule in lives.values()],
            ],
        )
    ends = {segment: lives[talk][0] for talk, segment in segments}
    transaction.on_commit(lambda: keys.shorten_each(tenant, ends))


def _segments_of(talks: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    rows = Segment.objects.filter(conversation__in=talks)
    return list(rows.values_list("conversation_id", "id"))


def flag_talk(tenant: Tenant, membership: Membership, conversation_id: UUID) -> datetime:
    """Note that a talk holds personal data, from which moment its shorter life is counted.

    In the scope. Done twice it counts from the first time. Raises NotFound for a talk that is not
    the member's, NotAllowed where the promise knows no such life. Returns until when it is kept at
    the latest.  Rule: U7.
    """
    member = own_membership(tenant, membership)
    mine = Conversation.objects.select_for_update(no_key=True).filter(counsellor=member)
    talk = mine.filter(pk=conversation_id).first()
    if talk is None:
        raise NotFound("no such talk")
    return _flag(tenant, talk, member)


def flag_kept_talk(tenant: Tenant, membership: Membership, conversation_id: UUID) -> datetime:
    """The same by an officer, for any talk that is over and still kept.

    In the scope. Raises NotFound for other talks and for everybody else, NotAllowed as above.
    Rule: U7.
    """
    officer = own_membership(tenant, membership)
    over = Conversation.objects.select_for_update(no_key=True).filter(state=State.ENDED)
    talk = over.filter(pk=conversation_id).first()
    if talk is None or officer.role != Role.OFFICER:
        raise NotFound("no such talk")
    return _flag(tenant, talk, officer)


def _flag(tenant: Tenant, talk: Conversation, member: Membership) -> datetime:
    now = clock.now()
    lives = list(_flagged_lives(tenant, Policy.objects.get(pk=talk.policy_id), now))
    if not lives:
        raise NotAllowed("this line promises no other life for such talks")
    if talk.flagged_at is not None:
        return talk.expires_at
    Conversation.objects.filter(pk=talk.pk).update(flagged_at=now)
    until_then, rule = min(lives)
    record(tenant, actor=member, action="talk.flagged", subject=talk.pk, basis=rule)
    if until_then < talk.expires_at:
        _shorten(tenant, {talk.pk: (until_then, rule)})
    return min(until_then, talk.expires_at)


def _flagged_lives(tenant: Tenant, policy: Policy, flagged_at: datetime) -> Iterator[Life]:
    """Return what each version from ``policy`` on says of a talk that is flagged then."""
    for version in (policy, *later_policies(policy)):
        rule = flagged_rule(version)
        if rule:
            yield _under(tenant, version, rule, flagged_at)
