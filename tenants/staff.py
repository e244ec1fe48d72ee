"""Who is at a tenant's desk: coming in, going out, and leaving for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import auth
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from tenants import clock, sessions
from tenants.audit import record
from tenants.errors import NotAllowed, NotFound
from tenants.models import Membership, Policy, PolicyRule, Tenant, User
from tenants.policies import (
    NoPolicy,
    current_policy,
    later_policies,
    let_policies_stand,
    rule_for,
    until,
)
from tenants.scope import tenant_scope

# A version from before policies spoke of accounts.
_UNTOLD = PolicyRule(amount=3, unit=PolicyRule.Unit.MONTHS, rule="ours")

# Filled by the floors above. Each is called as somebody signs in, which is the one moment at which
# their password is known: with the tenant (None at the platform's own door), them and it.
greeters: list[Callable[[Tenant | None, User, str], None]] = []
# And as somebody changes their password: with them, the old one and the new one.
changers: list[Callable[[User, str, str], None]] = []
# And as somebody is given another password without proving the old one: each says whether they lose
# what only that one opened.
resetters: list[Callable[[User], bool]] = []
# And where it may have changed whether a member may be at a desk and answer, in that scope and
# transaction: with the tenant, them, and whether they go (have signed out, or left).
watchers: list[Callable[[Tenant, Membership, bool], None]] = []


def greet(tenant: Tenant | None, user: User, password: str) -> None:
    """Tell whoever must know that ``user`` has signed in, with what."""
    for greeter in greeters:
        greeter(tenant, user, password)


def tell_of_change(user: User, *, old: str, new: str) -> None:
    """Tell whoever must know that ``user`` has changed their password, in that transaction."""
    for changer in changers:
        changer(user, old, new)


def tell_of_reset(user: User) -> bool:
    """Tell whoever must know that nobody proved ``user``'s old password, in that transaction.

    Says whether they lose what only the old one opened.
    """
    # Each is told, also after one that has said yes.
    losses = [resetter(user) for resetter in resetters]
    return any(losses)


def tell_watchers(tenant: Tenant, member: Membership, *, goes: bool = False) -> None:
    """Tell whoever must know that what ``member`` may do here has changed. In the scope."""
    for watcher in watchers:
        watcher(tenant, member, goes)


def sign_out(request: HttpRequest) -> None:
    """End the session, and with it every window that was opened in it. In the tenant's scope."""
    member = current_membership(request)
    auth.logout(request)
    if member is not None:
        tenant: Tenant = request.tenant  # type: ignore[attr-defined]  # set by HostMiddleware
        tell_watchers(tenant, member, goes=True)


def sign_out_everywhere(
    tenant: Tenant, membership_id: UUID, *, actor: Membership | None
) -> Membership:
    """End every session that a member has at this tenant, and every window with it. In the scope.

    They may sign in again. At the platform's own host nobody of a tenant's signs anybody out, but
    for themselves. Raises NotFound for who is no member here.
    """
    member = Membership.objects.filter(pk=membership_id, active=True).first()
    if member is None:
        raise NotFound("no such member")
    end_sessions(tenant, member)
    record(tenant, actor=actor, action="member.signed_out", subject=member.pk, basis="")
    return member


def end_sessions(tenant: Tenant, member: Membership) -> None:
    """End a member's sessions here, and every window that was opened in them. In the scope."""
    sessions.end(member.user_id, tenant)
    tell_watchers(tenant, member, goes=True)


def deactivate(user: User) -> None:
    """Let a person in nowhere any more, at no tenant, from now on. Opens its own scopes."""
    User.objects.filter(pk=user.pk).update(is_active=False)
    sessions.end_everywhere(user.pk)
    shut_out(user, "member.deactivated")


def shut_out(user: User, action: str) -> None:
    """Write into the trail of every line of ``user`` why they are out, and close their desks there.

    Opens its own scopes, one after the other.
    """

    def tell(tenant: Tenant, member: Membership) -> None:
        record(tenant, actor=None, action=action, subject=member.pk, basis="")
        tell_watchers(tenant, member, goes=True)

    at_every_line(user, tell)


def note_everywhere(user: User, action: str) -> None:
    """Write into the trail of every line of ``user`` what they did to their own sign-in.

    For what is done at the platform's own host, where no line's trail is nearer than another's.
    Opens its own scopes, one after the other.
    """
    at_every_line(
        user,
        lambda tenant, member: record(
            tenant, actor=member, action=action, subject=member.pk, basis=""
        ),
    )


def at_every_line(user: User, work: Callable[[Tenant, Membership], object]) -> None:
    """Do ``work`` at each line where ``user`` has a place, in the scope of each. Outside every scope."""
    for tenant in Tenant.objects.filter(left_on__isnull=True):
        with tenant_scope(tenant):
            member = Membership.objects.filter(user=user, active=True).first()
            if member is not None:
                work(tenant, member)


def leave(tenant: Tenant, membership_id: UUID, *, actor: Membership | None) -> Membership:
    """Let a member go: out of everything now, and forgotten when the policy's time for it is over.

    In the scope. Done twice it counts from the first time. ``actor`` is None where the platform
    acts. Raises NotFound for who is no member here.
    """
    let_policies_stand(tenant)
    member = Membership.objects.select_for_update().filter(pk=membership_id).first()
    if member is None:
        raise NotFound("no such member")
    if member.left_at is not None:
        return member
    member.active, member.left_at = False, clock.now()
    member.expires_at, member.expiry_rule = forgotten_at(tenant, member.left_at)
    member.save(update_fields=["active", "left_at", "expires_at", "expiry_rule"])
    record(tenant, actor=actor, action="member.left", subject=member.pk, basis=member.expiry_rule)
    end_sessions(tenant, member)
    return member


def forgotten_at(tenant: Tenant, left_at: datetime) -> tuple[datetime, str]:
    """Return until when who leaves at ``left_at`` is kept, and by which rule. In the scope."""
    try:
        current = current_policy(tenant)
    except NoPolicy:  # a line that is being prepared
        return until(tenant, _UNTOLD, start=left_at), _UNTOLD.rule
    rule = _life_of_account(current)
    life = until(tenant, rule, start=left_at), rule.rule
    for later in later_policies(current):
        life = min(life, forgotten_under(tenant, later, left_at))
    return life


def forgotten_under(tenant: Tenant, policy: Policy, left_at: datetime) -> tuple[datetime, str]:
    """Return until when a version keeps who left before it began, and by which rule."""
    assert policy.begins_at is not None
    rule = _life_of_account(policy)
    return max(until(tenant, rule, start=left_at), policy.begins_at), rule.rule


def _life_of_account(policy: Policy) -> PolicyRule:
    """Return how long ``policy`` keeps who has left."""
    found = rule_for(policy, PolicyRule.Kind.ACCOUNT, PolicyRule.Starts.LEFT)
    return found or _UNTOLD


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
    """Return the user's place if the session lives and was opened at ``tenant``, else None."""
    if not sessions.is_alive(session, tenant):
        return None
    return active_membership(user)


def own_membership(tenant: Tenant, membership: Membership) -> Membership:
    """Return the member as they are now. Raises NotAllowed once they are not one any more."""
    now = Membership.objects.select_related("user").filter(pk=membership.pk, active=True)
    found = now.filter(user__is_active=True).first()
    if found is None:
        raise NotAllowed("you are not a member here any more")
    return found
