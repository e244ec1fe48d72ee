"""The vault as its people meet it: two open one address, and nobody opens it alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from uuid import UUID

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import connections

from retention import clock
from retention.vault import boxes, days, openings, people, store
from retention.vault.boxes import Unopenable
from retention.vault.openings import Over, openings_of_year
from retention.vault.people import WrongPassword
from retention.vault.records import Address, reference_of
from retention.vault.store import Group
from tenants.errors import NotFound
from tenants.models import AuditEntry, Role, Tenant, User
from tenants.scope import tenant_scope
from tests import vault
from tests.talks import owner_rows
from tests.world import PASSWORD, hire

pytestmark = pytest.mark.django_db(transaction=True)


def trail(tenant: Tenant) -> list[tuple[str, bool, UUID | None]]:
    with tenant_scope(tenant):
        rows = AuditEntry.objects.filter(action__startswith="vault.").order_by("id")
        return [(one.action, one.actor is not None, one.subject) for one in rows]


@pytest.mark.parametrize("asks", [0, 1], ids=["officer asks", "operator asks"])
def test_two_people_open_one_address_for_the_one_who_asked(
    tenant: Tenant, other: Tenant, two: tuple[User, User], talk: UUID, asks: int
) -> None:
    """Rule: D7, D10"""
    asker, helper = two[asks], two[1 - asks]
    outsider = vault.officer(other)
    request = vault.ask_for(tenant, asker, talk)
    vault.agree_to(tenant, helper, request)

    shown = vault.shown_to(tenant, asker, request)

    assert shown.address == vault.ADDRESS
    assert repr(shown.address) == "Address(…)"
    for nobody in (helper, outsider):
        with pytest.raises(NotFound):
            vault.shown_to(tenant, nobody, request)
    assert trail(tenant) == [
        ("vault.asked", asks == 0, talk),
        ("vault.opened", asks == 1, talk),
        ("vault.shown", asks == 0, talk),
    ]
    with tenant_scope(tenant):
        assert openings_of_year(tenant, vault.year()) == 1
        assert openings_of_year(tenant, vault.year() - 1) == 0
    with tenant_scope(other):
        assert openings_of_year(other, vault.year()) == 0


def test_talk_is_named_by_its_short_reference(
    tenant: Tenant, two: tuple[User, User], talk: UUID
) -> None:
    asker = vault.opener_of(tenant, two[0])
    vault.begun(tenant)

    with tenant_scope(tenant):
        request = openings.ask(
            tenant, asker, reference=reference_of(talk), password=PASSWORD, **vault.BASIS
        )

    assert request.conversation == talk


# Nobody alone.


@pytest.mark.parametrize("who", [0, 1], ids=["officer", "operator"])
def test_nobody_agrees_to_their_own_or_their_groups_request(
    tenant: Tenant, two: tuple[User, User], talk: UUID, who: int
) -> None:
    colleague = vault.officer(tenant, 2) if who == 0 else vault.operator(2)
    request = vault.ask_for(tenant, two[who], talk)

    for nobody in (two[who], colleague):
        with pytest.raises(NotFound):
            vault.agree_to(tenant, nobody, request)
    with pytest.raises(Over):
        vault.shown_to(tenant, two[who], request)
    vault.agree_to(tenant, two[1 - who], request)


@pytest.mark.parametrize("role", [Role.COUNSELLOR, Role.SUPERVISOR, Role.ADMINISTRATOR, "outsider"])
def test_vault_is_not_there_for_others(
    tenant: Tenant, other: Tenant, two: tuple[User, User], talk: UUID, role: str
) -> None:
    if role == "outsider":
        nobody = vault.officer(other)
    else:
        nobody = hire(tenant, role).user
        people.enrol(nobody, PASSWORD)
    request = vault.ask_for(tenant, two[0], talk)

    steps: list[Callable[[], object]] = [
        lambda: vault.ask_for(tenant, nobody, talk),
        lambda: vault.agree_to(tenant, nobody, request),
        lambda: vault.shown_to(tenant, nobody, request),
    ]
    for step in steps:
        with pytest.raises(NotFound):
            step()
    assert [entry[0] for entry in trail(tenant)] == ["vault.asked"]


def test_talk_of_another_line_is_unknown(
    tenant: Tenant, other: Tenant, two: tuple[User, User], talk: UUID
) -> None:
    outsider = vault.officer(other)

    with pytest.raises(NotFound) as foreign:
        vault.ask_for(other, outsider, talk)
    with pytest.raises(NotFound) as unknown:
        vault.ask_for(other, outsider, UUID(int=7))

    assert str(foreign.value) == str(unknown.value)


def test_wrong_password_opens_nothing(tenant: Tenant, two: tuple[User, User], talk: UUID) -> None:
    officer, operator = two
    with pytest.raises(WrongPassword):
        vault.ask_for(tenant, officer, talk, password="not this one")
    request = vault.ask_for(tenant, officer, talk)
    with pytest.raises(WrongPassword):
        vault.agree_to(tenant, operator, request, password="not this one")
    vault.agree_to(tenant, operator, request)
    with pytest.raises(WrongPassword):
        vault.shown_to(tenant, officer, request, password="not this one")
    assert vault.shown_to(tenant, officer, request).address == vault.ADDRESS


class Thief:
    """Has every row of both instances, and the passwords of ``users``."""

    def __init__(self, *users: User) -> None:
        self.keys = {user.pk: people.unlock(user, PASSWORD) for user in users}
        self.raw = {bytes(row[0]) for row in self._rows()}

    def opens(self) -> list[Address]:
        """Try every key and half, whole and joined, on every box at every place."""
        halves = set(self._opened(self.keys.values()))
        pairs = {bytes(a ^ b for a, b in zip(x, y, strict=True)) for x in halves for y in halves}
        tried = [*self.keys.values(), *map(boxes.key_of, self._keylike(halves | pairs | self.raw))]
        return [Address.of(plain) for plain in self._opened(tried) if len(plain) > boxes.KEY_BYTES]

    def _opened(self, keys: object) -> Iterator[bytes]:
        for key in keys:  # type: ignore[attr-defined]  # of keys
            for box in self.raw:
                for at in self._places():
                    yield from self._tried(box, key, at)

    @staticmethod
    def _tried(box: bytes, key: X25519PrivateKey, at: bytes) -> Iterator[bytes]:
        try:
            yield boxes.unseal(box, key=key, at=at)
        except Unopenable:
            return

    @staticmethod
    def _keylike(found: set[bytes]) -> list[bytes]:
        return [one for one in found if len(one) == boxes.KEY_BYTES]

    @staticmethod
    def _rows() -> list[tuple[bytes]]:
        rows = owner_rows("default", "SELECT box FROM retention_addressrecord")
        rows += owner_rows("default", "SELECT public FROM retention_vaultperson")
        for query in (
            "SELECT box FROM vault_share",
            "SELECT public FROM vault_day",
            "SELECT box FROM vault_passed",
            "SELECT answer FROM vault_opening WHERE answer IS NOT NULL",
            "SELECT secret FROM segment_key",
        ):
            rows += owner_rows("keys", query)
        return rows

    @staticmethod
    def _places() -> list[bytes]:
        dated = owner_rows("keys", "SELECT tenant, day::text FROM vault_day")
        asked = [row[0] for row in owner_rows("default", "SELECT id FROM retention_vaultrequest")]
        return (
            [boxes.place("address", tenant, day) for tenant, day in dated]
            + [boxes.place("share", tenant, day, group) for tenant, day in dated for group in Group]
            + [boxes.place(what, one) for one in asked for what in ("passed", "answer")]
        )


@pytest.mark.parametrize("who", [0, 1], ids=["officer", "operator"])
def test_one_password_and_all_rows_of_both_instances_open_nothing(
    tenant: Tenant, two: tuple[User, User], talk: UUID, who: int
) -> None:
    """Nor do the rows alone; two passwords do, so the thief knows how.  Rule: D7"""
    assert Thief().opens() == []
    assert Thief(two[who]).opens() == []

    assert set(Thief(*two).opens()) == {vault.ADDRESS}


def test_who_is_in_both_groups_has_one_half(tenant: Tenant) -> None:
    both = vault.officer(tenant)
    User.objects.filter(pk=both.pk).update(is_staff=True)
    both.refresh_from_db()
    days.make_days()
    assert store.public_of_today(tenant.pk) is None

    vault.officer(tenant, 2)
    days.make_days()
    vault.begun(tenant)

    held = {(one.user, one.group) for one in store.holders_of(tenant.pk, clock.now().date())}
    assert [group for user, group in held if user == both.pk] == [Group.PLATFORM]
    assert Thief(both).opens() == []


@pytest.mark.parametrize(
    "statement",
    [
        *(f"TABLE vault_{name}" for name in ("day", "share", "opening", "passed")),
        "UPDATE vault_day SET expires_at = 'infinity'",
        "DELETE FROM vault_share",
        "SELECT vault_today()",
    ],
)
def test_application_may_not_reach_behind_the_functions(tenant: Tenant, statement: str) -> None:
    with (
        psycopg.connect(app_url()) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement.encode())


def app_url() -> str:
    given = connections["keys"].get_connection_params()
    kept = {name: given[name] for name in ("host", "port", "user", "password", "dbname")}
    return psycopg.conninfo.make_conninfo(**kept)


def test_functions_that_are_given_another_line_do_nothing(
    tenant: Tenant, other: Tenant, two: tuple[User, User], talk: UUID
) -> None:
    officer, operator = two
    today = clock.now().date()
    request = vault.ask_for(tenant, officer, talk)

    assert store.public_of_today(other.pk) is None
    assert store.holders_of(other.pk, today) == set()
    assert store.read_share(other.pk, today, officer.pk) is None
    assert store.passed_to(operator.pk, opening=request.pk, tenant=other.pk) is None
    assert store.answer_opening(request.pk, tenant=other.pk, answer=b"lie") is False
    store.shorten_days(other.pk, {today: clock.now()})
    store.end_opening(request.pk, tenant=other.pk)

    vault.agree_to(tenant, operator, request)
    assert store.show_answer(request.pk, tenant=other.pk) is None
    assert vault.shown_to(tenant, officer, request).address == vault.ADDRESS
