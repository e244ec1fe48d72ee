"""Signing in: a password, then a second factor, then the desk; and coming back to a locked one.

In between somebody is under ``sessions.PENDING`` in their session, which opens the pages of this
module's next step and no other. Wrong, unknown, foreign and shut out are answered alike: after one
hash, and by REFUSED.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from django.contrib import auth
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from tenants import clock, factors, lockouts, sessions, staff
from tenants.factors import Proof
from tenants.models import Membership, Role, Tenant, User
from tenants.scope import tenant_scope

_BACKEND = "tenants.backends.StaffBackend"
# How long a password is good for that awaits its second factor.
PENDING_FOR = timedelta(minutes=10)
# What an unfinished sign-in goes on from; a page is remembered as it is, the rest is begun anew.
NEXT = "next"


class Step(StrEnum):
    """What comes next: nothing (one is in), a factor to show or to set up, or no way in."""

    IN = "in"
    FACTOR = "factor"
    ENROL = "enrol"
    REFUSED = "refused"
    LOCKED_OUT = "locked_out"


@dataclass(frozen=True)
class Pending:
    """Who has given their password and is not in yet, and what they owe."""

    user: User
    step: Step


def prove_password(request: HttpRequest, *, login: str, password: str) -> Step:
    """Look at a password, at the door of the request's tenant or of the platform. In the scope."""
    name = login.strip().lower()
    user = auth.authenticate(request, username=name, password=password)
    if lockouts.was_out(request):
        return Step.LOCKED_OUT
    if not isinstance(user, User):
        return Step.REFUSED
    if not _may_enter(request, user):
        # As if it had been wrong, to the last count.
        lockouts.count_wrong(request, name)
        return Step.REFUSED
    staff.greet(tenant_of(request), user, password)
    step = _step_for(user)
    if step == Step.IN:
        let_in(request, user)
    else:
        _let_wait(request, user, step)
    return step


def _step_for(user: User) -> Step:
    if factors.has_any(user):
        return Step.FACTOR
    return Step.ENROL if factors.is_required() else Step.IN


def tenant_of(request: HttpRequest) -> Tenant | None:
    """Return the tenant whose door this is; None at the platform's own, whoever's rows it shows."""
    if getattr(request, "side", "") == "admin":
        return None
    return getattr(request, "tenant", None)


def _may_enter(request: HttpRequest, user: User) -> bool:
    if tenant_of(request) is not None:
        return staff.active_membership(user) is not None
    return user.is_staff or bool(administered_by(user))


def administered_by(user: User) -> list[Tenant]:
    """Return the tenants that ``user`` administers. Opens a scope for each, at no scope's inside."""
    found = []
    for tenant in Tenant.objects.order_by("slug"):
        with tenant_scope(tenant):
            member = staff.active_membership(user)
        if member is not None and member.role == Role.ADMINISTRATOR:
            found.append(tenant)
    return found


def _let_wait(request: HttpRequest, user: User, step: Step) -> None:
    _renew(request.session)
    request.session[sessions.PENDING] = {
        SESSION_KEY: user.pk,
        HASH_SESSION_KEY: user.get_session_auth_hash(),
        sessions.TENANT: _pk(tenant_of(request)),
        "step": step,
    }
    request.session.set_expiry(clock.now() + PENDING_FOR)


def _pk(tenant: Tenant | None) -> int | None:
    return tenant.pk if tenant else None


def _renew(session: SessionBase) -> None:
    """Begin a session of which nothing was known before, but for language and whereto."""
    kept = {key: session[key] for key in (sessions.LANGUAGE, NEXT) if key in session}
    session.flush()
    session.update(kept)


def pending(request: HttpRequest) -> Pending | None:
    """Return who awaits their second factor in this session, or None. In the scope."""
    said = request.session.get(sessions.PENDING)
    if said is None or said[sessions.TENANT] != _pk(tenant_of(request)):
        return None
    user = _user_in(said)
    if user is None or not _may_enter(request, user):
        return None
    return Pending(user, Step(said["step"]))


def _user_in(said: dict[str, Any]) -> User | None:
    """Return who is named, as long as they are active and have the password that they had then."""
    user = User.objects.filter(pk=said[SESSION_KEY], is_active=True).first()
    if user is None:
        return None
    had = said[HASH_SESSION_KEY]
    return user if constant_time_compare(had, user.get_session_auth_hash()) else None


def prove_factor(request: HttpRequest, who: Pending, proof: Proof) -> Step:
    """Look at a second factor of who awaits it, and let them in. In the scope."""
    step = _look_at(request, who.user, proof, lockouts.FACTOR, str(who.user.pk))
    if step == Step.IN:
        let_in(request, who.user)
    return step


def _look_at(request: HttpRequest, user: User, proof: Proof, kind: str, what: str) -> Step:
    if lockouts.is_out(kind, what):
        return Step.LOCKED_OUT
    if factors.check(request, user, proof):
        lockouts.forget(kind, what)
        return Step.IN
    lockouts.count(kind, what)
    return Step.REFUSED


@transaction.atomic
def let_in(request: HttpRequest, user: User) -> None:
    """Open the session, and end the one that this person had here before. In the scope."""
    tenant = tenant_of(request)
    # Of two who sign in as one person at once, one is later.
    User.objects.select_for_update().get(pk=user.pk)
    _renew(request.session)
    auth.login(request, user, backend=_BACKEND)
    sessions.begin(request.session, tenant)
    request.session.save()
    ended = sessions.end(user.pk, tenant, but=request.session.session_key)
    member = staff.active_membership(user) if tenant else None
    if ended and tenant and member:
        staff.tell_watchers(tenant, member)


# Somebody who was away.


def locked(request: HttpRequest) -> User | None:
    """Return whose session is locked, or None. In the scope."""
    said = request.session.get(sessions.LOCKED)
    tenant = tenant_of(request)
    if said is None or request.session.get(sessions.TENANT) != _pk(tenant):
        return None
    if tenant is not None and not sessions.is_alive(request.session, tenant):
        return None
    user = _user_in(said)
    return user if user and _may_enter(request, user) else None


def unlock(request: HttpRequest, user: User, *, password: str, proof: Proof) -> Step:
    """Let who was away go on: by their password, and their factor where they have one.

    FACTOR says that the password was right and a factor is owed. In the scope.
    """
    step = prove_own_password(request, user, password)
    if step == Step.IN and factors.has_any(user):
        step = (
            _look_at(request, user, proof, lockouts.FACTOR, str(user.pk)) if proof else Step.FACTOR
        )
    if step == Step.IN:
        staff.greet(tenant_of(request), user, password)
        sessions.unlock(request.session)
    return step


def prove_own_password(request: HttpRequest, user: User, password: str) -> Step:
    """Look at the password of who has a session. It counts for that, and not for the name."""
    seat = str(request.session[sessions.SEAT])
    if lockouts.is_out(lockouts.SEAT, seat):
        return Step.LOCKED_OUT
    if user.check_password(password):
        lockouts.forget(lockouts.SEAT, seat)
        return Step.IN
    lockouts.count(lockouts.SEAT, seat)
    return Step.REFUSED


def prove_again(request: HttpRequest, user: User, *, password: str, proof: Proof) -> Step:
    """Look at what who is signed in shows once more: a factor of theirs, or their password."""
    if proof:
        step = _look_at(request, user, proof, lockouts.FACTOR, str(user.pk))
    else:
        step = prove_own_password(request, user, password)
    if step == Step.IN:
        sessions.prove(request.session)
    return step


def member_of(request: HttpRequest) -> Membership | None:
    """Return the member who is signed in at the request's tenant; None at the platform's host."""
    return staff.current_membership(request) if tenant_of(request) else None
