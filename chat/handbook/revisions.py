"""Revisions: each article is looked at once a year, and somebody is reminded.  Rule: S5"""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F, Q, QuerySet

from chat.handbook.articles import a_year_after, check_editor, own_article
from chat.models import Article, Version
from retention.reviews import today_at
from tenants.audit import record
from tenants.models import Membership, Tenant
from tenants.scope import tenant_scope

# So long before the day an article is marked in the list.
SOON = timedelta(days=30)


def review_article(tenant: Tenant, actor: Membership, slug: str) -> Article:
    """Say that an article still holds as it stands: it is looked at again in a year. In the scope.

    Recorded. Raises NotFound, NotAllowed.
    """
    check_editor(actor)
    article = own_article(slug)
    article.revise_by = a_year_after(today_at(tenant))
    article.save(update_fields=["revise_by"])
    basis = f"{article.slug}, {article.revise_by.isoformat()}"
    record(tenant, actor=actor, action="handbook.reviewed", subject=article.pk, basis=basis)
    return article


def revisions_due(tenant: Tenant) -> QuerySet[Article]:
    """Return the line's own articles that should have been looked at by today. In the scope."""
    lasting = Version.objects.filter(published_at__isnull=False, ends_at=None)
    own = Article.objects.filter(owner="", pk__in=lasting.values("article"))
    return own.filter(revise_by__lte=today_at(tenant)).order_by("revise_by", "slug")


def remind_revisions() -> int:
    """Write down each revision that is due, once, for every tenant; return how many."""
    return sum(_remind(tenant) for tenant in Tenant.objects.all())


def _remind(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        told = Q(reminded_of__isnull=False, reminded_of=F("revise_by"))
        due = list(revisions_due(tenant).exclude(told).select_for_update())
        for article in due:
            article.reminded_of = article.revise_by
            article.save(update_fields=["reminded_of"])
            record(
                tenant,
                actor=None,
                action="handbook.revision_due",
                subject=article.pk,
                basis=article.slug,
            )
    return len(due)
