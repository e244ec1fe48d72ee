"""Articles that one line gives to another by agreement.

What is given is copied: into the other line's rows, in the other line's scope, when it accepts and
with each version that the owner publishes. No line reads another's rows. Everything here opens its
own scopes, one after the other, in one transaction: both lines know of it, or neither does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from chat.handbook.articles import (
    Wording,
    check_editor,
    close,
    lasting,
    own_article,
    put_in_force,
    wording_of,
    write_version,
)
from chat.models import Article, Sharing, Version
from retention import clock
from tenants.audit import record
from tenants.errors import Invalid, NotFound
from tenants.models import Membership, Tenant
from tenants.scope import tenant_scope

Side, State = Sharing.Side, Sharing.State


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

    Raises NotAllowed, NotFound for an article that is not there, and Invalid for a line that is not
    there, is one's own or has been offered the same.  Rule: S5.
    """
    check_editor(actor)
    other = _line(to)
    if other.pk == tenant.pk:
        raise Invalid("a line shares with other lines")
    agreement = uuid4()
    with transaction.atomic():
        with tenant_scope(tenant):
            article = own_article(slug) if slug else None
            about = {"article": article.pk if article else None}
            running = Sharing.objects.filter(side=Side.GIVES, other=to, **about)
            if running.exclude(state=State.ENDED).exists():
                raise Invalid("it has been offered to them already")
            title = _title(article) if article else ""
            common = {"agreement": agreement, "title": title, **about}
            Sharing.objects.create(tenant=tenant, side=Side.GIVES, other=to, **common)
            _recorded(tenant, actor, "offered", agreement, to)
        with tenant_scope(other):
            Sharing.objects.create(tenant=other, side=Side.TAKES, other=tenant.slug, **common)
    return agreement


def accept(tenant: Tenant, actor: Membership, agreement: UUID) -> None:
    """Take what another line has offered: it stands in the handbook from now on. Recorded.

    Raises NotAllowed, and NotFound for what is not offered (any more).
    """
    check_editor(actor)
    with transaction.atomic():
        with tenant_scope(tenant):
            row = _row(agreement, Side.TAKES, State.OFFERED)
            _become(row, State.ACCEPTED)
            _recorded(tenant, actor, "accepted", agreement, row.other)
        owner = _line(row.other)
        with tenant_scope(owner):
            _become(_row(agreement, Side.GIVES, State.OFFERED), State.ACCEPTED)
            _recorded(owner, None, "accepted", agreement, tenant.slug)
            given = _given(row.article)
        _take(tenant, owner, given)


def end(tenant: Tenant, actor: Membership, agreement: UUID) -> None:
    """End an agreement from either side, also one that was only offered. Recorded.

    What was taken under it holds no longer, at once, unless another agreement gives it too.
    Raises NotAllowed, and NotFound for what has ended.
    """
    check_editor(actor)
    with transaction.atomic():
        with tenant_scope(tenant):
            row = _row(agreement, None, State.OFFERED, State.ACCEPTED)
            _become(row, State.ENDED)
            _recorded(tenant, actor, "ended", agreement, row.other)
        other = _line(row.other)
        with tenant_scope(other):
            _become(_row(agreement, None, State.OFFERED, State.ACCEPTED), State.ENDED)
            _recorded(other, None, "ended", agreement, tenant.slug)
        taker, owner = (other, tenant) if row.side == Side.GIVES else (tenant, other)
        _let_go(taker, owner)


def pass_on(tenant: Tenant, article: Article) -> None:
    """Give what now holds of an article of ``tenant`` to every line that has agreed to it.

    Called in the transaction that has published or withdrawn it, outside its scope.
    """
    with tenant_scope(tenant):
        agreed = Sharing.objects.filter(side=Side.GIVES, state=State.ACCEPTED)
        agreed = agreed.filter(Q(article=None) | Q(article=article.pk))
        takers = sorted(set(agreed.values_list("other", flat=True)))
        given = _given(article.pk) if takers else []
    for slug in takers:
        _take(_line(slug), tenant, given)


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
            copy, _ = Article.objects.update_or_create(
                tenant=taker,
                original=one.original,
                defaults={"category": one.category, "revise_by": one.revise_by},
                create_defaults={
                    "slug": f"{owner.slug}-{one.slug}"[:80],
                    "owner": owner.slug,
                    "category": one.category,
                    "revise_by": one.revise_by,
                },
            )
            _follow(copy, one.wordings)


def _follow(copy: Article, wordings: Sequence[tuple[datetime, Wording]]) -> None:
    """Let a copy say what its original does; what it says already is not said anew."""
    now = clock.now()
    there = lasting(now).filter(article=copy).order_by("begins_at", "number")
    said = [wording_of(version) for version in there]
    if said == [wording for _, wording in wordings]:
        return
    if not wordings:
        close(copy, now)
    for place, (begins_at, wording) in enumerate(wordings):
        if place == 0 and said == [wording]:
            continue  # it holds here as well
        put_in_force(copy, write_version(copy, wording), begins_at=begins_at, actor=None)


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


def _row(agreement: UUID, side: str | None, *states: str) -> Sharing:
    rows = Sharing.objects.select_for_update().filter(agreement=agreement, state__in=states)
    found = (rows.filter(side=side) if side else rows).first()
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


def _title(article: Article) -> str:
    newest = Version.objects.filter(article=article).order_by("-number").first()
    return newest.title if newest else article.slug
