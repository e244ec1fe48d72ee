"""A service as a signpost: the card by which a counsellor shows it in a talk.  Rule: S10, S11"""

from __future__ import annotations

from uuid import UUID

from chat.cards import Frame
from referrals.directory.hours import standing_of
from referrals.directory.services import name_of, shown_services
from referrals.directory.shape import TEXT
from referrals.models import Service
from retention import clock
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tenants.texts import said_in


def service_signpost(tenant: Tenant, language: str, name: str) -> Frame | None:
    """Return what the card shows of the service of that id; None where visitors are shown no such.

    Opens a scope. Of several numbers it has the first to call and the first to write to.
    """
    try:
        service_id = UUID(name)
    except ValueError:
        return None
    with tenant_scope(tenant):
        service = shown_services().filter(pk=service_id).first()
        return _shown(service, tenant, language) if service else None


def _shown(service: Service, tenant: Tenant, language: str) -> Frame:
    shown: Frame = {"name": name_of(service, language, tenant)}
    for phone in reversed(service.phones):
        shown["sms" if phone["type"] == TEXT else "phone"] = phone["number"]
    texts = (service.description, service.eligibility_description)
    told = {
        "email": service.email,
        "url": service.chat or service.url,
        "text": " ".join(filter(None, (said_in(one, language, tenant) for one in texts))),
    }
    stands = standing_of(service.schedules, tenant, now=clock.now())
    if service.status == Service.Status.CLOSED or stands is not None:
        is_open = service.status == Service.Status.ACTIVE and stands is not None and stands.open
        shown["open"] = is_open
    return shown | {field: value for field, value in told.items() if value}
