"""The state of the platform, for its operators: jobs, what is late, keys, and where each line is.

Without a word of what was said anywhere; a count below five is told as that (D7).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from retention import clock, keys, ledger, watchdog
from retention.health import FEWEST_TOLD
from retention.vault import people, store
from tenants.administration.operators import state_in_words
from tenants.models import JobRun, Tenant
from tenants.policies import NoPolicy
from tenants.scope import tenant_scope


@dataclass(frozen=True)
class LineHealth:
    """One line: where it is on its path, and whether what was promised of it is kept."""

    name: str
    slug: str
    state: str
    late: list[str]
    vault: str
    is_vault_wrong: bool
    key: str
    sealed_on: date | None


@dataclass(frozen=True)
class JobHealth:
    """One job: when somebody last came to do it, when it was last done, and how it went."""

    name: str
    called_at: datetime
    done_at: datetime | None
    outcome: str


@dataclass(frozen=True)
class HealthContent:
    """All that templates/admin/health.html shows."""

    beat_silent: bool
    late: int
    jobs: list[JobHealth]
    lines: list[LineHealth]


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Show how jobs went, and how each line's promises stand. Some queries for each line."""
    now = clock.now()
    rows = [_line(tenant, now=now) for tenant in Tenant.objects.order_by("slug")]
    runs = JobRun.objects.order_by("name")
    content = HealthContent(
        beat_silent=watchdog.beat(now=now).silent,
        late=sum(bool(row.late) for row in rows),
        jobs=[JobHealth(run.name, run.called_at, run.done_at, run.outcome) for run in runs],
        lines=rows,
    )
    context = {
        **admin.site.each_context(request),
        "title": _("State of the platform"),
        "content": content,
    }
    return TemplateResponse(request, "admin/health.html", context)


def _line(tenant: Tenant, *, now: datetime) -> LineHealth:
    found = watchdog.standing(tenant, now=now)
    with tenant_scope(tenant):
        vault, is_wrong = _vault(tenant)
        latest = ledger.latest_day()
    return LineHealth(
        name=tenant.name,
        slug=tenant.slug,
        state=state_in_words(tenant),
        late=[f"{one.kind}: {_few(one.count)}" for one in found.overdue],
        vault=vault,
        is_vault_wrong=is_wrong,
        key=_key(tenant),
        sealed_on=latest.on if latest else None,
    )


def _vault(tenant: Tenant) -> tuple[str, bool]:
    try:
        if not people.promises_vault(tenant):
            return _("keeps no address"), False
    except NoPolicy:
        return _("has no policy yet"), False
    if not tenant.live:
        return _("not in use"), False
    has_key = store.public_of_today(tenant.pk) is not None
    return (_("today's key is there"), False) if has_key else (_("no key for today"), True)


def _key(tenant: Tenant) -> str:
    if keys.has_tenant_key(tenant):
        return _("there")
    return _("destroyed") if tenant.left_on else _("not needed yet")


def _few(count: int) -> str:
    return str(count) if count >= FEWEST_TOLD else _("fewer than five")
