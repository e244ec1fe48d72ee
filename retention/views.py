"""Doors for those who watch: how promises stand. Asked at a tenant's host, of that tenant alone."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from retention import clock
from retention.health import health_of, metrics_of
from retention.watchdog import every_standing, standing
from tenants.permissions import ANYBODY, NOBODY, lets_in


@require_safe
@lets_in(ANYBODY)
def promises(request: HttpRequest) -> JsonResponse:
    """Say whether everything that was to be gone is gone: 200, or 503 with what is late."""
    now = clock.now()
    tenant = request.tenant  # type: ignore[attr-defined]  # set by HostMiddleware
    found = {tenant: standing(tenant, now=now)} if tenant else every_standing(now=now)
    said = health_of(found)
    return JsonResponse(said, status=200 if said["ok"] else 503)


@require_safe
@lets_in(NOBODY)  # a machine, which shows the token
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the metrics to whoever shows the token; to anybody else there is no such page."""
    token = settings.HELPLINE_METRICS_TOKEN
    shown = request.headers.get("Authorization", "")
    if not token or not constant_time_compare(shown, f"Bearer {token}"):
        raise Http404
    now = clock.now()
    said = metrics_of(every_standing(now=now), now=now)
    return HttpResponse(said, content_type="text/plain; version=0.0.4; charset=utf-8")
