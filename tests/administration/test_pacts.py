"""Pacts between two lines, each in its own administration: what both do, and what neither sees.  Rule: B3-B5"""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest

from referrals.models import Partnership
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests import world
from tests.administration.inside import Inside, trail, words_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lines() -> list[Tenant]:
    return world.open_tenants("sexogsamfunn", "tidaholm", "urph")


def proposal(line: Tenant, **changes: str) -> dict[str, str]:
    return {
        "partner": line.slug,
        "side": "gives",
        "mode": "live",
        "at_once": "2",
        "waits_minutes": "10",
        "criteria_nb": "Rus",
        "from_0": "16:00",
        "to_0": "22:00",
        "basis": "letter",
        **changes,
    }


def row_of(line: Tenant) -> Partnership:
    with tenant_scope(line):
        return Partnership.objects.get()


def acts_of(line: Tenant) -> list[tuple[str, str, UUID | None]]:
    return [(one.action, one.basis, one.actor) for one in trail(line)]


def test_one_line_proposes_the_other_accepts_and_ends_it_with_a_basis(lines: list[Tenant]) -> None:
    giver, taker, third = lines
    here, there, nobody = (Inside.of(line) for line in lines)

    for wrong in ({"to_0": ""}, {"expires_on": "2020-01-01"}, {"partner": giver.slug}):
        assert here.post("partners/propose/", proposal(taker, **wrong)).status_code == 400
    assert here.post("partners/propose/", proposal(taker)).status_code == 302

    own, other = row_of(giver), row_of(taker)
    assert (own.side, other.side, own.state, other.state) == ("gives", "takes", *["proposed"] * 2)
    assert other.hours == [[0, "16:00", "22:00"]]
    path = f"partners/{own.pact}/"
    # Who has asked does not answer, and whoever it is not about finds nothing.
    here.post(f"{path}accept/", {"basis": "x"})
    assert row_of(giver).state == "proposed"
    assert nobody.get(path).status_code == 404
    assert nobody.post(f"{path}accept/", {"basis": "x"}).status_code == 404
    assert nobody.post(f"{path}vanish/").status_code == 404
    assert "data-waiting" in there.get("partners/").content.decode()
    waiting = there.read("partners/")
    shown = there.read(path)
    for words in ("Monday 16:00–22:00", "Rus", "How long the talk is kept", giver.name):
        assert words in shown
    assert there.post(f"{path}accept/", {"basis": "board"}).status_code == 302
    assert (row_of(giver).state, row_of(taker).state) == ("accepted", "accepted")
    assert taker.name in here.read("partners/")
    assert taker.name not in nobody.read("partners/")
    there.post(f"{path}revoke/")
    assert row_of(taker).state == "accepted"
    there.post(f"{path}revoke/", {"basis": "closing down"})

    assert (row_of(giver).state, row_of(taker).state) == ("revoked", "revoked")
    assert "not agreed on yet" in waiting
    assert "not agreed on yet" not in there.read("partners/")
    assert acts_of(giver) == [("partnership.proposed", "letter", here.member.pk)]
    assert acts_of(taker) == [
        ("partnership.accepted", "board", there.member.pk),
        ("partnership.revoked", "closing down", there.member.pk),
    ]
    assert trail(taker)[-1].changes == {"state": ["accepted", "revoked"]}
    assert trail(giver)[0].changes["at_once"] == ["", "2"]
    told = there.read("trail/")
    for words in ("The other line, or the platform", "16:00–22:00", "Rus", "Who passes on"):
        assert words in told
    assert "Their visitors can go on to this line" in told
    assert "{" not in told
    assert trail(third) == []


def test_unknown_pact_and_another_lines_are_answered_alike(lines: list[Tenant]) -> None:
    giver, taker, _third = lines
    Inside.of(giver).post("partners/propose/", proposal(taker))
    nobody = Inside.of(lines[2])

    answers = [words_of(nobody.get(f"partners/{pact}/")) for pact in (row_of(giver).pact, uuid4())]

    assert answers[0] == answers[1]
