"""The method book: versions that hold from and until a moment, found by any form of a word."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import TypeVar
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction

from chat.handbook import articles, revisions, search, sharing
from chat.handbook.articles import Faulty, Wording
from chat.handbook.markdown import passages
from chat.handbook.wordings import Line, changed_lines
from chat.models import Article, Sharing, Version
from helpline.owner import as_owner
from helpline.processes import wait_until
from retention import clock
from retention.reviews import today_at
from tenants.errors import Invalid, NotAllowed, NotFound
from tenants.models import AuditEntry, Membership, Role, Tenant
from tenants.scope import tenant_scope
from tests import emptied, world
from tests.talks import owner_rows

pytestmark = pytest.mark.django_db(transaction=True)
R = TypeVar("R")

SLEEP = Wording("nb", "Søvn", "Ungdommer **sover** dårlig når de bekymrer seg.\n")
LATER = Wording("nb", "Søvn", "Stå opp til samme tid.\n")


@pytest.fixture
def editor(tenant: Tenant) -> Membership:
    return world.hire(tenant, Role.SUPERVISOR)


@pytest.fixture
def taker(other: Tenant) -> Membership:
    return world.hire(other, Role.ADMINISTRATOR)


def written(
    tenant: Tenant, actor: Membership | None, slug: str = "sovn", wording: Wording = SLEEP
) -> Version:
    """Publish an article, or its next version, for every line that has it."""
    with transaction.atomic():
        with tenant_scope(tenant):
            if Article.objects.filter(slug=slug).exists():
                articles.redraft(tenant, actor, slug, category="Søvn", wording=wording)
            else:
                articles.draft_article(tenant, actor, slug=slug, category="Søvn", wording=wording)
            version = articles.publish_draft(tenant, actor, slug)
        sharing.pass_on(tenant, version.article)
    return version


def inside(tenant: Tenant, ask: Callable[[], R]) -> R:
    with tenant_scope(tenant):
        return ask()


def read(tenant: Tenant) -> dict[str, str]:
    """Return what is in force at a line: the bodies, by slug."""
    rows = inside(tenant, lambda: list(articles.in_force(clock.now())))
    return {row.article.slug: row.body for row in rows}


def slugs(tenant: Tenant, typed: str) -> list[str]:
    found = inside(tenant, lambda: search.find_articles(typed))
    return [one.version.article.slug for one in found]


def trail(tenant: Tenant) -> list[tuple[str, str]]:
    rows = inside(tenant, lambda: list(AuditEntry.objects.order_by("pk")))
    return [(row.action, row.basis) for row in rows if row.action.startswith("handbook.")]


def test_version_holds_from_its_moment_until_the_next_and_can_be_asked_for(
    tenant: Tenant, editor: Membership
) -> None:
    before = clock.now()
    first = written(tenant, editor)
    begins = clock.now() + timedelta(days=10)
    with tenant_scope(tenant):
        articles.redraft(tenant, editor, "sovn", category="Søvn", wording=LATER)
        articles.publish_draft(tenant, editor, "sovn", begins_at=begins)

    def held(at: object) -> int:
        with tenant_scope(tenant):
            version = articles.version_in_force(articles.article_named("sovn"), at)  # type: ignore[arg-type]  # a moment
        return version.number if version else 0

    moments = (before, first.begins_at, begins - timedelta(seconds=1), begins)
    assert [held(at) for at in moments] == [0, 1, 1, 2]
    world.move_clock(begins + timedelta(hours=1))
    assert read(tenant) == {"sovn": LATER.body}
    inside(tenant, lambda: articles.withdraw_article(tenant, editor, "sovn"))
    assert (read(tenant), held(begins)) == ({}, 2)
    assert trail(tenant) == [
        ("handbook.published", "sovn, 1"),
        ("handbook.published", "sovn, 2"),
        ("handbook.withdrawn", "sovn"),
    ]


def test_version_that_comes_sooner_takes_the_place_of_one_that_was_to_come(
    tenant: Tenant, editor: Membership
) -> None:
    written(tenant, editor)
    with tenant_scope(tenant):
        articles.redraft(tenant, editor, "sovn", category="Søvn", wording=LATER)
        articles.publish_draft(tenant, editor, "sovn", begins_at=clock.now() + timedelta(days=10))
    written(tenant, editor, wording=Wording("nb", "Søvn", "Noe annet.\n"))

    world.move_clock(clock.now() + timedelta(days=11))
    assert read(tenant) == {"sovn": "Noe annet.\n"}
    with tenant_scope(tenant), pytest.raises(NotFound):
        articles.publish_draft(tenant, editor, "sovn")


def test_database_refuses_to_change_what_was_published(tenant: Tenant, editor: Membership) -> None:
    version = written(tenant, editor)
    inside(tenant, lambda: articles.withdraw_article(tenant, editor, "sovn"))

    changes = ({"body": "x"}, {"begins_at": clock.now()}, {"ends_at": None})
    for change in changes:
        with tenant_scope(tenant), pytest.raises(IntegrityError, match="never changed"):
            Version.objects.filter(pk=version.pk).update(**change)
    with tenant_scope(tenant), pytest.raises(DatabaseError, match="never changed"):
        Version.objects.filter(pk=version.pk).delete()


def test_who_is_forgotten_leaves_the_text(tenant: Tenant, editor: Membership) -> None:
    version = written(tenant, editor)
    with as_owner("default"), connection.cursor() as cursor:
        for table in ("qualification", "shift"):
            cursor.execute(f"DELETE FROM tenants_{table}")  # noqa: S608  # a name of ours
        cursor.execute("DELETE FROM tenants_membership WHERE id = %s", [editor.pk])

    with tenant_scope(tenant):
        row = Version.objects.select_related("article").get(pk=version.pk)
    assert (row.body, row.published_by_id, row.article.editor_id) == (SLEEP.body, None, None)


FOUND = {
    "ungdom": ["sovn"],
    "UNGDOMMENE sover": ["sovn"],
    "bekymre": ["sovn"],
    "bek": ["sovn"],
    "dårlige": ["sovn"],
    "skolorna": ["skola"],
    "skol": ["skola"],
    "Ängslan": ["skola"],
    "barnens ängs": ["skola"],
    "sover skola": [],
    "'; DROP & | ! ( :*": [],
    # In the title before in the text.
    "søvn": ["sovn", "drom"],
    "og": [],
    "": [],
}


def test_words_are_found_in_every_form_and_while_they_are_typed(
    tenant: Tenant, editor: Membership
) -> None:
    written(tenant, editor, "drom", Wording("nb", "Drømmer", "Drømmer kommer i søvne og søvn.\n"))
    written(tenant, editor)
    written(tenant, editor, "skola", Wording("sv", "I skolan", "Barn med ängslan för skolor.\n"))

    assert {typed: slugs(tenant, typed) for typed in FOUND} == FOUND


def test_hits_are_marked_as_pieces_and_nothing_is_html(tenant: Tenant, editor: Membership) -> None:
    written(tenant, editor, wording=Wording("nb", "Om <b>", "Se 1 < 2 & <script> og søvn.\n"))

    (one,) = inside(tenant, lambda: search.find_articles("søvn"))
    assert [(piece.text, piece.hit) for piece in one.passage] == [
        ("‹script› og ", False),
        ("søvn", True),
    ]
    (passage,) = passages(one.version.body, link=str, top=3)
    assert passage.html == "<p>Se 1 &lt; 2 &amp; &lt;script&gt; og søvn.</p>\n"


def test_search_takes_no_row_of_another_line_out_of_the_index(
    tenant: Tenant, other: Tenant, editor: Membership
) -> None:
    # So many that the planner looks into the index of words.
    for line, plain in ((tenant, "Stå opp til samme tid"), (other, "Sover dårlig")):
        owner_rows("default", MANY_ARTICLES, line.pk)
        owner_rows("default", MANY_VERSIONS, plain, line.pk)
    # And with it goes what earlier tests have left in that index.
    emptied.free("default").execute("VACUUM (ANALYZE, INDEX_CLEANUP ON) chat_version")
    written(tenant, editor)

    with tenant_scope(tenant):
        before = _taken_out()
        found = search.find_articles("sover dårlig")
        taken = _taken_out() - before

    assert [one.version.title for one in found] == ["Søvn"]
    # Once in each of the two languages that have the words in this form.
    assert taken == 2


MANY_ARTICLES = """
INSERT INTO chat_article (id, tenant_id, slug, category, owner, revise_by)
SELECT gen_random_uuid(), %s, 'many-' || n, 'Mange', '', '2040-01-01'
FROM generate_series(1, 1000) AS n
"""
MANY_VERSIONS = """
INSERT INTO chat_version (tenant_id, article_id, number, language, title, body, plain,
                          published_at, begins_at)
SELECT tenant_id, id, 1, 'nb', slug, '', repeat(%s || ' ', 50), retention_now(), retention_now()
FROM chat_article WHERE tenant_id = %s
"""


def _taken_out() -> int:
    """Return how many rows the index of the handbook has given to this connection.

    What others have taken is told to everybody some seconds later, in the middle of this.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_get_xact_tuples_returned('chat_version_searched'::regclass)")
        return int(cursor.fetchone()[0])


def test_search_finds_what_holds_here_and_nothing_else(
    tenant: Tenant, other: Tenant, editor: Membership, taker: Membership
) -> None:
    written(tenant, editor)
    written(other, taker, "annan", Wording("nb", "Søvn", "Ungdommer sover.\n"))
    with tenant_scope(tenant):
        articles.draft_article(tenant, editor, slug="utkast", category="Søvn", wording=SLEEP)
    assert (slugs(tenant, "ungdom"), slugs(other, "ungdom")) == (["sovn"], ["annan"])
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM chat_handbook_found(ARRAY[]::text[], 'ungdom', 9, '')")
        assert cursor.fetchall() == []

    inside(tenant, lambda: articles.withdraw_article(tenant, editor, "sovn"))
    assert slugs(tenant, "ungdom") == []


def test_those_who_lead_the_line_write_and_nobody_else(
    tenant: Tenant, other: Tenant, editor: Membership, taker: Membership
) -> None:
    written(tenant, editor)
    for role in (Role.COUNSELLOR, Role.OFFICER):
        stranger = world.hire(tenant, role)
        with tenant_scope(tenant):
            for act in (
                lambda who=stranger: articles.withdraw_article(tenant, who, "sovn"),
                lambda who=stranger: revisions.review_article(tenant, who, "sovn"),
                lambda who=stranger: articles.redraft(
                    tenant, who, "sovn", category="Søvn", wording=LATER
                ),
            ):
                with pytest.raises(NotAllowed):
                    act()
    with tenant_scope(other), pytest.raises(NotFound):
        articles.withdraw_article(other, taker, "sovn")
    assert read(tenant) == {"sovn": SLEEP.body}


def test_link_that_leads_elsewhere_is_refused_with_its_line(
    tenant: Tenant, editor: Membership
) -> None:
    body = (
        "God natt.\n\nSe [her](javascript:alert) og [der](https://example.org) og [x](annet.md).\n"
    )
    with tenant_scope(tenant), pytest.raises(Faulty) as refused:
        articles.draft_article(
            tenant, editor, slug="Ny", category="", wording=Wording("da", "", body)
        )

    faults = [(fault.field, fault.kind, fault.line) for fault in refused.value.faults]
    assert faults == [
        ("language", "unknown", 0),
        ("title", "missing", 0),
        ("body", "link", 3),
        ("category", "missing", 0),
        ("slug", "shape", 0),
    ]


def test_revision_is_reminded_of_once_and_looking_at_it_moves_the_day_by_a_year(
    tenant: Tenant, editor: Membership
) -> None:
    """Rule: S5"""
    written(tenant, editor)
    (article,) = inside(tenant, lambda: list(Article.objects.all()))
    today = today_at(tenant)
    assert article.revise_by == articles.a_year_after(today)
    assert revisions.remind_revisions() == 0

    world.move_clock(clock.now() + timedelta(days=367))
    assert (revisions.remind_revisions(), revisions.remind_revisions()) == (1, 0)
    assert inside(tenant, lambda: revisions.revisions_due(tenant).count()) == 1
    reviewed = inside(tenant, lambda: revisions.review_article(tenant, editor, "sovn"))
    assert reviewed.revise_by == articles.a_year_after(today_at(tenant))
    assert inside(tenant, lambda: revisions.revisions_due(tenant).count()) == 0
    assert trail(tenant)[1:] == [
        ("handbook.revision_due", "sovn"),
        ("handbook.reviewed", f"sovn, {reviewed.revise_by.isoformat()}"),
    ]
    assert articles.a_year_after(date(2028, 2, 29)) == date(2029, 2, 28)


def test_what_is_accepted_follows_its_owner_and_ends_with_the_agreement(
    tenant: Tenant, other: Tenant, editor: Membership, taker: Membership
) -> None:
    copy = f"{tenant.slug}-sovn"
    written(tenant, editor)
    written(tenant, editor, "annet", LATER)
    agreement = sharing.offer(tenant, editor, to=other.slug, slug="sovn")
    assert read(other) == {}

    sharing.accept(other, taker, agreement)
    assert read(other) == {copy: SLEEP.body}
    written(tenant, editor, wording=LATER)
    assert read(other) == {copy: LATER.body}
    assert slugs(other, "tider") == [copy]
    with tenant_scope(other), pytest.raises(NotAllowed):
        articles.redraft(other, taker, copy, category="Søvn", wording=SLEEP)
    with pytest.raises(NotAllowed):
        sharing.offer(other, taker, to=tenant.slug, slug=copy)

    sharing.end(tenant, editor, agreement)
    assert (read(other), slugs(other, "tider")) == ({}, [])
    written(tenant, editor)
    assert (read(other), read(tenant)["sovn"]) == ({}, SLEEP.body)
    assert [row[0] for row in trail(other)] == [
        "handbook.sharing_accepted",
        "handbook.sharing_ended",
    ]


def test_whole_book_is_shared_with_what_is_still_to_be_written_and_withdrawn(
    tenant: Tenant, other: Tenant, editor: Membership, taker: Membership
) -> None:
    written(tenant, editor)
    agreement = sharing.offer(tenant, editor, to=other.slug)
    sharing.accept(other, taker, agreement)
    written(tenant, editor, "annet", LATER)
    assert set(read(other)) == {f"{tenant.slug}-sovn", f"{tenant.slug}-annet"}

    with transaction.atomic():
        article = inside(tenant, lambda: articles.withdraw_article(tenant, editor, "sovn"))
        sharing.pass_on(tenant, article)
    assert set(read(other)) == {f"{tenant.slug}-annet"}
    sharing.end(other, taker, agreement)
    again = sharing.offer(tenant, editor, to=other.slug)
    sharing.accept(other, taker, again)
    assert set(read(other)) == {f"{tenant.slug}-annet"}


def test_agreement_is_for_the_two_that_it_names(
    tenant: Tenant, other: Tenant, editor: Membership, taker: Membership
) -> None:
    (third,) = world.open_tenants("urph")
    outsider = world.hire(third, Role.ADMINISTRATOR)
    written(tenant, editor)
    agreement = sharing.offer(tenant, editor, to=other.slug, slug="sovn")

    for act in (sharing.accept, sharing.end):
        with pytest.raises(NotFound):
            act(third, outsider, agreement)
        with pytest.raises(NotAllowed):
            act(other, world.hire(other, Role.COUNSELLOR), agreement)
    with pytest.raises(NotFound):
        sharing.accept(tenant, editor, agreement)
    for to in (tenant.slug, other.slug, "nobody"):
        with pytest.raises(Invalid):
            sharing.offer(tenant, editor, to=to, slug="sovn")
    sharing.accept(other, taker, agreement)
    assert (read(third), set(read(other))) == ({}, {f"{tenant.slug}-sovn"})


def test_copy_moves_with_its_original_to_another_moment(
    tenant: Tenant, other: Tenant, editor: Membership, taker: Membership
) -> None:
    written(tenant, editor)
    sharing.accept(other, taker, sharing.offer(tenant, editor, to=other.slug))
    today = clock.now()

    def planned(days: int) -> None:
        with transaction.atomic():
            with tenant_scope(tenant):
                articles.redraft(tenant, editor, "sovn", category="Søvn", wording=LATER)
                begins = today + timedelta(days=days)
                version = articles.publish_draft(tenant, editor, "sovn", begins_at=begins)
            sharing.pass_on(tenant, version.article)

    def plans(line: Tenant) -> list[tuple[str, int]]:
        rows = inside(line, lambda: list(articles.lasting(clock.now()).order_by("begins_at")))
        return [(row.body, max((row.begins_at - today).days, 0)) for row in rows if row.begins_at]

    for days, later in ((10, [10]), (5, [5]), (8, [5, 8])):
        planned(days)
        expected = [(SLEEP.body, 0), *((LATER.body, day) for day in later)]
        assert (plans(tenant), plans(other)) == (expected, expected)
    # What holds at the copy was not written anew for a moment that came nearer.
    assert inside(other, lambda: Version.objects.filter(body=SLEEP.body).count()) == 1
    world.move_clock(today + timedelta(days=6))
    assert read(other) == {f"{tenant.slug}-sovn": LATER.body}


def test_copy_takes_a_name_that_is_free_and_one_line_never_stops_another(
    tenant: Tenant, other: Tenant, editor: Membership, taker: Membership
) -> None:
    """The third line has taken each name that a copy could have: it alone goes without."""
    (third,) = world.open_tenants("urph")
    outsider = world.hire(third, Role.ADMINISTRATOR)
    plain, long = f"{tenant.slug}-sovn", "s" * 60
    written(other, taker, plain, LATER)
    for line, member in ((other, taker), (third, outsider)):
        sharing.accept(line, member, sharing.offer(tenant, editor, to=line.slug))
    with tenant_scope(tenant):
        draft = articles.draft_article(tenant, editor, slug="sovn", category="Søvn", wording=SLEEP)
    sign = draft.article_id.hex
    with tenant_scope(third):
        for slug in (plain, *(f"{plain}-{sign[:signs]}" for signs in (8, 16, 32))):
            Article.objects.create(tenant=third, slug=slug, category="Søvn")

    written(tenant, editor)
    whole = written(tenant, editor, long).article_id.hex
    name = f"{tenant.slug}-{long}"
    cut = name if len(name) <= 80 else f"{name[:71]}-{whole[:8]}"
    assert read(other) == {
        plain: LATER.body,
        f"{plain}-{sign[:8]}": SLEEP.body,
        cut: SLEEP.body,
    }
    assert (set(read(tenant)), set(read(third))) == ({"sovn", long}, {cut})


def test_agreement_that_ends_beside_a_publication_has_ended(
    tenant: Tenant, other: Tenant, editor: Membership, taker: Membership
) -> None:
    """And one that is accepted beside one has the new version."""
    (third,) = world.open_tenants("urph")
    outsider = world.hire(third, Role.ADMINISTRATOR)
    written(tenant, editor)
    ending, offered = (sharing.offer(tenant, editor, to=line.slug) for line in (other, third))
    sharing.accept(other, taker, ending)

    def beside(act: Callable[[Tenant, Membership, UUID], None], *who: object) -> None:
        try:
            act(*who)  # type: ignore[arg-type]  # a line, its member, an agreement
        finally:
            connections.close_all()

    def waiting(many: int) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
                " AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            return bool(cursor.fetchone()[0] == many)

    with ThreadPoolExecutor(2) as threads:
        with transaction.atomic():
            sharing.hold_agreements(tenant)
            with tenant_scope(tenant):
                articles.redraft(tenant, editor, "sovn", category="Søvn", wording=LATER)
                version = articles.publish_draft(tenant, editor, "sovn")
            running = [
                threads.submit(beside, sharing.end, other, taker, ending),
                threads.submit(beside, sharing.accept, third, outsider, offered),
            ]
            assert wait_until(lambda: waiting(2), seconds=20)
            sharing.pass_on(tenant, version.article)
        for one in running:
            one.result(timeout=20)

    assert (read(other), read(third)) == ({}, {f"{tenant.slug}-sovn": LATER.body})


def test_offers_fill_neither_the_table_nor_the_trail_of_another_line(
    tenant: Tenant, other: Tenant, editor: Membership
) -> None:
    written(tenant, editor)
    offers = [sharing.offer(tenant, editor, to=other.slug, slug="sovn")]
    for _ in range(3):
        sharing.end(tenant, editor, offers[-1])
        offers.append(sharing.offer(tenant, editor, to=other.slug))
    assert len(set(offers)) == 4
    assert [inside(line, Sharing.objects.count) for line in (tenant, other)] == [1, 1]
    assert trail(other) == []
    (row,) = inside(other, sharing.sharings)
    assert (row.agreement, row.article, row.title) == (offers[-1], None, "")

    names = [f"a{number}" for number in range(sharing.MOST_OFFERS)]
    for name in names:
        written(tenant, editor, name)
    for name in names[1:]:
        sharing.offer(tenant, editor, to=other.slug, slug=name)
    with pytest.raises(Invalid):
        sharing.offer(tenant, editor, to=other.slug, slug=names[0])


def test_offer_says_what_holds_and_goes_to_lines_that_are_open(
    tenant: Tenant, other: Tenant, editor: Membership, taker: Membership
) -> None:
    written(tenant, editor)
    with tenant_scope(tenant):
        secret = Wording("nb", "Hemmelig", "Utkast.\n")
        articles.redraft(tenant, editor, "sovn", category="Søvn", wording=secret)
        articles.draft_article(tenant, editor, slug="utkast", category="Søvn", wording=secret)
    agreement = sharing.offer(tenant, editor, to=other.slug, slug="sovn")
    (row,) = inside(other, sharing.sharings)
    assert row.title == SLEEP.title
    with pytest.raises(NotFound):
        sharing.offer(tenant, editor, to=other.slug, slug="utkast")

    Tenant.objects.filter(pk=tenant.pk).update(live=False)
    with pytest.raises(NotFound):
        sharing.accept(other, taker, agreement)
    with pytest.raises(Invalid):
        sharing.offer(other, taker, to=tenant.slug)
    sharing.end(other, taker, agreement)
    assert inside(tenant, sharing.sharings) == []


def test_difference_of_long_bodies_is_the_one_and_the_other() -> None:
    before, after = (Wording("nb", "Søvn", f"{word}\n" * 400) for word in ("a", "b"))

    changes = [line.change for line in changed_lines(before, after)]
    assert changes == ["removed"] * 401 + ["added"] * 401


def test_difference_is_told_line_by_line() -> None:
    after = Wording("nb", "God søvn", f"{SLEEP.body}\nMer.\n")

    assert changed_lines(SLEEP, after) == [
        Line("removed", "Søvn"),
        Line("added", "God søvn"),
        Line("same", SLEEP.body.strip()),
        Line("added", "Mer."),
    ]
