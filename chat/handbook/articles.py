"""Articles and their versions: drafted, published from a moment, withdrawn, and what held when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import F, Max, Q, QuerySet
from django.db.models.functions import Greatest

from chat.handbook import markdown
from chat.models import Article, Version
from retention import clock
from retention.reviews import today_at
from tenants.audit import record
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.models import LEADS, Membership, Tenant

LONGEST_SLUG, LONGEST_CATEGORY, LONGEST_TITLE, LONGEST_BODY = 60, 60, 200, 40_000
# What two versions differ in is told line by line.
MOST_LINES = 1_000

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


@dataclass(frozen=True)
class Wording:
    """What one version of an article says."""

    language: str
    title: str
    body: str


@dataclass(frozen=True)
class Fault:
    """What is wrong with what somebody has written: the field, and for a body which line of it.

    ``kind`` is ``missing``, ``long``, ``lines``, ``shape``, ``taken``, ``unknown`` or ``link``.
    """

    field: str
    kind: str
    line: int = 0
    found: str = ""


class Faulty(Invalid):
    """Something that was written cannot be taken as it is; ``faults`` says what."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(", ".join(f"{fault.field}: {fault.kind}" for fault in faults))
        self.faults = tuple(faults)


def draft_article(
    tenant: Tenant,
    actor: Membership | None,
    *,
    slug: str,
    category: str,
    wording: Wording,
    revise_by: date | None = None,
) -> Version:
    """Begin an article with its first draft. In the scope.

    Raises Faulty, and NotAllowed for who is no editor.  Rule: S5.
    """
    check_editor(actor)
    faults = [*faults_in(wording), *_name_faults(slug, category)]
    if not faults and Article.objects.filter(slug=slug).exists():
        faults = [Fault("slug", "taken", found=slug)]
    if faults:
        raise Faulty(faults)
    article = Article.objects.create(
        tenant=tenant, slug=slug, category=category, editor=actor, revise_by=revise_by
    )
    return write_version(article, wording)


def redraft(
    tenant: Tenant, actor: Membership | None, slug: str, *, category: str, wording: Wording
) -> Version:
    """Write the next version of an article, or the draft of it anew. In the scope.

    The category is the article's and changes at once. Raises NotFound, NotAllowed, Faulty.
    """
    check_editor(actor)
    article = own_article(slug)
    faults = [*faults_in(wording), *_name_faults(slug, category)]
    if faults:
        raise Faulty(faults)
    if article.category != category:
        article.category = category
        article.save(update_fields=["category"])
    return write_version(article, wording)


def drop_draft(tenant: Tenant, actor: Membership, slug: str) -> None:
    """Throw the draft of an article away. In the scope. Raises NotFound, NotAllowed."""
    check_editor(actor)
    Version.objects.filter(article=own_article(slug), published_at=None).delete()


def publish_draft(
    tenant: Tenant,
    actor: Membership | None,
    slug: str,
    *,
    begins_at: datetime | None = None,
    revise_by: date | None = None,
) -> Version:
    """Put the draft in force, now or from a moment to come. In the scope; recorded.

    What was to hold from then on no longer will. ``revise_by`` is a year from today where nothing
    is said. Whoever publishes looks after the article from then on. Other lines learn of it by
    ``chat.handbook.sharing.pass_on``. Raises NotFound, NotAllowed, and Invalid for a moment that
    has passed.  Rule: S5.
    """
    check_editor(actor)
    article = own_article(slug)
    draft = draft_of(article)
    if draft is None:
        raise NotFound("there is no draft")
    now = clock.now()
    begins_at = begins_at or now
    if begins_at < now:
        raise Invalid("a version begins now or later")
    put_in_force(article, draft, begins_at=begins_at, actor=actor)
    article.editor = actor or article.editor
    article.revise_by = revise_by or a_year_after(today_at(tenant))
    article.save(update_fields=["editor", "revise_by"])
    basis = f"{article.slug}, {draft.number}"
    record(tenant, actor=actor, action="handbook.published", subject=article.pk, basis=basis)
    return draft


def put_in_force(
    article: Article, version: Version, *, begins_at: datetime, actor: Membership | None
) -> None:
    """Let ``version`` hold from ``begins_at`` on, and whatever held until then end. In the scope."""
    close(article, begins_at)
    version.begins_at, version.published_at, version.published_by = begins_at, clock.now(), actor
    version.save(update_fields=["begins_at", "published_at", "published_by"])


def close(article: Article, at: datetime) -> int:
    """End what holds at ``at`` or would later; return how many versions that were. In the scope."""
    return lasting(at).filter(article=article).update(ends_at=Greatest(F("begins_at"), at))


def withdraw_article(tenant: Tenant, actor: Membership, slug: str) -> Article:
    """Let an article hold no longer, from now on. In the scope; recorded.

    Its versions stay to be looked up. Raises NotFound, NotAllowed.
    """
    check_editor(actor)
    article = own_article(slug)
    if not close(article, clock.now()):
        raise NotFound("it does not hold anyway")
    record(tenant, actor=actor, action="handbook.withdrawn", subject=article.pk, basis=article.slug)
    return article


def check_editor(actor: Membership | None) -> None:
    """Raise NotAllowed for who may not write in the handbook; None is the platform itself."""
    if actor is not None and actor.role not in LEADS:
        raise NotAllowed("supervisors and administrators write in the handbook")


def article_named(slug: str) -> Article:
    """Return an article, the line's own or one that it was given. In the scope.

    Raises NotFound.
    """
    found = Article.objects.select_related("editor__user").filter(slug=slug).first()
    if found is None:
        raise NotFound("no such article")
    return found


def own_article(slug: str) -> Article:
    """Return and lock an article of the line's own. In the scope.

    Raises NotFound, and NotAllowed for one that another line has given.
    """
    found = Article.objects.select_for_update().filter(slug=slug).first()
    if found is None:
        raise NotFound("no such article")
    if found.owner:
        raise NotAllowed("whose it is writes it")
    return found


def in_force(at: datetime) -> QuerySet[Version]:
    """Return what held at ``at``, one version an article, with the articles. In the scope.

    Of an article that is withdrawn, or did not hold yet, there is none.
    """
    return lasting(at).filter(begins_at__lte=at).select_related("article")


def lasting(at: datetime) -> QuerySet[Version]:
    """Return what holds at ``at`` or is to hold later. In the scope."""
    kept = Version.objects.filter(published_at__isnull=False)
    return kept.filter(Q(ends_at=None) | Q(ends_at__gt=at) & ~Q(ends_at=F("begins_at")))


def version_in_force(article: Article, at: datetime) -> Version | None:
    """Return which version of ``article`` held at ``at``. In the scope."""
    return in_force(at).filter(article=article).first()


def draft_of(article: Article) -> Version | None:
    """Return the draft of the next version. In the scope."""
    draft = Version.objects.filter(article=article, published_at=None).first()
    if draft is not None:
        draft.article = article
    return draft


def published_versions(article: Article) -> list[Version]:
    """Return every version that was published, the newest first. In the scope.

    Their bodies are read when they are asked for, one by one.
    """
    published = without_bodies(Version.objects.filter(article=article, published_at__isnull=False))
    return list(published.select_related("published_by__user").order_by("-number"))


def without_bodies(versions: QuerySet[Version]) -> QuerySet[Version]:
    """Return the same rows, for a list: their texts stay in the database until they are asked for."""
    return versions.defer("body", "plain")


def wording_of(version: Version) -> Wording:
    return Wording(version.language, version.title, version.body)


def faults_in(wording: Wording) -> list[Fault]:
    """Return what keeps ``wording`` from being taken."""
    faults = [] if wording.language in Version.Language.values else [Fault("language", "unknown")]
    for field, longest in (("title", LONGEST_TITLE), ("body", LONGEST_BODY)):
        faults += _length(field, getattr(wording, field), longest)
    if len(wording.body) > LONGEST_BODY:
        return faults
    if len(wording.body.splitlines()) > MOST_LINES:
        return [*faults, Fault("body", "lines", found=str(MOST_LINES))]
    bad = markdown.bad_links(wording.body)
    return faults + [Fault("body", "link", link.line, link.target) for link in bad]


def _name_faults(slug: str, category: str) -> list[Fault]:
    faults = _length("slug", slug, LONGEST_SLUG) + _length("category", category, LONGEST_CATEGORY)
    if slug and not _SLUG.fullmatch(slug):
        faults.append(Fault("slug", "shape", found=slug))
    return faults


def _length(field: str, text: str, longest: int) -> list[Fault]:
    if not text.strip():
        return [Fault(field, "missing")]
    return [Fault(field, "long", found=str(longest))] if len(text) > longest else []


def write_version(article: Article, wording: Wording) -> Version:
    """Write the draft, or write it anew. The article is locked, or new."""
    draft = draft_of(article) or Version(
        tenant_id=article.tenant_id, article=article, number=_next_number(article)
    )
    draft.language, draft.title = wording.language, wording.title.strip()
    draft.body = wording.body.replace("\r\n", "\n").strip() + "\n"
    draft.plain = markdown.plain(draft.body)
    draft.save()
    return draft


def _next_number(article: Article) -> int:
    last: int | None = Version.objects.filter(article=article).aggregate(n=Max("number"))["n"]
    return (last or 0) + 1


def a_year_after(day: date) -> date:
    """Return the same day of the next year; of a leap day, the day before it."""
    leaps = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if leaps else day.day)
