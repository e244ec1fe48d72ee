"""The proof: what is promised, held, overdue and sealed, and nothing that tells of a person."""

from __future__ import annotations

import json
import re
from datetime import timedelta

import pytest
from django.conf import settings

from chat.conversations import end_conversation
from chat.pages.enforcing import _HOW, _KINDS
from chat.states import By
from retention import clock, proof
from retention.kinds import registered
from retention.ledger import seal_days
from retention.proof import Figure
from retention.purge import purge
from tenants.models import Tenant
from tenants.policies import current_policy
from tenants.promises import all_sentences
from tenants.scope import tenant_scope
from tests import world
from tests.helpline.test_docs import missing_places
from tests.talks import begin
from tests.web import Client
from tests.world import move_clock

pytestmark = pytest.mark.django_db(transaction=True)
FEW = "Fewer than five, or none"


@pytest.fixture
def lines(transactional_db: None) -> list[Tenant]:
    return world.open_tenants("detfinneshjelp", "tidaholm")


@pytest.fixture
def tenant(lines: list[Tenant]) -> Tenant:
    """Kept three months.  Rule: T9"""
    return lines[1]


@pytest.fixture
def outsider(lines: list[Tenant]) -> Tenant:
    return lines[0]


def fetched(tenant: Tenant, path: str = "/proof/", language: str = "en") -> str:
    host = f"{tenant.slug}.{settings.HELPLINE_BASE}"
    answer = Client().get(path, {"lang": language}, headers={"host": host}, secure=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in answer.headers
    return answer.content.decode()


def rows(tenant: Tenant, section: str) -> dict[str, str]:
    """Return what the page tells of each kind in a section."""
    part = fetched(tenant).partition(f"data-{section}>")[2].partition("</section>")[0]
    return dict(re.findall(r'data-kind="(\w+)"><dt>[^<]+</dt><dd>([^<]+)</dd>', part))


def talks(tenant: Tenant, count: int) -> None:
    for _ in range(count):
        assert end_conversation(tenant, begin(tenant, "hej"), by=By.VISITOR)


def test_page_lists_what_is_held_after_talks_and_after_the_purge(
    tenant: Tenant, outsider: Tenant
) -> None:
    talks(tenant, 5)
    assert rows(tenant, "held")["conversation"] == "The oldest is less than a day old"
    assert rows(outsider, "held")["conversation"] == FEW

    move_clock(clock.now() + timedelta(days=10, hours=1))
    assert rows(tenant, "held")["conversation"] == "The oldest is less than 11 days old"

    move_clock(clock.now() + timedelta(days=123))
    purge()
    assert rows(tenant, "held")["conversation"] == FEW


def test_four_talks_look_like_none(tenant: Tenant) -> None:
    # The middle of a day: no date on the page changes meanwhile.
    move_clock(clock.now().replace(hour=12) + timedelta(days=1))
    seal_days()
    before = fetched(tenant)

    talks(tenant, 4)

    assert fetched(tenant) == before


def test_overdue_is_shown_while_nothing_purges(tenant: Tenant, outsider: Tenant) -> None:
    talks(tenant, 6)
    assert (rows(tenant, "overdue"), "data-on-time" in fetched(tenant)) == ({}, True)

    move_clock(clock.now() + timedelta(days=123))

    found = rows(tenant, "overdue")
    assert found.keys() == {"conversation", "farewell"}
    assert re.fullmatch(r"At least 6, since \d+ \w+ \d{4}", found["conversation"])
    assert "data-on-time" not in fetched(tenant)
    assert (rows(outsider, "overdue"), "data-on-time" in fetched(outsider)) == ({}, True)
    purge()
    assert (rows(tenant, "overdue"), "data-on-time" in fetched(tenant)) == ({}, True)


def test_few_that_are_overdue_are_not_counted_and_have_no_date(tenant: Tenant) -> None:
    talks(tenant, 4)

    move_clock(clock.now() + timedelta(days=123))

    assert rows(tenant, "overdue") == {
        "conversation": "Fewer than five", "farewell": "Fewer than five",
    }  # fmt: skip


def test_ledger_is_downloaded_with_the_hash_that_the_page_shows(
    tenant: Tenant, outsider: Tenant
) -> None:
    talks(tenant, 5)
    move_clock(clock.now() + timedelta(days=123))
    assert "data-unsealed" in fetched(tenant)
    purge()
    day = clock.now().date()
    move_clock(clock.now() + timedelta(days=1))
    seal_days()

    said, theirs = (json.loads(fetched(one, "/proof/ledger.json")) for one in (tenant, outsider))

    last = said["days"][-1]
    assert re.findall(r"data-digest>(\w+)<", fetched(tenant)) == [last["hash"]]
    assert [(one["kind"], one["due"], one["done"]) for one in last["counts"]] in (
        [("conversation", 5, 5), ("farewell", 5, 5)],
        [("farewell", 5, 5), ("conversation", 5, 5)],
    )
    told = f"deletions of a kind: {day.day} {day:%B} {day.year}."
    assert (told in fetched(tenant), told in fetched(outsider)) == (True, False)
    assert (said["tenant"], theirs["tenant"]) == (tenant.slug, outsider.slug)
    assert [one["counts"] for one in theirs["days"]] == [[]] * len(theirs["days"])
    assert last["hash"] not in fetched(outsider)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_each_promise_is_there_with_what_keeps_it(tenant: Tenant, language: str) -> None:
    with tenant_scope(tenant):
        said = all_sentences(tenant, current_policy(tenant), language=language)

    found = re.findall(
        r'data-enforced="(\w+)">\s*<dt>([^<]+)</dt>\s*<dd>[^<]+</dd>',
        fetched(tenant, "/proof/", language),
    )

    assert found == [(one.kind, one.text) for one in said]


def test_what_keeps_a_promise_is_where_the_page_says() -> None:
    places = [place for _, places in _HOW.values() for place in places]

    assert len(places) == 25
    assert missing_places(" ".join(f"`{place}`" for place in places)) == []


def test_every_kind_has_a_name_that_people_understand() -> None:
    assert {kind.name for kind in registered()} - _KINDS.keys() == set()


def test_figures_of_other_modules_are_shown(
    tenant: Tenant, outsider: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    def figure(asked: Tenant, language: str) -> Figure:
        return Figure(f"Opened in {language}", f"fewer than five at {asked.slug}")

    monkeypatch.setattr(proof, "figures", [figure])

    for one in (tenant, outsider):
        told = re.findall(r"data-figure><dt>([^<]+)</dt><dd>([^<]+)</dd>", fetched(one))
        assert told == [("Opened in en", f"fewer than five at {one.slug}")]
