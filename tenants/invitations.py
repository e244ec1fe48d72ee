"""Invitations: how somebody gets a place at a tenant, by a link that is mailed to them.

Nobody who has an account gets another, or another password, by being invited: they take up the
place with the password that they have. Whoever has none sets one, and has an account then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.contrib import auth
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, models, transaction
from django.http import HttpRequest

from tenants import clock
from tenants.audit import record
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.links import digest_of
from tenants.models import Invitation, Membership, Role, Tenant, User
from tenants.outbox import QUIET
from tenants.passwords import EMAIL_CHARACTERS, check_strength
from tenants.staff import own_membership, tell_watchers

# Whoever invites sees for a week that a link has ended unused.
KEPT = timedelta(days=10)
MOST_OPEN = 100
TITLE_CHARACTERS, FIRST_NAME_CHARACTERS, NAME_CHARACTERS = 60, 40, 120


class State(StrEnum):
    """How an invitation stands."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"
    OVER = "over"


class Fault(Invalid):
    """What is wrong with an invitation, or with what somebody says who takes one up: a field."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why


def may_invite(actor: Membership, role: str) -> bool:
    """Say whether ``actor`` may give a place with ``role``.

    Administrators every role, supervisors that of those whom they lead: nobody passes on more than
    what is theirs to look after, and not their own.
    """
    if actor.role == Role.ADMINISTRATOR:
        return role in Role.values
    return actor.role == Role.SUPERVISOR and role == Role.COUNSELLOR


def roles_to_give(actor: Membership) -> list[str]:
    """Return the roles that ``actor`` may invite to."""
    return [role for role in Role.values if may_invite(actor, role)]


def open_invitations(actor: Membership) -> list[Invitation]:
    """Return the invitations that ``actor`` may see, the newest first. In the scope."""
    rows = Invitation.objects.filter(role__in=roles_to_give(actor))
    return list(rows.order_by("-asked_at", "-pk"))


def state_of(invitation: Invitation, *, now: datetime) -> State:
    """Return how ``invitation`` stands at ``now``."""
    if invitation.sent_at is None:
        if invitation.send_at is None:
            return State.OVER
        return State.FAILED if invitation.failed else State.WAITING
    assert invitation.ends_at is not None
    return State.SENT if now < invitation.ends_at else State.OVER


def invite(
    tenant: Tenant,
    actor: Membership | None,
    *,
    email: str,
    role: str,
    title: Mapping[str, str],
    first_name: str,
    language: str,
) -> Invitation:
    """Invite whoever has that address to a place here; a mail goes out within seconds.

    In the scope. ``actor`` is None where the platform invites, as for a line's first administrator.
    Raises NotAllowed for a role that is not theirs to give, and Fault, also where none was chosen.
    """
    role = _known(role)
    if actor is not None and not may_invite(own_membership(tenant, actor), role):
        raise NotAllowed("somebody else invites to this role")
    now = clock.now()
    made = Invitation(
        tenant=tenant,
        email=_address(email),
        role=role,
        title=_title(tenant, title),
        first_name=_short("first_name", first_name, FIRST_NAME_CHARACTERS),
        language=language,
        invited_by=actor.pk if actor else None,
        asked_at=now,
        send_at=now,
        expires_at=now + KEPT,
    )
    _check_new(made)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        raise Fault("email", "invited") from None
    record(tenant, actor=actor, action="invitation.made", subject=made.pk, basis=made.role)
    return made


def _known(role: str) -> str:
    if role not in Role.values:
        raise Fault("role", "unknown")
    return role


def _address(said: str) -> str:
    address = said.strip().lower()
    if len(address) > EMAIL_CHARACTERS:
        raise Fault("email", "shape")
    try:
        validate_email(address)
    except ValidationError:
        raise Fault("email", "shape") from None
    return address


def _title(tenant: Tenant, said: Mapping[str, str]) -> dict[str, str]:
    titles = {
        language: _short("title", said.get(language, ""), TITLE_CHARACTERS)
        for language in tenant.languages
    }
    if not titles[tenant.default_language]:
        raise Fault("title", "missing")
    return {language: title for language, title in titles.items() if title}


def _short(field: str, said: str, longest: int) -> str:
    text = " ".join(said.replace("\x00", "").split())
    if len(text) > longest:
        raise Fault(field, "long")
    return text


def _check_new(made: Invitation) -> None:
    members = Membership.objects.filter(active=True, user__is_active=True)
    if members.filter(user__email=made.email).exists():
        raise Fault("email", "member")
    if Invitation.objects.filter(email=made.email).exists():
        raise Fault("email", "invited")
    if Invitation.objects.count() >= MOST_OPEN:
        raise Fault("email", "many")


def withdraw(tenant: Tenant, actor: Membership, invitation_id: UUID) -> None:
    """Take an invitation back: its link opens nothing from this commit on. In the scope.

    Raises NotFound and NotAllowed.
    """
    found = _own(tenant, actor, invitation_id)
    found.delete()
    record(
        tenant, actor=actor, action="invitation.withdrawn", subject=invitation_id, basis=found.role
    )


def again(tenant: Tenant, actor: Membership, invitation_id: UUID) -> None:
    """Send an invitation once more, with another link: the earlier one is dead. In the scope.

    Raises NotFound, NotAllowed, and Fault where a mail went out a moment ago.
    """
    found = _own(tenant, actor, invitation_id)
    now = clock.now()
    if found.sent_at and now - found.sent_at < QUIET:
        raise Fault("email", "soon")
    found.digest = found.sent_at = found.ends_at = None
    found.asked_at = found.send_at = now
    found.tries, found.failed, found.expires_at = 0, False, now + KEPT
    found.save()
    record(tenant, actor=actor, action="invitation.again", subject=found.pk, basis=found.role)


def _own(tenant: Tenant, actor: Membership, invitation_id: UUID) -> Invitation:
    own = own_membership(tenant, actor)
    found = Invitation.objects.select_for_update(of=("self",)).filter(pk=invitation_id).first()
    if found is None:
        raise NotFound("no such invitation")
    if not may_invite(own, found.role):
        raise NotAllowed("somebody else invites to this role")
    return found


def find_invitation(token: str) -> Invitation | None:
    """Return the invitation that ``token`` opens at this tenant, or None, for every reason alike.

    In the scope.
    """
    return _opened_by(token).first()


def _opened_by(token: str) -> models.QuerySet[Invitation]:
    return Invitation.objects.filter(digest=digest_of(token), ends_at__gt=clock.NOW)


def has_account(invitation: Invitation) -> bool:
    """Say whether who is invited has an account: known to whoever holds the link, and no other."""
    return User.objects.filter(email=invitation.email).exists()


def accept(
    tenant: Tenant, token: str, *, name: str, password: str, request: HttpRequest
) -> Membership:
    """Take up the place of an invitation, which is gone then. In the scope.

    With ``password`` a person who has an account proves that it is theirs, and whoever has none
    sets one; ``name`` is what colleagues see of somebody new. Opens no session. Raises NotFound
    where the link is dead, NotAllowed for a wrong password, Fault for a name, Weak.
    """
    invitation = _opened_by(token).select_for_update(of=("self",)).first()
    if invitation is None:
        raise NotFound("no such link")
    known = User.objects.filter(email=invitation.email).first()
    user = known or _new_user(invitation, name, password)
    if (
        known is not None
        and auth.authenticate(request, username=known.email, password=password) != known
    ):
        raise NotAllowed("the password does not match")
    member = _give_place(tenant, user, invitation)
    invitation.delete()
    record(tenant, actor=member, action="member.joined", subject=member.pk, basis=member.role)
    tell_watchers(tenant, member)
    return member


def _new_user(invitation: Invitation, name: str, password: str) -> User:
    called = _short("name", name, NAME_CHARACTERS)
    if not called:
        raise Fault("name", "missing")
    check_strength(password, User(email=invitation.email, name=called))
    return User.objects.create_user(invitation.email, password=password, name=called)


def _give_place(tenant: Tenant, user: User, invitation: Invitation) -> Membership:
    """Make a member of somebody; who has left and is still known takes their old place again."""
    place = Membership.objects.select_for_update(of=("self",)).filter(user=user).first()
    if place is not None and place.active:
        return place
    place = place or Membership(id=invitation.pk, tenant=tenant, user=user)
    place.role, place.title = invitation.role, invitation.title
    place.first_name, place.active = invitation.first_name, True
    place.left_at = place.expires_at = None
    place.expiry_rule = ""
    place.save()
    return place
