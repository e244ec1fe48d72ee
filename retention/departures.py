"""A line that leaves: exported, decided by two people, and unreadable from one commit on.

The order is that of all forgetting, keys before rows:

    propose    the settings, the ledger and the counts have been fetched today; nothing is held
    confirm    another person, who has typed the line's slug:
               the line is nobody's host any more, committed; its key is destroyed with every key
               under it, committed; talks and windows end; rows without a key go, and the ledger says
               so; the proof is written, and chained to the ledger

    killed                                what is left                       the next run
    before the key is destroyed           a line that is served nowhere      ``finish_departures``
    after the key, before the proof       rows that nobody can read          the same, and the purge

What is held stops it, twice: no hold may stand when it is proposed or confirmed, and the instance
``keys`` destroys nothing of a tenant of which it holds a key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError

from retention import chain, clock, holds, keys, ledger, purge
from retention.kinds import registered
from retention.models import Hold
from tenants import proposals, sessions, staff
from tenants.audit import record
from tenants.errors import Invalid, NotAllowed
from tenants.models import Departure, Membership, Proposal, State, Tenant
from tenants.scope import tenant_scope

FORMAT = "helpline-departure-1"
LEAVE = Proposal.Kind.LEAVE
KIND, RULE = "line", "ours"

# Filled by the floors above: each ends what is alive at a line whose key is gone. Outside every scope;
# done twice is done once.
closers: list[Callable[[Tenant], None]] = []


class Held(NotAllowed):
    """Something is held: the line cannot leave until it is let go."""

    code = "held"

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} held: a hold must be released before the line can leave")
        self.count = count


class NotExported(NotAllowed):
    """Nobody has fetched today what the line takes with it."""

    code = "not_exported"


def held_count(tenant: Tenant) -> int:
    """Return how many holds stand or are on their way out. In the scope."""
    return Hold.objects.filter(released_at__isnull=True).count()


def propose_leave(tenant: Tenant, membership: Membership) -> Proposal:
    """Propose that the line leaves. In the scope.

    Raises Held, NotExported, and NotAllowed for who has no say or a line that has left.
    """
    proposals.in_turn(tenant)
    actor = proposals.decider(membership, tenant)
    _check(tenant)
    return proposals.propose(tenant, actor, LEAVE)


def confirm_leave(tenant: Tenant, membership: Membership, *, typed: str) -> Departure:
    """Leave, as the second person: from here on nothing of this line can be read by anybody.

    Opens its own scopes, one commit after the other. Raises Invalid where ``typed`` is not the
    line's slug, NotFound where nobody has proposed it within 24 hours, and as ``propose_leave``.
    """
    if typed.strip() != tenant.slug:
        raise Invalid("type the line's own short name to confirm that it leaves")
    with tenant_scope(tenant):
        # No hold is placed between this look and the commit, and none after it.
        holds.in_turn(tenant)
        proposals.in_turn(tenant)
        actor = proposals.decider(membership, tenant)
        found = _check(tenant)
        proposals.take(tenant, actor, LEAVE)
        before = found.state
        found.live, found.paused_on = False, None
        found.left_on = clock.now().date()
        found.save(update_fields=["live", "paused_on", "left_on"])
        changes = {"state": (str(before), str(found.state))}
        record(tenant, actor=actor, action="tenant.left", subject=None, basis="", changes=changes)
    return _depart(found)


def _check(tenant: Tenant) -> Tenant:
    found = Tenant.objects.select_for_update(of=("self",)).get(pk=tenant.pk)
    if found.state == State.LEFT:
        raise NotAllowed("this line has left")
    count = held_count(tenant)
    if count:
        raise Held(count)
    if found.exported_on != clock.now().date():
        raise NotExported("fetch the settings, the ledger and the counts first")
    return found


def finish_departures() -> int:
    """Finish what broke off of lines that have left; return of how many. Safe to run twice at once."""
    gone = Tenant.objects.filter(left_on__isnull=False)
    unfinished = [line for line in gone if proof_of(line) is None]
    for line in unfinished:
        _depart(line)
    return len(unfinished)


def _depart(tenant: Tenant) -> Departure:
    """Destroy the key, end what is alive, take the rows, and write the proof."""
    held, destroyed = keys.destroy_tenant_key(tenant)
    if held:
        # Left by a hold that broke off: the job that lets such keys go comes by each minute.
        raise Held(held)
    keys.compact()
    for close in closers:
        close(tenant)
    _let_everybody_go(tenant)
    _forget_everything(tenant)
    return _prove(tenant, destroyed)


def _let_everybody_go(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        for member in Membership.objects.filter(left_at__isnull=True):
            staff.leave(tenant, member.pk, actor=None)
    sessions.end_all_at(tenant)


def _forget_everything(tenant: Tenant) -> None:
    """Expire each row whose key is gone, and take what is due. What has no key ends by itself."""
    purge.expire_keyless_of(tenant)
    for kind in registered():
        while purge.purge_batch(kind, tenant):
            pass


def _prove(tenant: Tenant, destroyed: int) -> Departure:
    with tenant_scope(tenant):
        there = Departure.objects.first()
        if there is not None:
            return there
        entry = ledger.enter(tenant, kind=KIND, rule=RULE, due=1, done=1)
        latest = ledger.latest_day()
        said: dict[str, Any] = {
            "format": FORMAT,
            "tenant": tenant.slug,
            "on": entry.on.isoformat(),
            "destroyed": ["tenant-key", "segment-keys", "vault-days"],
            # Of few talks nobody is told that there were any.  Rule: D7
            "segment_keys": destroyed if destroyed >= chain.FEW else None,
            "entry": {
                "number": entry.number,
                "on": entry.on.isoformat(),
                "kind": entry.kind,
                "rule": entry.rule,
                "due": entry.due,
                "done": entry.done,
                "previous": bytes(entry.previous).hex(),
                "hash": bytes(entry.digest).hex(),
            },
            "sealed_day": latest.on.isoformat() if latest else None,
            "sealed_hash": bytes(latest.digest).hex() if latest else None,
        }
        try:
            return Departure.objects.create(tenant=tenant, on=entry.on, said=said)
        except IntegrityError:
            raise NotAllowed("somebody else has finished it") from None


def proof_of(tenant: Tenant) -> Departure | None:
    """Return the proof that a line has left. Opens the line's scope."""
    with tenant_scope(tenant):
        return Departure.objects.first()


def follows(said: dict[str, Any]) -> bool:
    """Say whether a proof's entry has the hash that its own words and its predecessor give.

    Needs no database: whoever has the file can do the same (docs/ledger.md).
    """
    entry = said["entry"]
    words = [
        said["tenant"],
        *(entry[key] for key in ("number", "on", "kind", "rule", "due", "done")),
    ]
    text = json.dumps(words, separators=(",", ":"))
    found = hashlib.sha256(bytes.fromhex(entry["previous"]) + text.encode()).hexdigest()
    return bool(found == entry["hash"])
