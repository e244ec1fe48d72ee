"""The handbook at the office: every member reads it, those who lead the line write in it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from chat.handbook import articles, revisions
from chat.handbook.articles import Wording
from chat.models import Article, Sharing
from retention import clock
from tenants.models import AuditEntry, Role, Tenant
from tenants.scope import tenant_scope
from tests.office.doors import Door
from tests.web import Client, host_of
from tests.world import move_clock

pytestmark = pytest.mark.django_db(transaction=True)

BOOK, NEW, SHARING = (f"/desk/office/handbook/{at}" for at in ("", "new/", "sharing/"))
AT = "/desk/office/handbook/article/somn/"
SAID = {
    "title": "Sömn <b>",
    "slug": "somn",
    "category": "Vardag",
    "language": "sv",
    "body": "Gå upp samma tid.\r\n\r\nSe [annat](annat.md).",
}


@pytest.fixture
def lead(tenant: Tenant) -> Door:
    return Door.of(tenant, Role.SUPERVISOR)


def publish(door: Door, **changes: str) -> None:
    said = SAID | changes
    at = AT.replace("somn", said["slug"])
    to = f"{at}draft/" if door.get(at).status_code == 200 else NEW
    assert door.post(to, said).status_code == 302
    assert door.post(f"{at}publish/").status_code == 302


def looked_up(door: Door, path: str, typed: str) -> str:
    """Search as the pages do: what was typed is in no address."""
    answer = door.post(path, {"q": typed})
    assert answer.status_code == 200
    return answer.content.decode()


def answers(door: Door, path: str, said: dict[str, str] | None = None) -> tuple[int, int]:
    return door.get(path).status_code, door.post(path, said).status_code


def test_article_from_its_draft_to_its_next_version(lead: Door, counsellor: Door) -> None:
    assert lead.post(NEW, SAID).status_code == 302
    assert (counsellor.get(AT).status_code, "Sömn" in counsellor.read(BOOK)) == (404, False)
    there, nowhere = (counsellor.get(f"{at}versions/") for at in (AT, AT.replace("somn", "xyz")))
    assert (there.status_code, there.content) == (404, nowhere.content)
    assert lead.get(f"{AT}versions/").status_code == 200
    assert "utkast" in lead.read(BOOK).lower()
    assert lead.post(f"{AT}publish/").headers["Location"] == AT

    page = counsellor.get(AT).content.decode()
    assert "<p>Gå upp samma tid.</p>" in page
    assert "Sömn &lt;b&gt;</h1>" in page
    assert '<a href="/desk/office/handbook/article/annat/" data-article="annat">annat</a>' in page
    assert "<mark>tid</mark>" in looked_up(counsellor, BOOK, "tider")
    for path in (BOOK, "/desk/handbook/"):
        assert "<mark>" not in counsellor.get(path, q="tider").content.decode()

    publish(lead, body="Gå upp vid en fast tid.")
    page = counsellor.get(f"{AT}versions/").content.decode()
    assert re.findall(r'data-version="(\d)"', page) == ["2", "1"]
    assert re.findall(r'href="\?changes=(\d)', page) == ["2"]
    assert "<ins" not in page
    page = counsellor.get(f"{AT}versions/", changes="2").content.decode()
    assert re.findall(r"<(?:ins|del)[^>]*>([^<]*)", page) == [
        "Gå upp samma tid.",
        "Se [annat](annat.md).",
        "Gå upp vid en fast tid.",
    ]
    assert "supervisor 1" in page
    today = clock.now().astimezone(lead.tenant.tzinfo).date()
    asked = counsellor.read(f"{AT}versions/", on=today.isoformat(), lang="sv")
    before = counsellor.read(f"{AT}versions/", on=(today - timedelta(days=1)).isoformat())
    assert ("gällde version 2." in asked, "gällde ingen version." in before) == (True, True)


def test_form_says_what_is_wrong_and_keeps_what_was_written(lead: Door) -> None:
    answer = lead.post(
        f"{NEW}?lang=sv", SAID | {"slug": "En Adress", "body": "[x](http://example.org)"}
    )

    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Rad 1: En länk går till http://example.org." in page
    assert "enkla bindestreck" in page
    assert 'value="Sömn &lt;b&gt;"' in page


def test_body_of_more_lines_than_can_be_compared_is_refused(lead: Door) -> None:
    answer = lead.post(f"{NEW}?lang=en", SAID | {"body": "a\r\n" * 1_001})

    assert answer.status_code == 400
    assert "The article has more than 1,000 lines." in answer.content.decode()
    assert lead.post(NEW, SAID | {"body": "a\r\n" * 1_000}).status_code == 302


def test_who_may_not_write_finds_nothing_to_write_with(
    lead: Door, counsellor: Door, officer: Door, outsider: Door, administrator: Door
) -> None:
    """The outsider writes at another line; an address of this one is to them like none."""
    publish(lead)
    acts = ("draft", "publish", "discard", "withdraw", "reviewed")

    for door in (counsellor, officer):
        assert [answers(door, f"{AT}{act}/", SAID)[1] for act in acts] == [404] * 5
        assert [answers(door, page, SAID) for page in (NEW, SHARING)] == [(404, 404)] * 2
        assert "Gå upp samma tid." in door.read(AT)
    for page in (AT, *(f"{AT}{act}/" for act in acts), f"{AT}versions/"):
        there, nowhere = (outsider.post(one, SAID) for one in (page, page.replace("somn", "xyz")))
        assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)
        assert outsider.get(page).status_code in {404, 405}
    assert 'data-slug="somn"' not in looked_up(outsider, BOOK, "sömn")
    assert administrator.post(f"{AT}withdraw/").status_code == 302
    assert "Sömn" not in counsellor.read(BOOK)


def test_revision_that_is_due_is_marked_until_somebody_has_looked(
    tenant: Tenant, lead: Door, counsellor: Door
) -> None:
    """Rule: S5"""
    publish(lead)
    assert 'data-mark="due"' not in lead.get(BOOK).content.decode()
    move_clock(clock.now() + timedelta(days=340))
    assert 'data-mark="soon"' in counsellor.get(BOOK).content.decode()
    move_clock(clock.now() + timedelta(days=27))
    revisions.remind_revisions()

    assert 'data-mark="due"' in counsellor.get(BOOK).content.decode()
    assert "data-revisions-due" in lead.get(BOOK).content.decode()
    assert "data-revisions-due" not in counsellor.get(BOOK).content.decode()
    assert lead.post(f"{AT}reviewed/").status_code == 302
    assert "data-mark" not in lead.get(BOOK).content.decode()
    with tenant_scope(tenant):
        rows = AuditEntry.objects.filter(action__startswith="handbook.").order_by("pk")
        assert [(row.action, row.actor) for row in rows] == [
            ("handbook.published", lead.member.pk),
            ("handbook.revision_due", None),
            ("handbook.reviewed", lead.member.pk),
        ]


def test_version_from_a_day_to_come(lead: Door, counsellor: Door) -> None:
    publish(lead)
    lead.post(f"{AT}draft/", SAID | {"body": "Nytt från i morgon."})
    refused = lead.post(f"{AT}publish/", {"begins": "2020-01-01T10:00"})
    assert (refused.status_code, lead.post(f"{AT}publish/", {"begins": "x"}).status_code) == (
        409,
        409,
    )
    there = clock.now().astimezone(lead.tenant.tzinfo) + timedelta(days=1)
    assert lead.post(f"{AT}publish/", {"begins": f"{there:%Y-%m-%dT%H:%M}"}).status_code == 302

    assert "Gå upp samma tid." in counsellor.read(AT)
    move_clock(clock.now() + timedelta(days=1))
    assert "Nytt från i morgon." in counsellor.read(AT)


def test_article_is_shared_by_two_and_read_only_where_it_was_taken(
    tenant: Tenant, other: Tenant, lead: Door, outsider: Door
) -> None:
    publish(lead)
    assert lead.post(SHARING, {"article": "somn", "to": other.slug}).status_code == 302
    assert lead.post(SHARING, {"article": "somn", "to": other.slug}).status_code == 409
    with tenant_scope(other):
        agreement = Sharing.objects.get().agreement
    act = f"{SHARING}{agreement}/"
    copy = AT.replace("somn", f"{tenant.slug}-somn")
    assert lead.post(f"{act}accept/").status_code == 404
    assert outsider.get(copy).status_code == 404

    assert outsider.post(f"{act}accept/").status_code == 302
    page = outsider.get(copy).content.decode()
    assert ("Gå upp samma tid." in page, tenant.name in page, "draft/" in page) == (
        True,
        True,
        False,
    )
    assert answers(outsider, f"{copy}draft/", SAID) == (404, 404)
    publish(lead, body="Ny text.")
    assert "Ny text." in outsider.read(copy)
    assert lead.post(f"{act}end/").status_code == 302
    assert "Ny text." not in outsider.read(copy)
    with tenant_scope(other):
        assert Article.objects.get().owner == tenant.slug


def test_desk_reads_pieces_of_it_and_who_is_no_member_nothing(
    tenant: Tenant, lead: Door, counsellor: Door, outsider: Door
) -> None:
    assert "data-panel=" not in counsellor.get("/desk/").content.decode()
    publish(lead)
    desk = counsellor.get("/desk/").content.decode()
    assert ('data-panel="handbook"' in desk, 'data-key="KeyH"' in desk) == (True, True)

    found = looked_up(counsellor, "/desk/handbook/", "ti")
    assert ('data-article="somn"' in found, "<mark>tid</mark>" in found) == (True, True)
    read = counsellor.get("/desk/handbook/somn/").content.decode()
    assert re.findall(r'data-quote="([^"]*)"', read) == ["Gå upp samma tid.", "Se annat."]
    assert "somn" not in looked_up(outsider, "/desk/handbook/", "ti")
    there, nowhere = (outsider.get(f"/desk/handbook/{at}/") for at in ("somn", "xyz"))
    assert (there.status_code, there.content) == (404, nowhere.content)
    # As a browser does it: the form of the panel has the token that the search needs.
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = counsellor.client.cookies
    headers = {"host": host_of(tenant, "desk"), "origin": f"https://{host_of(tenant, 'desk')}"}
    page = strict.get("/desk/", headers=headers, secure=True).content.decode()
    panel = page[page.index("data-handbook-form") :]
    tokens = re.findall(r'name="csrfmiddlewaretoken" value="([^"]+)"', panel)
    for said, status in (({}, 403), ({"csrfmiddlewaretoken": tokens[0]}, 200)):
        answer = strict.post("/desk/handbook/", {"q": "ti", **said}, headers=headers, secure=True)
        assert answer.status_code == status
    counsellor.post("/desk/logout/")
    assert [counsellor.get(f"/desk/handbook/{at}").status_code for at in ("", "somn/")] == [
        403,
        403,
    ]


def test_list_asks_as_often_for_three_articles_as_for_one(tenant: Tenant, lead: Door) -> None:
    def asked(**said: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            lead.post(BOOK, said)
        if not said:
            assert not any('"body"' in query["sql"] for query in queries)
        return len(queries)

    publish(lead)
    lead.post(BOOK)
    one = [asked(), asked(q="tid")]
    with tenant_scope(tenant):
        for slug in ("b", "c"):
            wording = Wording("sv", slug, "Samma tid.")
            articles.draft_article(tenant, None, slug=slug, category="A", wording=wording)
            articles.publish_draft(tenant, None, slug)
    assert [asked(), asked(q="tid")] == one
