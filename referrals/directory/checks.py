"""Checks: each service is looked at again every half year, and somebody is reminded."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import F, Q, QuerySet

from referrals.directory.services import name_of, shown_services
from referrals.models import Service
from retention.reviews import today_at
from tenants.audit import record
from tenants.models import Tenant
from tenants.scope import tenant_scope

# Half a year.
CHECKED_EVERY = timedelta(days=183)


def is_due(service: Service, today: date) -> bool:
    """Return whether a service is to be checked (again) by ``today``."""
    return service.assured_date is None or service.assured_date + CHECKED_EVERY <= today


def checks_due(tenant: Tenant) -> QuerySet[Service]:
    """Return what is shown and was never checked, or not for half a year. In the scope."""
    since = today_at(tenant) - CHECKED_EVERY
    due = shown_services().filter(Q(assured_date=None) | Q(assured_date__lte=since))
    return due.order_by(F("assured_date").asc(nulls_first=True), "pk")


def count_checks_due(tenant: Tenant) -> int:
    """Return how many that is. In the scope."""
    return checks_due(tenant).count()


def remind_checks() -> int:
    """Write down each check that is due, once, for every tenant; return how many. Safe to re-run."""
    return sum(_remind(tenant) for tenant in Tenant.objects.all())


def _remind(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        due = list(checks_due(tenant).filter(reminded=False).select_for_update())
        for service in due:
            service.reminded = True
            service.save(update_fields=["reminded"])
            basis = name_of(service, tenant.default_language, tenant)
            action = "service.check_due"
            record(tenant, actor=None, action=action, subject=service.pk, basis=basis)
    return len(due)
