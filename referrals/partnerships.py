"""Which lines pass visitors on to which, and on what terms: pacts that two lines have agreed on.

A pact is two rows, one at each line (design: rows never point across). What one line does is
written at both, its own first, in one transaction and in two scopes one after the other, and both
audit trails tell it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

from django.db import transaction

from referrals.models import Partnership
from retention import clock
from tenants.audit import Changes, differing, record
from tenants.charter.sections import WEEKDAYS
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.hours import Interval, Schedule
from tenants.models import Membership, Partner, Tenant
from tenants.scope import tenant_scope

Side, State = Partnership.Side, Partnership.State
LANGUAGES = frozenset({"nb", "sv", "en"})
CRITERIA_LENGTH = 1000
BASIS_LENGTH = 200
MOST_AT_ONCE, LONGEST_WAIT_MINUTES = 50, 120


@dataclass(frozen=True, slots=True)
class Terms:
    """What two lines agree on, as the row of each says it."""

    mode: str = Partner.Mode.LIVE
    criteria: Mapping[str, str] = field(default_factory=dict)
    hours: Sequence[Sequence[int | str]] = ()
    at_once: int = 3
    waits_minutes: int = 15
    expires_on: date | None = None
    rule: str = "ours"

    def checked(self) -> Terms:
        """Return these terms. Raises Invalid for what no two lines can keep."""
        if self.mode not in Partner.Mode.values:
            raise Invalid("`mode` is live or signpost")
        if not set(self.criteria) <= LANGUAGES or any(
            len(text) > CRITERIA_LENGTH for text in self.criteria.values()
        ):
            raise Invalid(f"`criteria` are texts of {CRITERIA_LENGTH} characters by language")
        if not 1 <= self.at_once <= MOST_AT_ONCE:
            raise Invalid(f"`at_once` is from 1 to {MOST_AT_ONCE}")
        if not 1 <= self.waits_minutes <= LONGEST_WAIT_MINUTES:
            raise Invalid(f"`waits_minutes` is from 1 to {LONGEST_WAIT_MINUTES}")
        _week(self.hours)
        return self

    def columns(self) -> dict[str, object]:
        return {
            "mode": str(self.mode),
            "criteria": dict(self.criteria),
            "hours": [list(one) for one in self.hours],
            "at_once": self.at_once,
            "waits_minutes": self.waits_minutes,
            "expires_on": self.expires_on,
            "rule": self.rule,
        }


def propose(
    tenant: Tenant,
    partner: Tenant,
    terms: Terms,
    *,
    gives: bool = True,
    actor: Membership | None = None,
    basis: str = "",
) -> UUID:
    """Ask ``partner`` to take this line's visitors (or to give theirs); return the pact.

    Outside every scope. ``actor`` is a member of ``tenant``, None for the platform's operator.
    Raises Invalid for one's own line and for terms that cannot be kept.
    """
    if partner.pk == tenant.pk:
        raise Invalid("a partner is another line")
    pact, columns, today = uuid4(), terms.checked().columns(), clock.now().date()
    with transaction.atomic():
        for line, other, is_own in ((tenant, partner, True), (partner, tenant, False)):
            side = Side.GIVES if is_own == gives else Side.TAKES
            with tenant_scope(line):
                Partnership.objects.create(
                    tenant=line,
                    pact=pact,
                    side=side,
                    partner=other.slug,
                    is_own=is_own,
                    proposed_on=today,
                    **columns,
                )
                by = actor if is_own else None
                _note(line, pact, "proposed", by, basis, _terms_told(side, other.slug, terms))
    return pact


def accept(tenant: Tenant, pact: UUID, *, actor: Membership | None = None, basis: str = "") -> None:
    """Agree to what the other line has proposed; an earlier pact of the same kind gives way.

    Outside every scope. Raises NotFound for an unknown pact, NotAllowed for one's own proposal and for
    what has been decided.
    """
    _decide(tenant, pact, State.ACCEPTED, actor, basis)


def decline(
    tenant: Tenant, pact: UUID, *, actor: Membership | None = None, basis: str = ""
) -> None:
    """Turn down what the other line has proposed. Raises as ``accept``."""
    _decide(tenant, pact, State.DECLINED, actor, basis)


def _decide(
    tenant: Tenant, pact: UUID, state: Partnership.State, actor: Membership | None, basis: str
) -> None:
    with transaction.atomic():
        with tenant_scope(tenant):
            own = _locked(pact)
            if own.is_own or own.state != State.PROPOSED:
                raise NotAllowed("what the other line has proposed is decided here, and once")
            partner = own.partner
        for line in (tenant, Tenant.objects.get(slug=partner)):
            with tenant_scope(line):
                row = _locked(pact)
                if state == State.ACCEPTED:
                    _end_earlier(line, row)
                changes = _set(row, state)
                _note(line, pact, str(state), actor if line == tenant else None, basis, changes)


def _end_earlier(line: Tenant, row: Partnership) -> None:
    rows = Partnership.objects.filter(partner=row.partner, side=row.side, state=State.ACCEPTED)
    for earlier in rows.exclude(pk=row.pk):
        changes = _set(earlier, State.REVOKED)
        _note(line, earlier.pact, "revoked", None, "another pact takes its place", changes)


def revoke(tenant: Tenant, pact: UUID, *, actor: Membership | None = None, basis: str = "") -> None:
    """End a pact, or take a proposal back; either line may.

    Whoever is under way by it comes back (the job of referrals/carrying.py). Outside every scope.
    Raises NotFound for an unknown pact, NotAllowed for one that is over.
    """
    with transaction.atomic():
        with tenant_scope(tenant):
            own = _locked(pact)
            if own.state not in (State.PROPOSED, State.ACCEPTED):
                raise NotAllowed("this pact is over")
            partner = own.partner
        for line in (tenant, Tenant.objects.get(slug=partner)):
            with tenant_scope(line):
                changes = _set(_locked(pact), State.REVOKED)
                _note(line, pact, "revoked", actor if line == tenant else None, basis, changes)


def revoke_all(tenant: Tenant) -> None:
    """End every pact of a line that has left, at both lines. Outside every scope."""
    with tenant_scope(tenant):
        standing = Partnership.objects.filter(state__in=(State.PROPOSED, State.ACCEPTED))
        pacts = list(standing.values_list("pact", flat=True))
    for pact in pacts:
        revoke(tenant, pact, basis="the line has left")


def _locked(pact: UUID) -> Partnership:
    row = Partnership.objects.select_for_update().filter(pact=pact).first()
    if row is None:
        raise NotFound("no such pact")
    return row


def _set(row: Partnership, state: Partnership.State) -> Changes:
    """Let a row be of ``state``; return what that changes, as the trail keeps it."""
    before, row.state, row.decided_on = row.state, state, clock.now().date()
    row.save(update_fields=["state", "decided_on"])
    return {"state": (str(before), str(state))}


def _terms_told(side: Partnership.Side, partner: str, terms: Terms) -> Changes:
    told = {"side": str(side), "partner": partner}
    plain = terms.columns() | {"criteria": None, "hours": None}
    told |= {name: str(value) for name, value in plain.items() if value}
    told |= {f"criteria.{language}": text for language, text in terms.criteria.items()}
    for weekday, opens, closes in terms.hours:
        day = WEEKDAYS[int(weekday)]
        told[day] = ", ".join(filter(None, (told.get(day), f"{opens}–{closes}")))
    return differing({}, told)


def _note(
    line: Tenant,
    pact: UUID,
    what: str,
    actor: Membership | None,
    basis: str,
    changes: Changes | None = None,
) -> None:
    record(
        line,
        actor=actor,
        action=f"partnership.{what}",
        subject=pact,
        basis=basis[:BASIS_LENGTH],
        changes=changes,
    )


# What holds now.


def in_force(tenant: Tenant, side: Partnership.Side, *, now: datetime) -> list[Partnership]:
    """Return the pacts of one side that hold at ``now``. In the scope; one query."""
    rows = Partnership.objects.filter(side=side, state=State.ACCEPTED)
    return [row for row in rows if not _has_run_out(row, tenant, now)]


def pact_with(tenant: Tenant, partner: str, *, now: datetime) -> Partnership | None:
    """Return the pact by which visitors go to ``partner`` at ``now``, or None. In the scope."""
    rows = in_force(tenant, Side.GIVES, now=now)
    return next((row for row in rows if row.partner == partner), None)


def holds(tenant: Tenant, pact: UUID, *, now: datetime, lock: bool = False) -> Partnership | None:
    """Return a pact that holds at ``now``, else None. In the scope."""
    rows = Partnership.objects.select_for_update() if lock else Partnership.objects.all()
    row = rows.filter(pact=pact, state=State.ACCEPTED).first()
    return None if row is None or _has_run_out(row, tenant, now) else row


def _has_run_out(row: Partnership, tenant: Tenant, now: datetime) -> bool:
    return row.expires_on is not None and row.expires_on < now.astimezone(tenant.tzinfo).date()


def within_hours(row: Partnership, taker: Tenant, *, now: datetime) -> bool:
    """Say whether the hours of a pact let anybody through at ``now``, by the taker's clock."""
    if not row.hours:
        return True
    week = _week(row.hours)
    schedule = Schedule(taker.tzinfo, taker.country, False, week, {})
    return schedule.standing(now).open


def _week(hours: Sequence[Sequence[int | str]]) -> dict[int, tuple[Interval, ...]]:
    """Return weekly hours as a schedule has them. Raises Invalid for what is none."""
    week: dict[int, tuple[Interval, ...]] = {}
    try:
        for weekday, opens, closes in hours:
            if int(weekday) not in range(7):
                raise Invalid("a weekday is from 0 (Monday) to 6")
            interval = Interval(time.fromisoformat(str(opens)), time.fromisoformat(str(closes)))
            week[int(weekday)] = (*week.get(int(weekday), ()), interval)
    except (ValueError, TypeError):
        raise Invalid("hours are [weekday, from, to], such as [0, '16:00', '22:00']") from None
    return week


@dataclass(frozen=True, slots=True)
class Pact:
    """A pact as an operator sees it: of whom with whom, and since when."""

    giver: str
    taker: str
    mode: str
    state: str
    proposed_on: date
    decided_on: date | None
    expires_on: date | None


def all_pacts() -> list[Pact]:
    """Return the pacts of all lines, each once, for the platform's operators. Opens its own scopes."""
    found: list[Pact] = []
    for tenant in Tenant.objects.order_by("slug"):
        with tenant_scope(tenant):
            found += [_pact(tenant, row) for row in Partnership.objects.filter(side=Side.GIVES)]
    return found


def _pact(giver: Tenant, row: Partnership) -> Pact:
    return Pact(
        giver=giver.slug,
        taker=row.partner,
        mode=row.mode,
        state=row.state,
        proposed_on=row.proposed_on,
        decided_on=row.decided_on,
        expires_on=row.expires_on,
    )


# What charters say.


def follow_charters(now: datetime) -> None:
    """Make a pact of each partner that a charter names and whose charter names it in turn.

    What the charters say no more is revoked, and made anew where they say it again; what an operator
    has revoked stays so. Outside every scope, in the transaction that loads the charters.
    Rule: B3, B4
    """
    tenants = {tenant.slug: tenant for tenant in Tenant.objects.all()}
    named = {slug: _partners(tenant) for slug, tenant in tenants.items()}
    pairs = {
        (giver, taker): partner
        for giver, partners in named.items()
        for taker, partner in partners.items()
        if giver in named.get(taker, {})
    }
    for giver, line in tenants.items():
        _follow(line, Side.GIVES, {p[1]: each for p, each in pairs.items() if p[0] == giver}, now)
        _follow(line, Side.TAKES, {p[0]: each for p, each in pairs.items() if p[1] == giver}, now)


def _partners(tenant: Tenant) -> dict[str, Partner]:
    with tenant_scope(tenant):
        return {row.slug: row for row in Partner.objects.all()}


def _follow(
    line: Tenant, side: Partnership.Side, wanted: Mapping[str, Partner], now: datetime
) -> None:
    with tenant_scope(line):
        found = {row.pact: row for row in Partnership.objects.filter(side=side)}
        for other in sorted(wanted.keys() | {row.partner for row in found.values()}):
            row, next_pact = _of_charters(line, side, other, found)
            partner = wanted.get(other)
            if partner is None:
                _drop(line, row)
            elif row is None or row.is_dropped:
                _begin(line, next_pact, side, other, partner, now)
            elif _said(row) != _said(partner):
                row.mode, row.criteria, row.rule = partner.mode, partner.texts, partner.rule
                row.save(update_fields=["mode", "criteria", "rule"])


def _of_charters(
    line: Tenant, side: Partnership.Side, other: str, found: Mapping[UUID, Partnership]
) -> tuple[Partnership | None, UUID]:
    """Return the latest pact that the charters of two lines have made, and the name of the next."""
    row, number = None, 0
    while (pact := _pact_of(line, side, other, number)) in found:
        row, number = found[pact], number + 1
    return row, pact


def _drop(line: Tenant, row: Partnership | None) -> None:
    if row is not None and row.state == State.ACCEPTED:
        row.is_dropped = True
        row.save(update_fields=["is_dropped"])
        changes = _set(row, State.REVOKED)
        _note(line, row.pact, "revoked", None, "the charters say so no more", changes)


def _begin(
    line: Tenant, pact: UUID, side: Partnership.Side, other: str, partner: Partner, now: datetime
) -> None:
    terms = Terms(mode=partner.mode, criteria=partner.texts, rule=partner.rule)
    taken = Partnership.objects.filter(partner=other, side=side, state=State.ACCEPTED).exists()
    Partnership.objects.create(
        tenant=line,
        pact=pact,
        side=side,
        partner=other,
        # Where the two have made a pact of their own, that one stands.
        state=State.REVOKED if taken else State.ACCEPTED,
        is_own=side == Side.GIVES,
        proposed_on=now.date(),
        decided_on=now.date(),
        **terms.columns(),
    )
    _note(line, pact, "accepted", None, f"the charters of both lines: {partner.rule}")


def _said(row: Partnership | Partner) -> tuple[object, ...]:
    texts = row.criteria if isinstance(row, Partnership) else row.texts
    return row.mode, texts, row.rule


def _pact_of(line: Tenant, side: Partnership.Side, other: str, number: int) -> UUID:
    """Return the name of what two charters say, the same at both lines and at each loading.

    ``number`` counts how often they have said it anew, from 0.
    """
    giver, taker = (line.slug, other) if side == Side.GIVES else (other, line.slug)
    again = f":{number}" if number else ""
    return uuid5(NAMESPACE_URL, f"helpline:pact:{giver}:{taker}{again}")


def remind_of_expiry() -> None:
    """Write into the trail of each line which of its pacts end within a month; once of each day."""
    for tenant in Tenant.objects.all():
        with tenant_scope(tenant):
            soon = clock.now().date().toordinal() + 30
            rows = Partnership.objects.filter(
                state=State.ACCEPTED, expires_on__lte=date.fromordinal(soon)
            )
            for row in rows:
                if row.reminded_of != row.expires_on:
                    row.reminded_of = row.expires_on
                    row.save(update_fields=["reminded_of"])
                    _note(tenant, row.pact, "ends", None, f"{row.partner}: {row.expires_on}")
