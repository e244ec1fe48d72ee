"""Who may open the vault, and what each of them opens it with.

A person's key pair is made when they sign in, because only then is their password known; the
private half is stored locked by that password and by nothing else. Who changes a password by proving
the old one keeps the key. Whoever is given another one gets a new pair at the next sign-in, and with
it opens the days that are made from then on. Who sets one by a link has no pair until then: what
nobody can open any more is no reason to make a day.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from retention import clock
from retention.models import VaultPerson
from retention.vault import boxes
from retention.vault.boxes import Unopenable
from retention.vault.store import Group, Holder
from tenants.errors import NotAllowed
from tenants.models import Membership, Policy, Role, Tenant, User
from tenants.policies import current_policy, later_policies
from tenants.scope import tenant_scope


class WrongPassword(NotAllowed):
    """It does not open the person's key."""


class PasswordChanged(NotAllowed):
    """It is the person's password, and their key is still locked by an earlier one."""


class NotEnrolled(NotAllowed):
    """The person has no key yet: one is made when they sign in."""


def greet(tenant: Tenant | None, user: User, password: str) -> None:
    """Enrol whoever may open a vault, as they sign in; ``tenant`` is None at the platform's door.

    For the registry of ``tenants.staff``.
    """
    if tenant is None:
        if _is_operator(user):
            enrol(user, password)
        return
    with tenant_scope(tenant):
        if _is_officer(user) and promises_vault(tenant):
            enrol(user, password)


def enrol(user: User, password: str) -> bool:
    """See to it that ``user`` has a key that ``password`` opens; say whether one was made."""
    try:
        unlock(user, password)
    except (NotEnrolled, WrongPassword, PasswordChanged):
        key = boxes.new_key()
        locked = boxes.lock(boxes.private_half(key), password=password, at=_place(user))
        made = {"public": boxes.public_half(key), "locked": locked, "made_on": clock.now().date()}
        VaultPerson.objects.update_or_create(user=user, defaults=made)
        return True
    return False


def relock(user: User, old: str, new: str) -> None:
    """Let ``new`` open the key that ``old`` opens. For the registry of ``tenants.staff``."""
    try:
        key = unlock(user, old)
    except NotAllowed:
        # A key that this password does not open is made anew at the next sign-in.
        return
    locked = boxes.lock(boxes.private_half(key), password=new, at=_place(user))
    VaultPerson.objects.filter(user=user).update(locked=locked)


def drop(user: User) -> bool:
    """Forget the key that a password locks which nobody knows any more; say whether there was one.

    For the registry of ``tenants.staff``. Days that are to come are made without them
    (``retention.vault.days``) until they have a new one; the days before open for others alone.
    """
    return bool(VaultPerson.objects.filter(user=user).delete()[0])


def unlock(user: User, password: str) -> X25519PrivateKey:
    """Return a person's private key. Takes a tenth of a second.

    Raises NotEnrolled, WrongPassword, PasswordChanged.
    """
    person = VaultPerson.objects.filter(user=user).first()
    if person is None:
        raise NotEnrolled("sign out and in again: your key is made then")
    try:
        opened = boxes.unlock(bytes(person.locked), password=password, at=_place(user))
    except Unopenable:
        if user.check_password(password):
            raise PasswordChanged("your key is locked by an earlier password") from None
        raise WrongPassword("this password does not open your key") from None
    return boxes.key_of(opened)


def group_of(user: User) -> Group | None:
    """Return which group a person is of in the active tenant, if any. In the scope.

    Who is an operator too counts as one: with a share of each half one person would be two.
    """
    if not user.is_active:
        return None
    if _is_operator(user):
        return Group.PLATFORM
    return Group.TENANT if _is_officer(user) else None


def holders(tenant: Tenant) -> list[Holder]:
    """Return everybody who is enrolled and may open ``tenant``'s days. In the scope."""
    officers = Membership.objects.filter(role=Role.OFFICER, active=True).values_list("user_id")
    enrolled = VaultPerson.objects.filter(user__is_active=True).order_by("pk")
    platform = enrolled.filter(user__is_staff=True)
    tenants = enrolled.filter(user__is_staff=False, user__in=[row[0] for row in officers])
    return [Holder(one.pk, bytes(one.public), Group.PLATFORM) for one in platform] + [
        Holder(one.pk, bytes(one.public), Group.TENANT) for one in tenants
    ]


def callers(tenant: Tenant) -> list[str]:
    """Return the names of those whom a counsellor calls about an address, where one is kept."""
    if not promises_vault(tenant):
        return []
    officers = Membership.objects.filter(role=Role.OFFICER, active=True, user__is_active=True)
    return list(officers.order_by("user__name").values_list("user__name", flat=True))


def promises_vault(tenant: Tenant) -> bool:
    """Say whether ``tenant`` keeps addresses now, or has promised to from some day on."""
    current = current_policy(tenant)
    versions = [current, *later_policies(current)]
    return any(version.address == Policy.Address.VAULT for version in versions)


def _is_operator(user: User) -> bool:
    return user.is_active and user.is_staff


def _is_officer(user: User) -> bool:
    places = Membership.objects.filter(user=user, active=True, user__is_active=True)
    return places.filter(role=Role.OFFICER).exists()


def _place(user: User) -> bytes:
    return boxes.place("person", user.pk)
