"""Versions of what is promised: written, laid beside the one before, published, and told in the trail."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from retention import clock
from tenants.drafts import contradictions, first_terms
from tenants.models import Policy, Tenant
from tenants.policies import current_policy
from tenants.scope import tenant_scope
from tests import world
from tests.administration.inside import Inside, trail, words_of
from tests.office.doors import Door
from tests.office.test_policy import THREE_MONTHS, changes_on
from tests.talks import begin, texts_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def tenant() -> Tenant:
    """Kept three months.  Rule: T9"""
    return world.open_tenants("tidaholm", "urph")[0]


def said(tenant: Tenant, **changes: object) -> dict[str, object]:
    with tenant_scope(tenant):
        policy = current_policy(tenant)
    words = {f"words_{language}": text for language, text in policy.texts.items()}
    return {**THREE_MONTHS, **words, "words_rule": policy.rules["words"], **changes}


def published(tenant: Tenant) -> list[int]:
    with tenant_scope(tenant):
        rows = Policy.objects.filter(published_at__isnull=False).order_by("version")
        return [row.version for row in rows]


EARLIER = "Talks that are deleted earlier than was promised"
OFFICE = "/desk/office/policy/"


def counts_on(html: str) -> list[str]:
    return re.findall(r"<li data-count>(.*?)</li>", html)


def test_contradiction_stands_at_its_field_and_is_not_published(tenant: Tenant) -> None:
    inside = Inside.of(tenant)

    answer = inside.post("promises/draft/", said(tenant, may_erase="on", access="own_journal"))
    assert answer.status_code == 400
    answer = inside.post("promises/draft/", said(tenant, may_erase="on"))

    html = answer.content.decode()
    line = re.search(r'name="may_erase".*?</div>', html, re.DOTALL)
    assert line
    assert "This cannot be promised together: talks are kept after they end." in line[0]
    assert html.count("data-problem>") == 1
    assert inside.post("promises/publish/").status_code == 400
    assert published(tenant) == [1]
    assert inside.post("promises/discard/").status_code == 302
    assert "Draft the next version" in inside.read("promises/")


def test_stricter_version_is_asked_about_published_and_told_in_the_trail(tenant: Tenant) -> None:
    """Rule: T9"""
    inside = Inside.of(tenant)
    talk = begin(tenant, "hej")
    change = said(tenant, conversation_ended_amount="14", conversation_ended_unit="days")

    answer = inside.post("promises/draft/", change)
    assert answer.headers["Location"] == f"/t/{tenant.slug}/promises/publish/"
    asked = inside.get("promises/publish/").content.decode()
    assert changes_on(asked) == [
        ("stricter", "A talk that has ended: before “is kept for 3 months”, now “is kept for 14 days”.")
    ]  # fmt: skip
    assert ("data-shortens" in asked, "data-loosens" in asked) == (True, False)
    # One talk is not told, as little as in the figures; five are. At another line they are nobody's.
    assert counts_on(asked) == [f"{EARLIER}: fewer than five."]
    for _ in range(4):
        begin(tenant, "hej")
    assert counts_on(inside.get("promises/publish/").content.decode()) == [f"{EARLIER}: 5."]
    assert counts_on(Door.of(tenant, "administrator").get(OFFICE, lang="en").content.decode()) == [
        f"{EARLIER}: 5."
    ]
    assert counts_on(inside.get("promises/").content.decode()) == []
    late = inside.post("promises/publish/", {"begins": "2020-01-01T10:00"})
    assert "It can begin at" in words_of(late)
    later = clock.now().astimezone(tenant.tzinfo) + timedelta(hours=2)
    begins = f"{later:%Y-%m-%dT%H:%M}"
    assert inside.post("promises/publish/", {"begins": begins}).status_code == 302

    listed = inside.get("promises/").content.decode()
    assert re.findall(r'data-version="(\w+)"', listed) == ["coming", "now"]
    world.move_clock(later)
    listed = inside.get("promises/").content.decode()
    assert re.findall(r'data-version="(\w+)"', listed) == ["now", "before"]
    assert texts_in(tenant, talk) == ["hej"]
    (entry,) = trail(tenant)
    assert (entry.action, entry.actor) == ("policy.published", inside.member.pk)
    assert entry.changes == {
        "keep.conversation.ended": [
            "3 months (T9), held by access",
            "14 days (T9), held by access",
        ]
    }


def test_line_that_has_promised_nothing_begins_with_the_least(tenant: Tenant) -> None:
    with tenant_scope(tenant):
        assert contradictions(first_terms()) == []
