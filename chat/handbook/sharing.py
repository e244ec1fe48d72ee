"""Articles that one line gives to another by agreement.

What is given is copied: into the other line's rows, in the other line's scope, when it accepts and
with each version that the owner publishes. No line reads another's rows. Everything here opens its
own scopes, one after the other, in one transaction: both lines know of it, or neither does.

Whoever changes what is given, or to whom, locks in one order: the owner's rows of its agreements,
its article, the taker's row. So a version that is published while somebody accepts or ends is at
the taker afterwards, or not, as the agreement says.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import DatabaseError, transaction
from django.db.models import QuerySet

from chat.handbook.articles import (
    Wording,
    check_editor,
    close,
    in_force,
    lasting,
    own_article,
    put_in_force,
    wording_of,
    write_version,
)
from chat.models import Article, Sharing
from retention import clock
from tenants.audit import record
from tenants.errors import Invalid, NotFound
from tenants.models import Membership, Tenant
from tenants.scope import tenant_scope

Side, State = Sharing.Side, Sharing.State
log = logging.getLogger("helpline.handbook")

# So many offers may wait for another line's answer; nobody fills somebody else's page.
MOST_OFFERS = 5
LONGEST_COPY_SLUG = 80


@dataclass(frozen=True)
class _Given:
    """One article as it leaves its owner: what holds, and what will."""

    original: UUID
    slug: str
    category: str
    revise_by: date | None
    wordings: tuple[tuple[datetime, Wording], ...]


def offer(tenant: Tenant, actor: Membership, *, to: str, slug: str = "") -> UUID:
    """Offer an article, or the whole book, to another line; return the agreement. Recorded.

    Raises NotAllowed, NotFound for an article that does not hold, and Invalid for a line that is
    not there, is one's own, has been offered the same or has not answered to many offers.
    Rule: S5.
    """
    check_editor(actor)
    other = _live_line(to)
    if other is None or other.pk == tenant.pk:
        raise Invalid("a line shares with other lines")
    agreement = uuid4()
    with transaction.atomic():
        with tenant_scope(tenant):
            rows = list(_gives().filter(other=to))
            article = own_article(slug) if slug else None
            subject = article.pk if article else None
            _check_offer(rows, subject)
            said: dict[str, UUID | str | None] = {
                "agreement": agreement,
                "article": subject,
                "title": _title(article),
            }
            ended = next((row for row in rows if row.state == State.ENDED), None)
            was = ended.agreement if ended else None
            _offered(tenant, Side.GIVES, to, was, said)
            _recorded(tenant, actor, "offered", agreement, to)
        with tenant_scope(other):
            _offered(other, Side.TAKES, tenant.slug, was, said)
    return agreement


def accept(tenant: Tenant, actor: Membership, agreement: UUID) -> None:
    """Take what another line has offered: it stands in the handbook from now on. Recorded.

    Raises NotAllowed, and NotFound for what is not offered (any more).
    """
    check_editor(actor)
    with transaction.atomic():
        with tenant_scope(tenant):
            seen = _seen(agreement, Side.TAKES)
        owner = _live_line(seen.other)
        if owner is None:
            raise NotFound("no such agreement")
        with tenant_scope(owner):
            row = _row(agreement, Side.GIVES, State.OFFERED)
            _become(row, State.ACCEPTED)
            _recorded(owner, None, "accepted", agreement, tenant.slug)
            given = _given(row.article)
        with tenant_scope(tenant):
            _become(_row(agreement, Side.TAKES, State.OFFERED), State.ACCEPTED)
            _recorded(tenant, actor, "accepted", agreement, owner.slug)
        _take(tenant, owner, given)


def end(tenant: Tenant, actor: Membership, agreement: UUID) -> None:
    """End an agreement from either side, also one that was only offered. Recorded.

    What was taken under it holds no longer, at once, unless another agreement gives it too. The
    other side's trail tells of it where there was something to end.
    Raises NotAllowed, and NotFound for what has ended.
    """
    check_editor(actor)
    with transaction.atomic():
        with tenant_scope(tenant):
            seen = _seen(agreement)
        other = _line(seen.other)
        owner, taker = (tenant, other) if seen.side == Side.GIVES else (other, tenant)
        for line, side in ((owner, Side.GIVES), (taker, Side.TAKES)):
            with tenant_scope(line):
                row = _row(agreement, side, State.OFFERED, State.ACCEPTED)
                stood = row.state == State.ACCEPTED
                _become(row, State.ENDED)
                if line.pk == tenant.pk or stood:
                    who = actor if line.pk == tenant.pk else None
                    _recorded(line, who, "ended", agreement, row.other)
        _let_go(taker, owner)


def hold_agreements(tenant: Tenant) -> list[Sharing]:
    """Return what ``tenant`` gives or has offered, locked: it stays so until the transaction ends.

    Called outside the scope, before the article is locked that is to be published or withdrawn.
    """
    with tenant_scope(tenant):
        return list(_gives().exclude(state=State.ENDED))


def pass_on(tenant: Tenant, article: Article) -> None:
    """Give what now holds of an article of ``tenant`` to every line that has agreed to it.

    Called in the transaction that has published or withdrawn it, outside its scope, after
    ``hold_agreements``. Where one taker's handbook cannot take it, the others' do, and the owner's
    stands; the next version brings that one up to date.
    """
    takers = {
        row.other
        for row in hold_agreements(tenant)
        if row.state == State.ACCEPTED and row.article in {None, article.pk}
    }
    if not takers:
        return
    with tenant_scope(tenant):
        given = _given(article.pk)
    for slug in sorted(takers):
        try:
            with transaction.atomic():
                _take(_line(slug), tenant, given)
        except (DatabaseError, Invalid):
            log.exception("%s did not get a version that it has agreed to take", slug)


def sharings() -> list[Sharing]:
    """Return the agreements that are offered or stand, as this line has them. In the scope."""
    running = Sharing.objects.exclude(state=State.ENDED)
    return list(running.order_by("side", "other", "title", "pk"))


def _given(article: UUID | None) -> list[_Given]:
    """Return an article of the scope's line, or its whole book, as it is given away."""
    now = clock.now()
    own = Article.objects.filter(owner="", **({"pk": article} if article else {}))
    by_article: dict[UUID, list[tuple[datetime, Wording]]] = {}
    for version in lasting(now).filter(article__in=own).order_by("begins_at", "number"):
        assert version.begins_at is not None
        begun = max(now, version.begins_at)
        by_article.setdefault(version.article_id, []).append((begun, wording_of(version)))
    return [
        _Given(one.pk, one.slug, one.category, one.revise_by, tuple(by_article.get(one.pk, ())))
        for one in own.order_by("slug")
    ]


def _take(taker: Tenant, owner: Tenant, given: Sequence[_Given]) -> None:
    with tenant_scope(taker):
        for one in given:
            about = {"category": one.category, "revise_by": one.revise_by}
            copy = Article.objects.select_for_update().filter(original=one.original).first()
            if copy is None:
                free = _free_slug(owner, one)
                copy = Article.objects.create(
                    tenant=taker, original=one.original, owner=owner.slug, slug=free, **about
                )
            else:
                Article.objects.filter(pk=copy.pk).update(**about)
            _follow(copy, one.wordings)


def _free_slug(owner: Tenant, one: _Given) -> str:
    """Return what a copy is called where it comes to; an article of one's own keeps its name."""
    for slug in _copy_slugs(owner, one):
        if not Article.objects.filter(slug=slug).exists():
            return slug
    raise Invalid("there is an article by each name that it could have")


def _copy_slugs(owner: Tenant, one: _Given) -> Iterator[str]:
    whole = f"{owner.slug}-{one.slug}"
    if len(whole) <= LONGEST_COPY_SLUG:
        yield whole
    for signs in (8, 16, 32):
        tail = f"-{one.original.hex[:signs]}"
        yield whole[: LONGEST_COPY_SLUG - len(tail)].rstrip("-") + tail


def _follow(copy: Article, wordings: Sequence[tuple[datetime, Wording]]) -> None:
    """Let a copy say what its original does, and when; what it says already is not said anew."""
    now = clock.now()
    said = [
        (max(version.begins_at or now, now), wording_of(version))
        for version in lasting(now).filter(article=copy).order_by("begins_at", "number")
    ]
    wanted = [(max(begins_at, now), wording) for begins_at, wording in wordings]
    kept = _kept(said, wanted)
    if kept < len(said):
        close(copy, said[kept][0])
    for begins_at, wording in wanted[kept:]:
        put_in_force(copy, write_version(copy, wording), begins_at=begins_at, actor=None)


def _kept(
    said: Sequence[tuple[datetime, Wording]], wanted: Sequence[tuple[datetime, Wording]]
) -> int:
    """Return how many of what a copy says, from the first, can stand as they are."""
    same = 0
    while same < min(len(said), len(wanted)) and said[same] == wanted[same]:
        same += 1
    # What was to end sooner than it shall now is said anew: an end is never put off.
    if same < len(said) and (same == len(wanted) or wanted[same][0] > said[same][0]):
        same -= 1
    return max(same, 0)


def _let_go(taker: Tenant, owner: Tenant) -> None:
    """End what ``taker`` has of ``owner`` and no agreement gives any more."""
    now = clock.now()
    with tenant_scope(taker):
        agreed = Sharing.objects.filter(
            side=Side.TAKES, other=owner.slug, state=State.ACCEPTED
        ).values_list("article", flat=True)
        if None in set(agreed):
            return
        for copy in Article.objects.filter(owner=owner.slug).exclude(original__in=set(agreed)):
            close(copy, now)


def _line(slug: str) -> Tenant:
    found = Tenant.objects.filter(slug=slug).first()
    if found is None:
        raise Invalid("there is no such line")
    return found


def _live_line(slug: str) -> Tenant | None:
    return Tenant.objects.filter(slug=slug, live=True).first()


def _gives() -> QuerySet[Sharing]:
    """Return and lock what the scope's line gives, in the one order in which all lock it."""
    return Sharing.objects.select_for_update().filter(side=Side.GIVES).order_by("pk")


def _check_offer(rows: Sequence[Sharing], article: UUID | None) -> None:
    """Raise Invalid where one more offer is one too many; ``rows`` are all to the same line."""
    if any(row.article == article and row.state != State.ENDED for row in rows):
        raise Invalid("it has been offered to them already")
    if sum(row.state == State.OFFERED for row in rows) >= MOST_OFFERS:
        raise Invalid("they have not answered to what they were offered")


def _offered(
    tenant: Tenant, side: str, other: str, was: UUID | None, said: dict[str, UUID | str | None]
) -> None:
    """Write one side of an offer, where there is one in the row of an agreement that has ended.

    Offering and ending in turn would otherwise fill the other line's table.
    """
    ended = Sharing.objects.filter(side=side, other=other, state=State.ENDED)
    if was is None or not ended.filter(agreement=was).update(state=State.OFFERED, **said):
        Sharing.objects.create(tenant=tenant, side=side, other=other, **said)


def _seen(agreement: UUID, *sides: str) -> Sharing:
    """Return this line's side of an agreement that is offered or stands, not locked."""
    rows = Sharing.objects.filter(agreement=agreement, side__in=sides or Side.values)
    found = rows.exclude(state=State.ENDED).first()
    if found is None:
        raise NotFound("no such agreement")
    return found


def _row(agreement: UUID, side: str, *states: str) -> Sharing:
    rows = Sharing.objects.select_for_update().filter(agreement=agreement, side=side)
    found = rows.filter(state__in=states).first()
    if found is None:
        raise NotFound("no such agreement")
    return found


def _become(row: Sharing, state: str) -> None:
    row.state = state
    row.save(update_fields=["state"])


def _recorded(
    tenant: Tenant, actor: Membership | None, what: str, agreement: UUID, other: str
) -> None:
    record(tenant, actor=actor, action=f"handbook.sharing_{what}", subject=agreement, basis=other)


def _title(article: Article | None) -> str:
    """Return what an article is called as it holds now, and nothing for the whole book."""
    if article is None:
        return ""
    holds = in_force(clock.now()).filter(article=article).first()
    if holds is None:
        raise NotFound("what does not hold is not offered")
    return holds.title
