"""Pacts between two lines: who proposes, who decides, and what charters say."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from referrals.models import Partnership
from referrals.partnerships import (
    Terms,
    accept,
    decline,
    follow_charters,
    in_force,
    propose,
    remind_of_expiry,
    revoke,
    within_hours,
)
from referrals.promising import about_passing_on
from retention import clock
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.models import AuditEntry, Partner, Tenant, User
from tenants.scope import tenant_scope
from tests.clients import host_of
from tests.web import Client
from tests.world import encoded_password

pytestmark = pytest.mark.django_db(transaction=True)

Row = tuple[Any, ...]


def rows(line: Tenant) -> list[Row]:
    with tenant_scope(line):
        found = Partnership.objects.order_by("partner", "side")
        return list(found.values_list("partner", "side", "mode", "state", "rule"))


def trail(line: Tenant) -> list[str]:
    with tenant_scope(line):
        found = AuditEntry.objects.filter(action__startswith="partnership.").order_by("pk")
        return list(found.values_list("action", flat=True))


def test_charters_that_name_each_other_make_both_pacts(giver: Tenant, taker: Tenant) -> None:
    """Rule: B3, B4"""
    assert rows(giver) == [
        ("snakkompsyken", "gives", "live", "accepted", "B3"),
        ("snakkompsyken", "takes", "signpost", "accepted", "B4"),
    ]
    assert rows(taker) == [
        ("alarmtelefonen", "gives", "signpost", "accepted", "B4"),
        ("alarmtelefonen", "takes", "live", "accepted", "B3"),
    ]
    before = rows(giver)
    follow_charters(clock.now())
    assert rows(giver) == before

    with tenant_scope(taker):
        Partner.objects.filter(slug=giver.slug).delete()
    follow_charters(clock.now())

    assert {row[3] for line in (giver, taker) for row in rows(line)} == {"revoked"}


def test_pact_that_the_charters_say_no_more_is_made_anew_when_they_say_it_again(
    giver: Tenant, taker: Tenant
) -> None:
    """And what a line has ended itself stays so.  Rule: B3"""
    follow_charters(clock.now())
    seen = {living_pact(giver)}
    for _ in range(2):
        said_no_more_and_again(giver, taker)
        seen.add(living_pact(giver))
        assert living_pact(giver) == living_pact(taker, side="takes")
    assert len(seen) == 3

    with tenant_scope(giver):
        assert [one.rule for one in about_passing_on(giver, "en")] == ["B3"]
    revoke(giver, UUID(living_pact(giver)))
    follow_charters(clock.now())
    said_no_more_and_again(giver, taker)

    assert (living_pact(giver), living_pact(taker, side="takes")) == ("", "")
    with tenant_scope(giver):
        assert about_passing_on(giver, "en") == []


def living_pact(line: Tenant, side: str = "gives") -> str:
    with tenant_scope(line):
        rows = Partnership.objects.filter(side=side, mode="live", state="accepted")
        return str(rows.values_list("pact", flat=True).first() or "")


def said_no_more_and_again(giver: Tenant, taker: Tenant) -> None:
    with tenant_scope(taker):
        partner = Partner.objects.get(slug=giver.slug)
        partner.delete()
    follow_charters(clock.now())
    assert living_pact(giver) == ""
    with tenant_scope(taker):
        partner.pk = None
        partner.save(force_insert=True)
    follow_charters(clock.now())


def test_one_line_proposes_and_the_other_decides(giver: Tenant, third: Tenant) -> None:
    pact = propose(giver, third, Terms(criteria={"nb": "Rus"}), basis="agreed by letter")
    with pytest.raises(NotAllowed):
        accept(giver, pact)
    with pytest.raises(NotFound):
        accept(Tenant.objects.get(slug="snakkompsyken"), pact)
    with tenant_scope(third):
        assert in_force(third, Partnership.Side.TAKES, now=clock.now()) == []

    accept(third, pact)

    for line, side in ((giver, Partnership.Side.GIVES), (third, Partnership.Side.TAKES)):
        with tenant_scope(line):
            assert pact in {row.pact for row in in_force(line, side, now=clock.now())}
        assert trail(line)[-2:] == ["partnership.proposed", "partnership.accepted"]
    with pytest.raises(NotAllowed):
        decline(third, pact)
    revoke(giver, pact)
    with pytest.raises(NotAllowed):
        revoke(third, pact)
    assert trail(third)[-1] == "partnership.revoked"


def test_a_second_pact_of_the_same_kind_takes_the_place_of_the_first(
    giver: Tenant, taker: Tenant
) -> None:
    pact = propose(taker, giver, Terms(at_once=1), gives=False)

    accept(giver, pact)

    with tenant_scope(giver):
        (row,) = in_force(giver, Partnership.Side.GIVES, now=clock.now())
    assert (row.pact, row.at_once) == (pact, 1)
    follow_charters(clock.now())
    assert [row[3] for row in rows(giver) if row[1] == "gives"].count("accepted") == 1


@pytest.mark.parametrize(
    "terms",
    [
        Terms(mode="magic"),
        Terms(criteria={"fi": "x"}),
        Terms(criteria={"nb": "x" * 1001}),
        Terms(at_once=0),
        Terms(waits_minutes=121),
        Terms(hours=[[7, "10:00", "12:00"]]),
        Terms(hours=[["Monday"]]),
    ],
    ids=lambda terms: str(terms)[:40],
)
def test_terms_that_nobody_can_keep_are_refused(giver: Tenant, third: Tenant, terms: Terms) -> None:
    with pytest.raises(Invalid):
        propose(giver, third, terms)
    with pytest.raises(Invalid):
        propose(giver, giver, Terms())


def test_hours_and_the_last_day_hold_by_the_clock_of_who_takes(
    giver: Tenant, third: Tenant
) -> None:
    now = clock.now()
    here = now.astimezone(third.tzinfo)
    hour = here.replace(minute=0, second=0, microsecond=0)
    begins, ends = f"{hour:%H:%M}", f"{hour + timedelta(hours=1):%H:%M}"
    hours: list[list[int | str]] = [[hour.weekday(), begins, ends]]
    pact = propose(giver, third, Terms(hours=hours, expires_on=here.date()))
    accept(third, pact)
    with tenant_scope(third):
        (row,) = in_force(third, Partnership.Side.TAKES, now=now)
        assert within_hours(row, third, now=now)
        assert not within_hours(row, third, now=now + timedelta(hours=1))
        assert in_force(third, Partnership.Side.TAKES, now=now + timedelta(days=1)) == []

    remind_of_expiry()
    remind_of_expiry()

    assert [trail(line).count("partnership.ends") for line in (giver, third)] == [1, 1]


def test_operators_see_pacts_and_decide_none(giver: Tenant, third: Tenant) -> None:
    boss = User.objects.create(
        email="o@x.example", password=encoded_password(), is_staff=True, is_superuser=True
    )
    clerk = User.objects.create(email="c@x.example", password=encoded_password(), is_staff=True)
    url, host = "/referrals/partnership/", f"admin.{host_of(giver).partition('.')[2]}"
    propose(giver, third, Terms(criteria={"nb": "Rus"}))
    client = Client(headers={"host": host, "x-forwarded-proto": "https"})
    assert client.get(url).status_code == 302
    client.force_login(clerk)
    assert client.get(url).status_code == 403
    client.force_login(boss)

    page = client.get(url).content.decode()

    assert f"<td>{giver.slug}</td><td>{third.slug}</td>" in page
    assert "proposed" in page
    assert page.count('method="post"') == 1  # signing out
