"""Versions of a policy that differ from the shipped one in what a test is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from retention import clock
from tenants.charter.shape import Keep
from tenants.drafts import publish_draft, write_draft
from tenants.models import Policy, Tenant
from tenants.policies import newest_policy, terms_of
from tenants.scope import tenant_scope

AT_CLOSE = Keep("conversation", "ended", 0, "seconds", (), "", "D5")
A_WEEK = Keep("conversation", "ended", 7, "days", (), "", "ours")
A_MONTH = Keep("conversation", "ended", 1, "months", (), "", "ours")
A_YEAR = Keep("conversation", "ended", 12, "months", (), "", "ours")
FLAGGED = Keep("conversation", "flagged", 1, "working_days", (), "", "U7")


def promise_more(tenant: Tenant, *lives: Keep, begins_at: datetime | None = None) -> Policy:
    """Publish the newest version with ``lives`` in the place of its own; begins now if not told.

    In the tenant's scope. Anyone may ask to read afterwards only where asking holds the talk.
    """
    newest = newest_policy(tenant)
    assert newest is not None
    terms = terms_of(newest)
    told = {(one.kind, one.starts) for one in lives}
    kept = tuple(one for one in terms.keep if (one.kind, one.starts) not in told)
    holds = any("access" in one.suspended_by for one in kept + lives)
    access = terms.access if holds else "nobody"
    # Who leaves a line that deletes at close wants it closed.
    at_close = any(one.starts == "ended" and not one.amount for one in lives)
    parks = terms.parks and not at_close
    write_draft(tenant, replace(terms, access=access, parks=parks, keep=kept + lives))
    now = clock.now()
    return publish_draft(tenant, begins_at=begins_at or now, now=now)


def publish(tenant: Tenant, *lives: Keep, begins_at: datetime | None = None) -> Policy:
    """The same, outside every scope."""
    with tenant_scope(tenant):
        return promise_more(tenant, *lives, begins_at=begins_at)


def let_colleagues_read(
    tenant: Tenant, *, value: bool = True, begins_at: datetime | None = None
) -> Policy:
    """Publish a version by which a colleague who is asked may be shown the talk, or not any more.

    Outside every scope; begins now if not told.
    """
    with tenant_scope(tenant):
        newest = newest_policy(tenant)
        assert newest is not None
        write_draft(tenant, replace(terms_of(newest), colleague_may_read=value))
        now = clock.now()
        return publish_draft(tenant, begins_at=begins_at or now, now=now)
