"""Sessions of staff: how long they live, by the charter and by the one clock.

``SESSION_ENGINE`` names this module. A session's row carries the moment at which it ends; past it
the session is not found, whether or not a job has deleted the row. A later, shorter promise ends a
session that is alive sooner: it is looked at with every request.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session

from tenants import clock
from tenants.models import PolicyRule, Tenant, User
from tenants.policies import NoPolicy, current_policy, rule_for, until, until_each
from tenants.scope import tenant_scope

# The session names the tenant it was opened at: one person may have a desk in several, and a
# session of one is nothing at another's.
TENANT = "tenant"
SIGNED_IN = "signed_in_at"
# A version from before policies spoke of sessions.
_UNTOLD = PolicyRule(amount=12, unit=PolicyRule.Unit.HOURS, rule="ours")


class SessionStore(db.SessionStore):
    """Django's own, on the clock by which promises are kept."""

    def load(self) -> dict[str, Any]:
        rows = Session.objects.filter(session_key=self.session_key, expire_date__gt=clock.NOW)
        found = rows.first()
        if found is None:
            # A key of ours is never given to what is not ours, as in the parent.
            self._session_key = None
            return {}
        return dict(self.decode(found.session_data))

    def get_expire_at_browser_close(self) -> bool:
        # To Django, a session with a life of its own is one that outlives the browser.
        return bool(settings.SESSION_EXPIRE_AT_BROWSER_CLOSE)


def begin(session: SessionBase, tenant: Tenant) -> None:
    """Bind a session that has just been opened to ``tenant`` and the life that it promises."""
    now = clock.now()
    session[TENANT], session[SIGNED_IN] = tenant.pk, now.isoformat()
    session.set_expiry(_end(tenant, now))


def is_alive(session: SessionBase, tenant: Tenant) -> bool:
    """Tell whether ``session`` was opened at ``tenant`` and its time is not over. In the scope."""
    return session.get(TENANT) == tenant.pk and _lives(tenant, session.get(SIGNED_IN))


def alive(tenant: Tenant, keys: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return what is in those sessions of ``tenant`` whose time is not over, by key.

    In the scope. As many queries for many as for one.
    """
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=clock.NOW)
    said = {row.session_key: SessionStore().decode(row.session_data) for row in rows}
    began = {
        key: datetime.fromisoformat(one[SIGNED_IN])
        for key, one in said.items()
        if one.get(TENANT) == tenant.pk and SIGNED_IN in one
    }
    if not began:
        return {}
    ends, now = until_each(tenant, _rule(tenant), set(began.values())), clock.now()
    return {key: said[key] for key, moment in began.items() if now < ends[moment]}


def end_all_of(user: User) -> int:
    """Delete every session of a person, at tenants and at the platform's own host; return how many.

    A session's row does not say whose it is: each is opened, and there is one for each member of
    staff who is signed in.
    """
    mine = [
        row.pk
        for row in Session.objects.iterator(chunk_size=500)
        if SessionStore().decode(row.session_data).get(SESSION_KEY) == str(user.pk)
    ]
    return Session.objects.filter(pk__in=mine).delete()[0]


def end_all_at(tenant: Tenant) -> int:
    """Delete every session that was opened at ``tenant``; return how many."""
    count = 0
    for row in Session.objects.iterator(chunk_size=500):
        if SessionStore().decode(row.session_data).get(TENANT) == tenant.pk:
            count += row.delete()[0]
    return count


def clear() -> int:
    """Delete the sessions whose time is over, by their row or a later promise; return how many."""
    count = Session.objects.filter(expire_date__lte=clock.NOW).delete()[0]
    tenants = {tenant.pk: tenant for tenant in Tenant.objects.all()}
    for row in Session.objects.iterator(chunk_size=500):
        said = SessionStore().decode(row.session_data)
        tenant = tenants.get(said.get(TENANT, 0))
        if tenant is None:  # an operator's, at the platform's own host
            continue
        with tenant_scope(tenant):
            over = not _lives(tenant, said.get(SIGNED_IN))
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
