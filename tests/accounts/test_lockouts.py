"""Guessing is slow, tells nothing, and keeps nobody from their work.  Rule: S7, U3, B8"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, make_password
from pytest_django import Settings

from chat.calls import call
from tenants import clock, lockouts, staff
from tenants.models import Tenant, User
from tests import web
from tests.accounts.visits import Visit
from tests.talks import owner_rows
from tests.web import host_of, origin_at
from tests.world import PASSWORD, address_of, encoded_password, hire, move_clock

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("password_is_enough"),
]


class Counted(MD5PasswordHasher):
    """A quick one that counts what it is asked."""

    algorithm = "counted"
    asked: ClassVar[list[str]] = []

    def encode(self, password: str, salt: str, *more: Any) -> str:
        self.asked.append(password)
        return super().encode(password, salt)


@pytest.fixture(autouse=True)
def _quick(settings: Settings) -> None:
    # Made once for all tests, by the hasher of all others.
    encoded_password()
    settings.PASSWORD_HASHERS = [f"{__name__}.Counted"]


def counsellor_at(tenant: Tenant) -> Visit:
    member = hire(tenant)
    User.objects.filter(pk=member.user_id).update(password=make_password(PASSWORD))
    return Visit.desk(tenant, address_of(tenant, "counsellor", 1))


def test_wrong_unknown_foreign_and_shut_out_are_answered_alike_after_one_hash(
    tenant: Tenant, other: Tenant
) -> None:
    own, foreign = counsellor_at(tenant), counsellor_at(other)
    gone = hire(tenant, "counsellor", 2).user
    User.objects.filter(pk=gone.pk).update(password=make_password(PASSWORD))
    staff.deactivate(gone)

    answers = []
    for login, password in (
        (own.login, "wrong"),
        ("nobody@nowhere.example", PASSWORD),
        (foreign.login, PASSWORD),
        (gone.email, PASSWORD),
    ):
        Counted.asked.clear()
        answer = Visit.desk(tenant, "x@y.example").post(
            "/desk/login/", login=login, password=password
        )
        said = re.sub(r'value="[^"]*"', "", answer.content.decode())
        answers.append((answer.status_code, len(Counted.asked), said))
    assert answers == [answers[0]] * 4
    assert answers[0][:2] == (403, 1)


def test_tenth_wrong_one_locks_the_name_alone_for_ten_minutes_whether_or_not_it_exists(
    tenant: Tenant,
) -> None:
    visit = counsellor_at(tenant)
    at_work = Visit.desk(tenant, visit.login)
    assert at_work.sign_in().status_code == 302
    nobody = Visit.desk(tenant, "nobody@nowhere.example")
    for one in (visit, nobody):
        assert [one.sign_in("wrong").status_code for _ in range(11)] == [403] * 10 + [429]

    # The right one is not looked at either, in whatever letters the name is written.
    Counted.asked.clear()
    visit.login = visit.login.upper()
    assert (visit.sign_in().status_code, Counted.asked) == (429, [])
    # Whoever is at work goes on; whoever has another name comes in.
    assert at_work.get("/desk/").status_code == 200
    hire(tenant, "counsellor", 2)
    User.objects.update(password=make_password(PASSWORD))
    assert Visit.desk(tenant, address_of(tenant, "counsellor", 2)).sign_in().status_code == 302

    locked_at = clock.now()
    move_clock(locked_at + timedelta(minutes=9, seconds=50))
    assert visit.sign_in().status_code == 429
    # What was tried while it was locked has not made it longer.
    move_clock(locked_at + timedelta(minutes=10))
    assert visit.sign_in().status_code == 302


def test_who_is_locked_out_of_the_door_unlocks_their_own_desk(tenant: Tenant) -> None:
    at_work = counsellor_at(tenant)
    at_work.sign_in()
    guesser = Visit.desk(tenant, at_work.login)
    move_clock(clock.now() + timedelta(minutes=15))
    for _ in range(10):
        guesser.sign_in("wrong")
    assert guesser.sign_in().status_code == 429

    assert at_work.get("/desk/").status_code == 302
    assert at_work.post("/desk/unlock/", password=PASSWORD).status_code == 302
    assert at_work.get("/desk/").status_code == 200


def test_what_is_kept_names_nobody_and_goes_with_the_lock(tenant: Tenant) -> None:
    visit = counsellor_at(tenant)
    visit.sign_in("wrong")
    [row] = owner_rows("default", "SELECT row_to_json(one)::text FROM axes_accessattempt one")
    logs = owner_rows("default", "SELECT count(*) FROM axes_accesslog")

    assert [said for said in (visit.login, "wrong", "/desk/", "127.0.0.1") if said in row[0]] == []
    assert logs == [(0,)]
    move_clock(clock.now() + timedelta(minutes=9))
    assert lockouts.forget_old() == 0
    move_clock(clock.now() + timedelta(minutes=1))
    assert lockouts.forget_old() == 1


async def test_place_is_counted_by_a_bucket_that_no_address_can_be_read_from(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(lockouts.LIMITS, lockouts.PLACE, 3)
    await call(counsellor_at, tenant)

    async def tried(address: str, login: str) -> int:
        page = await web.ask("GET", host_of(tenant, "desk"), "/desk/login/")
        [token] = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page.body.decode())
        form = f"csrfmiddlewaretoken={token}&login={login}&password=wrong"
        headers = [
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"origin", origin_at(host_of(tenant, "desk")).encode()),
            (b"cookie", "; ".join(f"{key}={one}" for key, one in page.cookies.items()).encode()),
        ]
        where = (address, 50000)
        host = host_of(tenant, "desk")
        answer = await web.ask(
            "POST", host, "/desk/login/", body=form.encode(), headers=headers, client=where
        )
        return answer.status

    found = [await tried("203.0.113.9", f"guess-{number}") for number in range(4)]
    elsewhere = await tried("198.51.100.7", "guess-5")

    assert (found, elsewhere) == ([403, 403, 403, 429], 403)
    rows = await call(owner_rows, "default", "SELECT host(ip_address) FROM axes_accessattempt")
    assert {row[0] for row in rows} & {"203.0.113.9", "198.51.100.7"} == set()
