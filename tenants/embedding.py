"""Which of the organisation's own pages have asked for the bubble: a mark on the tenant.  Rule: T2

Seen where the script is asked for, also while the line is being prepared and its host answers as
nobody's. What is written down is an origin that the line itself has named, and nothing of whoever
looked at the page.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from tenants.hosts import normalised
from tenants.models import Tenant

SCRIPT = "/bubble.js"


def note_bubble(*, host: str, path: str, referer: str) -> None:
    """Note that a page at ``referer`` has asked for a line's bubble. Outside every scope.

    One query for the script's own address, a second where something is to be written; none else.
    """
    if path != SCRIPT or not referer:
        return
    tenant = _tenant_at(host)
    origin = _origin(referer)
    if tenant is None or origin not in tenant.bubble_origins or origin in tenant.bubble_seen:
        return
    Tenant.objects.filter(pk=tenant.pk).update(bubble_seen=[*tenant.bubble_seen, origin])


def _tenant_at(host: str) -> Tenant | None:
    name = normalised(host)
    if name is None:
        return None
    label, _, rest = name.partition(".")
    if rest == settings.HELPLINE_BASE.partition(":")[0]:
        return Tenant.objects.filter(slug=label, left_on__isnull=True).first()
    return Tenant.objects.filter(hosts__hostname=name, left_on__isnull=True).first()


def _origin(referer: str) -> str:
    try:
        parts = urlsplit(referer)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}".lower()
