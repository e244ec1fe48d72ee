"""Opening one record, by two people of two groups; the asker alone sees what is in it.

1. One **asks**: their password opens their share, which is sealed anew to each person of the other
   group. Nobody can do more with it than they could before; it dies within the hour.
2. One of the other group **agrees**: their password opens their own share and the one passed on.
   Both make the day's key, for the moment that it takes to open the one record and to seal the
   address to the one who asked.
3. The asker's password **shows** it, for half an hour from the first time.

Each step is in the tenant's audit trail, whose entries are what is counted for the public.
Rule: D7, D10
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection
from django.db.models import QuerySet

from retention import clock
from retention.kinds import Due, Kind
from retention.models import AddressRecord, VaultRequest
from retention.vault import boxes, days, people, store
from retention.vault.boxes import Unopenable
from retention.vault.days import NoShare
from retention.vault.records import Address, open_address, record_called
from retention.vault.store import Group
from tenants.audit import record
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.models import AuditEntry, Membership, Tenant, User

# An hour to agree, half an hour to look, half an hour on the screen (migration 0008_vault_keys).
LONGEST_OPENING = timedelta(hours=2)
TOLD_LENGTH = 120
_DUE = "SELECT id, expires_at FROM retention_vaultrequest ORDER BY expires_at LIMIT %s"
_FORGET = "DELETE FROM retention_vaultrequest WHERE id = ANY (%s)"
State, Basis = VaultRequest.State, VaultRequest.Basis


class Nobody(NotAllowed):
    """On the other side there is nobody who could agree."""


class Over(NotAllowed):
    """The time of a request or of what it shows is over, or somebody else was first."""


@dataclass(frozen=True, slots=True)
class Opener:
    """A person at the vault of one tenant, and in which group."""

    user: User
    group: Group
    membership: Membership | None


@dataclass(frozen=True, slots=True)
class Shown:
    """An address on the screen, and until when."""

    address: Address
    until: datetime


def opener(tenant: Tenant, user: User) -> Opener:
    """Return ``user`` as one who may open ``tenant``'s vault. In the scope.

    Raises NotFound for anybody else, as for a vault that is not there.
    """
    group = people.group_of(user)
    if group is None:
        raise NotFound("no such page")
    places = Membership.objects.filter(user=user, active=True)
    return Opener(user, group, places.first() if group == Group.TENANT else None)


def ask(
    tenant: Tenant, actor: Opener, *, reference: str, basis: str, told: str, password: str
) -> VaultRequest:
    """Ask to open the address of one talk. In the scope.

    ``told`` is who is to be told, with their reference. Raises Invalid, NotFound, WrongPassword,
    NotEnrolled, NoShare, Nobody.  Rule: D10.
    """
    told = told.strip()
    if basis not in Basis.values or not told or len(told) > TOLD_LENGTH:
        raise Invalid("choose a basis, and say who is to be told")
    key = people.unlock(actor.user, password)
    found = record_called(reference)
    request = VaultRequest(
        id=uuid4(),
        tenant=tenant,
        conversation=found.conversation,
        day=found.day,
        basis=basis,
        told=told,
        group=actor.group,
        asked_by=actor.user,
        expires_at=min(clock.now() + LONGEST_OPENING, found.expires_at),
    )
    group, share = days.open_share(tenant, found.day, user=actor.user, key=key)
    _pass_on(tenant, request, _same(actor.group, group), share)
    request.save(force_insert=True)
    _enter(tenant, actor, "vault.asked", request)
    return request


def _pass_on(tenant: Tenant, request: VaultRequest, group: Group, share: bytes) -> None:
    """Seal a share to everybody of the other group who had one that day and is there today."""
    had = {one for one in store.holders_of(tenant.pk, request.day) if one.group != group}
    others = had & set(people.holders(tenant))
    at = _place("passed", request.pk)
    sealed = [(one.user, boxes.seal(share, to=one.public, at=at)) for one in others]
    if not sealed:
        raise Nobody("nobody of the other group can open that day")
    if not store.ask_opening(request.pk, tenant=tenant.pk, day=request.day, boxes=sealed):
        raise Over("that day is over")


def agree(tenant: Tenant, actor: Opener, request_id: UUID, *, password: str) -> None:
    """Agree to a request of the other group. In the scope.

    Raises NotFound for one's own request and those of one's own group, WrongPassword, NotEnrolled,
    NoShare, Over.  Rule: D10.
    """
    request = _to_agree_to(actor).select_for_update().filter(pk=request_id).first()
    if request is None:
        raise NotFound("no such request")
    key = people.unlock(actor.user, password)
    found = AddressRecord.objects.filter(conversation=request.conversation).first()
    box = store.passed_to(actor.user.pk, opening=request.pk, tenant=tenant.pk)
    if box is None or found is None:
        raise Over("the time of this request is over")
    try:
        passed = boxes.unseal(box, key=key, at=_place("passed", request.pk))
    except Unopenable:
        raise NoShare("your password has been changed since it was asked") from None
    group, share = days.open_share(tenant, request.day, user=actor.user, key=key)
    _same(actor.group, group)
    address = open_address(found, key=days.join(passed, share))
    answer = _sealed_to_asker(tenant, request, address)
    if not store.answer_opening(request.pk, tenant=tenant.pk, answer=answer):
        raise Over("the time of this request is over")
    VaultRequest.objects.filter(pk=request.pk).update(agreed_by=actor.user, state=State.AGREED)
    _enter(tenant, actor, "vault.opened", request)


def _sealed_to_asker(tenant: Tenant, request: VaultRequest, address: Address) -> bytes:
    # To the key that the day was made for, in `keys`: main could be made to name another.
    holders = store.holders_of(tenant.pk, request.day)
    to = next((one.public for one in holders if one.user == request.asked_by_id), None)
    if to is None:
        raise Over("that day is over")
    return boxes.seal(address.plain(), to=to, at=_place("answer", request.pk))


def show(tenant: Tenant, actor: Opener, request_id: UUID, *, password: str) -> Shown:
    """Show the address to the one who asked. In the scope.

    The first time starts its half hour. Raises NotFound for anybody else, WrongPassword, Over.
    """
    request = request_of(actor, request_id)
    if request.asked_by_id != actor.user.pk:
        raise NotFound("no such request")
    key = people.unlock(actor.user, password)
    found = store.show_answer(request.pk, tenant=tenant.pk)
    if found is None:
        raise Over("it is not there to be shown")
    answer, until = found
    try:
        plain = boxes.unseal(answer, key=key, at=_place("answer", request.pk))
    except Unopenable:
        raise NoShare("your password has been changed since it was asked") from None
    _enter(tenant, actor, "vault.shown", request)
    return Shown(Address.of(plain), until)


def finish(tenant: Tenant, actor: Opener, request_id: UUID) -> None:
    """Destroy what an opening has passed, before its time. In the scope; by the asker alone."""
    request = request_of(actor, request_id)
    if request.asked_by_id != actor.user.pk:
        raise NotFound("no such request")
    store.end_opening(request.pk, tenant=tenant.pk)
    if request.state == State.ASKED:
        _enter(tenant, actor, "vault.withdrawn", request)
    VaultRequest.objects.filter(pk=request.pk).update(state=State.DONE)


def request_of(actor: Opener, request_id: UUID) -> VaultRequest:
    """Return a request that ``actor`` asked, or may agree or has agreed to. Raises NotFound."""
    found = VaultRequest.objects.select_related("asked_by").filter(pk=request_id).first()
    if found is None or (found.group == actor.group and found.asked_by_id != actor.user.pk):
        raise NotFound("no such request")
    return found


def open_requests(actor: Opener) -> list[VaultRequest]:
    """Return what ``actor`` has asked or may agree to, and is still to be done."""
    asked = VaultRequest.objects.filter(asked_by=actor.user).exclude(state=State.DONE)
    mine = list(asked.select_related("asked_by"))
    return mine + list(_to_agree_to(actor).select_related("asked_by"))


def openings_of_year(tenant: Tenant, year: int) -> int:
    """Return how many addresses were opened in a year (UTC), for the public. In the scope.

    Counted from the audit trail, so for as long as that is kept.  Rule: D7.
    """
    begin, end = (datetime(number, 1, 1, tzinfo=UTC) for number in (year, year + 1))
    opened = AuditEntry.objects.filter(action="vault.opened")
    return opened.filter(at_hour__gte=begin, at_hour__lt=end).count()


def _to_agree_to(actor: Opener) -> QuerySet[VaultRequest]:
    waiting = VaultRequest.objects.filter(state=State.ASKED)
    return waiting.exclude(group=actor.group).exclude(asked_by=actor.user)


def _same(group: Group, held: Group) -> Group:
    """Refuse who has changed sides since that day: two halves of one side are no two people."""
    if group != held:
        raise NoShare("you were of the other group on that day")
    return group


def _enter(tenant: Tenant, actor: Opener, action: str, request: VaultRequest) -> None:
    who = "" if actor.membership else f"operator {actor.user.pk}: "
    basis = f"{who}{Basis(request.basis).label} · {request.told}"
    record(tenant, actor=actor.membership, action=action, subject=request.conversation, basis=basis)


def _place(what: str, request: UUID) -> bytes:
    return boxes.place(what, request)


def due_requests(limit: int) -> Sequence[Due]:
    """Return requests whose time is over. As the purge role."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [limit])
        return [Due(request, (), "D7", since) for request, since in cursor.fetchall()]


def forget_requests(items: Sequence[Due]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [[item.id for item in items]])
        return int(cursor.rowcount)


def oldest_request() -> datetime | None:
    """Return when the oldest request that is still kept will be over."""
    ends = VaultRequest.objects.order_by("expires_at").values_list("expires_at", flat=True)
    return ends.first()


OPENING = Kind(
    name="opening",
    covers=(VaultRequest,),
    due=due_requests,
    forget=forget_requests,
    oldest=oldest_request,
)
