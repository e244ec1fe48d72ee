"""A vault with people on both sides, and talks that are begun from an address."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from chat.conversations import open_conversation
from retention import clock
from retention.models import AddressRecord, VaultRequest
from retention.vault import days, openings, people
from retention.vault.openings import Opener, Shown
from retention.vault.records import Address, seal_address
from tenants.drafts import publish_draft, write_draft
from tenants.models import Policy, PolicyRule, Role, Tenant, User
from tenants.policies import current_policy, terms_of
from tenants.scope import tenant_scope
from tests.web import Header, ask, host_of
from tests.world import PASSWORD, encoded_password, hire

IP, PORT = "203.0.113.77", 50_123
ADDRESS = Address(IP, PORT, datetime(2026, 11, 22, 2, 58, 31, tzinfo=UTC))
BASIS = {"basis": "hpl31", "told": "Police operations centre, log 4711"}
JSON: Header = (b"content-type", b"application/json")


def operator(number: int = 1) -> User:
    """Return one of the platform's duty officers, enrolled; made if not there yet."""
    user, _ = User.objects.get_or_create(
        email=f"operator-{number}@helpline.example",
        defaults={
            "name": f"operator {number}",
            "password": encoded_password(),
            "is_staff": True,
            "is_superuser": True,
        },
    )
    people.enrol(user, PASSWORD)
    return user


def officer(tenant: Tenant, number: int = 1) -> User:
    """Return one of a tenant's officers, enrolled."""
    user = hire(tenant, Role.OFFICER, number).user
    people.enrol(user, PASSWORD)
    return user


def furnish(tenant: Tenant) -> tuple[User, User]:
    """Give the vault an officer and an operator, and the keys of today and tomorrow."""
    two = officer(tenant), operator()
    days.make_days()
    return two


async def begin_from(
    tenant: Tenant,
    client: tuple[str, int] | None = (IP, PORT),
    *,
    headers: Iterable[Header] = (),
) -> tuple[int, dict[str, object]]:
    """Ask for a talk as the server would pass it on from ``client``; return status and answer."""
    answer = await ask(
        "POST",
        host_of(tenant),
        "/api/conversations",
        body=b"{}",
        headers=[JSON, *headers],
        client=client,
    )
    return answer.status, answer.json()


def begun(tenant: Tenant) -> UUID:
    """Begin a talk whose address, ``ADDRESS``, is in the vault."""
    with tenant_scope(tenant):
        key = days.key_of_today(tenant)
        assert key
        return open_conversation(tenant, sealed=seal_address(key, ADDRESS)).conversation


def records_of(tenant: Tenant) -> list[UUID]:
    """Return the talks whose addresses the application sees in the vault."""
    with tenant_scope(tenant):
        return list(AddressRecord.objects.values_list("conversation", flat=True))


def opener_of(tenant: Tenant, user: User) -> Opener:
    with tenant_scope(tenant):
        return openings.opener(tenant, user)


def ask_for(tenant: Tenant, user: User, talk: UUID, *, password: str = PASSWORD) -> VaultRequest:
    with tenant_scope(tenant):
        who = openings.opener(tenant, user)
        return openings.ask(tenant, who, reference=str(talk), password=password, **BASIS)


def agree_to(
    tenant: Tenant, user: User, request: VaultRequest, *, password: str = PASSWORD
) -> None:
    with tenant_scope(tenant):
        openings.agree(tenant, openings.opener(tenant, user), request.pk, password=password)


def shown_to(
    tenant: Tenant, user: User, request: VaultRequest, *, password: str = PASSWORD
) -> Shown:
    with tenant_scope(tenant):
        return openings.show(tenant, openings.opener(tenant, user), request.pk, password=password)


def year() -> int:
    return datetime.now(UTC).year


def publish_days(tenant: Tenant, days_kept: int | None, *, ahead: timedelta = timedelta()) -> None:
    """Publish, from now or ``ahead`` on, a version that keeps addresses so long, or not at all. In the scope."""
    terms = terms_of(current_policy(tenant))
    keep = [one for one in terms.keep if one.kind != PolicyRule.Kind.ADDRESS]
    if days_kept is not None:
        life = next(one for one in terms.keep if one.kind == PolicyRule.Kind.ADDRESS)
        keep.append(replace(life, amount=days_kept))
    address = Policy.Address.NEVER if days_kept is None else Policy.Address.VAULT
    write_draft(tenant, replace(terms, address=address.value, keep=tuple(keep)))
    now = clock.now()
    publish_draft(tenant, begins_at=now + ahead, now=now)
