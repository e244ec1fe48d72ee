"""Who is at a tenant's desk: signing in, and what a person must hold to answer."""

from __future__ import annotations

from datetime import date
from itertools import groupby

from django.contrib import auth
from django.contrib.sessions.backends.base import SessionBase
from django.db.models import Q
from django.http import HttpRequest

from tenants.errors import NotAllowed
from tenants.models import Membership, Qualification, Requirement, Tenant, User

# The session names the tenant it was opened at: one person may have a desk in several, and a
# session of one is nothing at another's.
SESSION_TENANT = "tenant"


def sign_in(request: HttpRequest, *, login: str, password: str) -> Membership | None:
    """Open a desk session at the request's tenant, or return None, for every reason alike."""
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]  # set by HostMiddleware
    user = auth.authenticate(request, username=login.strip().lower(), password=password)
    if not isinstance(user, User):
        return None
    membership = active_membership(user)
    if membership is None:
        return None
    _open_session(request, user)
    request.session[SESSION_TENANT] = tenant.pk
    return membership


def _open_session(request: HttpRequest, user: User) -> None:
    auth.login(request, user)
    request.session.cycle_key()


def sign_out(request: HttpRequest) -> None:
    auth.logout(request)


def active_membership(user: User) -> Membership | None:
    """Return the user's place in the active tenant, if they have one. In the scope."""
    places = Membership.objects.select_related("user").filter(active=True, user__is_active=True)
    return places.filter(user=user).first()


def current_membership(request: HttpRequest) -> Membership | None:
    """Return whose desk session the request carries, or None. In the tenant's scope."""
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]  # set by HostMiddleware
    if not isinstance(request.user, User):
        return None
    return membership_of(tenant, request.user, request.session)


def membership_of(tenant: Tenant, user: User, session: SessionBase) -> Membership | None:
    """Return the user's place if the session was opened at ``tenant``, else None."""
    if session.get(SESSION_TENANT) != tenant.pk:
        return None
    return active_membership(user)


def own_membership(tenant: Tenant, membership: Membership) -> Membership:
    """Return the member as they are now. Raises NotAllowed once they are not one any more."""
    now = Membership.objects.select_related("user").filter(pk=membership.pk, active=True)
    found = now.filter(user__is_active=True).first()
    if found is None:
        raise NotAllowed("you are not a member here any more")
    return found


def missing_qualifications(tenant: Tenant, membership: Membership, *, on: date) -> list[str]:
    """Return the labels of what the tenant promises and the member lacks on that date.

    Every group of requirements must be met, by any one of its rows.  Rule: S3, S4, D1, B7.
    """
    held = {
        one.kind: one.years
        for one in Qualification.objects.filter(membership=membership).filter(
            Q(valid_until__isnull=True) | Q(valid_until__gte=on)
        )
    }
    missing = []
    rows = Requirement.objects.order_by("group", "kind")
    for _, group in groupby(rows, key=lambda row: row.group):
        ways = list(group)
        if not any(held.get(way.kind, -1) >= way.years for way in ways):
            missing.append(ways[0].label.get(tenant.default_language, ways[0].kind))
    return missing
