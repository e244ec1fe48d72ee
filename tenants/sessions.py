"""Sessions of staff: how long they live, by the charter and by the one clock, and when they lock.

``SESSION_ENGINE`` names this module, and what it gives out is the one gate for pages and sockets
alike: to Django a session has somebody in it only once they have proved both who they are and that
they are still there. Whoever has given a password and owes a second factor is under PENDING, whoever
has done nothing for ``settings.IDLE_LIMIT`` under LOCKED; in both cases ``request.user`` is nobody,
and no door can forget to ask.

A session's row carries the moment at which it ends; past it the session is not found, whether or
not a job has deleted the row. A later, shorter promise ends a session that is alive sooner: it is
looked at with every request.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.models import Session
from django.db import transaction

from tenants import clock
from tenants.models import PolicyRule, StaffSession, Tenant
from tenants.policies import NoPolicy, current_policy, rule_for, until, until_each
from tenants.scope import tenant_scope

# The session names the tenant it was opened at: one person may have a desk in several, and a
# session of one is nothing at another's.
TENANT = "tenant"
SIGNED_IN = "signed_in_at"
# The same through every change of the session's key.
SEAT = "seat"
# When the person last proved who they are.
PROVED = "proved_at"
# Who has given their password and owes a second factor (tenants/signing_in.py).
PENDING = "pending"
# Who is away: what Django would take for somebody signed in, put where it does not look.
LOCKED = "locked"
LANGUAGE = "language"
_AUTH = (SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY)
# A version from before policies spoke of sessions.
_UNTOLD = PolicyRule(amount=12, unit=PolicyRule.Unit.HOURS, rule="ours")
# What somebody does is written down this often at most. Their page tells of it once a minute.
NOTED_EVERY = timedelta(seconds=30)


class SessionStore(db.SessionStore):
    """Django's own, on the clock by which promises are kept, with a lock on it."""

    # How the row stood as it was read.
    active_at: datetime | None = None
    read_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        return StaffSession

    def create_model_instance(self, data: dict[str, Any]) -> StaffSession:
        made = super().create_model_instance(data)
        assert isinstance(made, StaffSession)
        seat = data.get(SEAT)
        made.user_id = _user_in(data)
        made.tenant_id = data.get(TENANT)
        made.seat = UUID(seat) if seat else None
        made.active_at = clock.NOW
        return made

    def load(self) -> dict[str, Any]:
        rows = StaffSession.objects.filter(
            session_key=self.session_key, expire_date__gt=clock.NOW
        ).annotate(read_at=clock.NOW)
        found = rows.first()
        if found is None:
            # A key of ours is never given to what is not ours, as in the parent.
            self._session_key = None
            return {}
        self.active_at, self.read_at = found.active_at, found.read_at
        said = dict(self.decode(found.session_data))
        if SEAT not in said:
            # Opened by Django's own way in, past the doors that ask for all that is to be asked.
            return {key: value for key, value in said.items() if key not in _AUTH}
        return _locked(said) if found.read_at - found.active_at >= settings.IDLE_LIMIT else said

    def get_expire_at_browser_close(self) -> bool:
        # To Django, a session with a life of its own is one that outlives the browser.
        return bool(settings.SESSION_EXPIRE_AT_BROWSER_CLOSE)


def _user_in(said: dict[str, Any]) -> int | None:
    auth = said.get(LOCKED) or said
    return int(auth[SESSION_KEY]) if SESSION_KEY in auth else None


def _locked(said: dict[str, Any]) -> dict[str, Any]:
    """Return what is in a session, with nobody signed in to it."""
    if SESSION_KEY not in said:
        return said
    left = {key: value for key, value in said.items() if key not in _AUTH and key != PROVED}
    return {**left, LOCKED: {key: said[key] for key in _AUTH}}


def unlock(session: SessionBase) -> None:
    """Let who is behind the lock be signed in again, by another key of the same seat."""
    session.update(session.pop(LOCKED))
    prove(session)


@transaction.atomic
def prove(session: SessionBase) -> None:
    """Note that the person has just proved who they are; the session goes on by another key.

    Raises SessionInterrupted where somebody has ended it meanwhile: a new key would bring it back.
    """
    rows = StaffSession.objects.select_for_update().filter(session_key=session.session_key)
    if not rows.exists():
        raise SessionInterrupted("the session was ended meanwhile")
    session[PROVED] = clock.now().isoformat()
    session.cycle_key()


def begin(session: SessionBase, tenant: Tenant | None) -> None:
    """Bind a session that has just been opened to ``tenant`` and the life that it promises.

    None is the platform's own host. Else in the scope.
    """
    now = clock.now()
    session[TENANT] = tenant.pk if tenant else None
    session[SIGNED_IN] = session[PROVED] = now.isoformat()
    session[SEAT] = str(uuid4())
    over = timedelta(seconds=settings.SESSION_COOKIE_AGE)
    session.set_expiry(_end(tenant, now) if tenant else now + over)


def is_alive(session: SessionBase, tenant: Tenant) -> bool:
    """Tell whether ``session`` was opened at ``tenant`` and its time is not over. In the scope."""
    return session.get(TENANT) == tenant.pk and _lives(tenant, session.get(SIGNED_IN))


@dataclass(frozen=True, slots=True)
class Sitting:
    """A session that lives: whose it is, what proves that, and whether it is locked."""

    user: int
    seat: UUID
    password_hash: str
    is_locked: bool
    signed_in_at: datetime
    active_at: datetime


def sittings(tenant: Tenant, users: Collection[int]) -> list[Sitting]:
    """Return the sessions of ``users`` at ``tenant`` whose time is not over. In the scope.

    One for each, but for the moment in which one takes another's place. As many queries for many as
    for one.
    """
    rows = StaffSession.objects.filter(
        tenant=tenant, user__in=users, seat__isnull=False, expire_date__gt=clock.NOW
    ).annotate(read_at=clock.NOW)
    found = [_sitting(row) for row in rows]
    if not found:
        return []
    ends = until_each(tenant, _rule(tenant), {one.signed_in_at for one in found})
    now = rows[0].read_at
    return [one for one in found if now < ends[one.signed_in_at]]


def _sitting(row: Any) -> Sitting:
    said = _decoded(row)
    is_idle = row.read_at - row.active_at >= settings.IDLE_LIMIT
    auth = said.get(LOCKED) or said
    return Sitting(
        user=row.user_id,
        seat=row.seat,
        password_hash=auth.get(HASH_SESSION_KEY, ""),
        is_locked=is_idle or LOCKED in said,
        signed_in_at=datetime.fromisoformat(said[SIGNED_IN]),
        active_at=row.active_at,
    )


def _decoded(row: Any) -> dict[str, Any]:
    return dict(SessionStore().decode(row.session_data))


def note_request(session: SessionBase) -> None:
    """Note that whoever is signed in has done something, unless that was written down just now."""
    if SESSION_KEY not in session or not isinstance(session, SessionStore):
        return
    if session.active_at is None or session.read_at is None:  # made in this very request
        return
    if session.read_at - session.active_at >= NOTED_EVERY:
        _living().filter(session_key=session.session_key).update(active_at=clock.NOW)


def note_activity(tenant: Tenant, seat: UUID) -> None:
    """Note that who has ``seat`` has done something at their desk. Wakes nobody who is locked out."""
    _living().filter(tenant=tenant, seat=seat).update(active_at=clock.NOW)


def _living() -> Any:
    return StaffSession.objects.filter(
        active_at__gt=clock.NOW - settings.IDLE_LIMIT, active_at__lte=clock.NOW - NOTED_EVERY
    )


def end(user: int, tenant: Tenant | None, *, but: str | None = None) -> int:
    """End the sessions of a person at ``tenant`` (None: at the platform's own host); how many.

    ``but`` is the key of one that goes on.
    """
    rows = StaffSession.objects.filter(user=user, tenant=tenant).exclude(session_key=but)
    return rows.delete()[0]


def end_everywhere(user: int) -> None:
    """End every session of a person, wherever it was opened."""
    StaffSession.objects.filter(user=user).delete()


def end_all_at(tenant: Tenant) -> int:
    """End every session that was opened at ``tenant``; return how many."""
    return StaffSession.objects.filter(tenant=tenant).delete()[0]


def clear() -> int:
    """Delete the sessions whose time is over, by their row or a later promise; return how many."""
    count = StaffSession.objects.filter(expire_date__lte=clock.NOW).delete()[0]
    # What an earlier version kept, as long as there is any.
    count += Session.objects.filter(expire_date__lte=clock.NOW).delete()[0]
    tenants = {tenant.pk: tenant for tenant in Tenant.objects.all()}
    for row in StaffSession.objects.filter(tenant__isnull=False).iterator(chunk_size=500):
        tenant = tenants[row.tenant_id or 0]
        with tenant_scope(tenant):
            over = not _lives(tenant, _decoded(row).get(SIGNED_IN))
        count += row.delete()[0] if over else 0
    return count


def _lives(tenant: Tenant, signed_in_at: str | None) -> bool:
    if signed_in_at is None:
        return False
    return clock.now() < _end(tenant, datetime.fromisoformat(signed_in_at))


def _end(tenant: Tenant, signed_in_at: datetime) -> datetime:
    return until(tenant, _rule(tenant), start=signed_in_at)


def _rule(tenant: Tenant) -> PolicyRule:
    kind, starts = PolicyRule.Kind.SESSION, PolicyRule.Starts.SIGNED_IN
    try:
        return rule_for(current_policy(tenant), kind, starts) or _UNTOLD
    except NoPolicy:  # a line that is being prepared
        return _UNTOLD
