"""What a charter holds, edited by the line's own administrator: row by row."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from chat.conversations import open_conversation
from retention import clock
from tenants import checklist
from tenants.checklist import Mark
from tenants.checkup import check_up
from tenants.drafts import publish_draft, write_draft
from tenants.errors import Invalid
from tenants.languages import TABLES, lacking
from tenants.models import (
    Category,
    Contact,
    HoursException,
    Notice,
    Requirement,
    Role,
    Subject,
    Tenant,
)
from tenants.policies import newest_policy, terms_of
from tenants.scope import tenant_scope
from tests import world
from tests.administration.doors import Fields, Office
from tests.administration.inside import words_of
from tests.office.doors import Door

pytestmark = pytest.mark.django_db(transaction=True)

SLOW = {"nb": "Chatten svarer tregt i dag.", "en": "The chat is slow today."}


@pytest.fixture
def lines() -> list[Tenant]:
    return world.open_tenants("detfinneshjelp", "tidaholm")


@pytest.fixture
def office(lines: list[Tenant]) -> Office:
    return Office.of(lines[0])


def rows(model: Any, tenant: Tenant, **named: object) -> list[Any]:
    with tenant_scope(tenant):
        return list(model.objects.filter(**named))


def test_notice_is_seen_at_once_in_each_language_by_its_own_visitors(
    lines: list[Tenant], office: Office
) -> None:
    page, other = "tenants/notice/add/", Office.of(lines[1])
    said = {"texts_nb": SLOW["nb"], "texts_en": SLOW["en"], "phone": "800 99 900"}

    refused = office.send(page, {**said, "texts_en": "", "phone": "call us"})
    kept = Fields(refused.content.decode())
    nothing_yet = [SLOW["nb"] in office.front("nb")]
    saved = office.send(page, {**said, "active": "on"})

    assert sorted(kept.mistakes) == [
        'Found "call us", expected a telephone number.',
        "Found nothing, expected text.",
    ]
    assert kept.values["texts_nb"] == [SLOW["nb"]]
    assert (nothing_yet, saved.status_code) == ([False], 302)
    assert SLOW["nb"] in office.front("nb")
    assert SLOW["en"] in office.front("en")
    assert SLOW["en"] not in other.front("en")
    assert office.trail() == [
        (
            "notice.added",
            {
                "slug": ["", "chatten-svarer-tregt-i-dag"],
                "texts.nb": ["", SLOW["nb"]],
                "texts.en": ["", SLOW["en"]],
                "phone": ["", "800 99 900"],
                "active": ["", "True"],
                "beside_hours": ["", "False"],
                "rule": ["", "ours"],
            },
        )
    ]
    assert other.trail() == []

    [notice] = rows(Notice, lines[0], slug="chatten-svarer-tregt-i-dag")
    listed = office.fields("tenants/notice/")
    place = next(n for n, v in listed.items() if n.endswith("-id") and v == [str(notice.pk)])
    office.send("tenants/notice/", {place.replace("-id", "-active"): None, "_save": "Save"})

    assert SLOW["nb"] not in office.front("nb")
    assert office.trail()[-1] == ("notice.changed", {"active": ["True", "False"]})


WRONG: list[tuple[str, dict[str, object], list[str]]] = [
    (
        "contact",
        {"kind": "link", "value": "http://a.example", "label_nb": "a", "label_en": "a"},
        ['Found "http://a.example", expected an address that begins with https://.'],
    ),
    (
        "contact",
        {"kind": "phone", "value": "1234", "label_nb": "a" * 121, "label_en": "a"},
        [f'Found "{"a" * 57}…", expected text of 1 to 120 characters, trimmed.'],
    ),
    (
        "subject",
        {"label_nb": "", "label_en": "Sleep", "slug": "søvn"},
        ['Found "søvn", expected a slug of a-z, 0-9 and -.', "Found nothing, expected text."],
    ),
    (
        "phrase",
        {"texts_nb": "Hei {navn}", "texts_en": "Hi {name}"},
        [
            'Found "{navn}", expected one of "{title}", "{name}", "{line}", "{closes}".',
            "Found {name}, expected no name: first names are not shown here.",
        ],
    ),
    (
        "requirement",
        {"label_nb": "Lege", "label_en": "Doctor", "kind": "doctor", "group": "x", "years": "13"},
        ["Found 13, expected a whole number from 0 to 12."],
    ),
    (
        "partner",
        {"slug": "", "mode": "live", "texts_nb": "a", "texts_en": "a"},
        ["Found nothing, expected the slug of a tenant."],
    ),
]


def test_what_a_charter_refuses_is_refused_at_the_field_in_its_words(office: Office) -> None:
    found = [office.mistakes(f"tenants/{model}/add/", said) for model, said, _ in WRONG]
    [category, *_] = rows(Category, office.tenant)
    twice = {"slug": category.slug, "label_nb": "a", "label_en": "a"}
    found.append(office.mistakes("tenants/category/add/", twice))

    wanted = [sorted(words) for _model, _said, words in WRONG]
    assert [sorted(words) for words in found] == [
        *wanted,
        [f'Found "{category.slug}" 2 times, expected each once.'],
    ]
    assert office.trail() == []


def test_dated_rows_cannot_contradict_each_other_or_the_file(office: Office) -> None:
    page = "tenants/hoursexception/add/"
    said = {"on": "2027-06-01", "reason_nb": "Kurs", "reason_en": "Training"}

    office.send(page, said)
    both = office.mistakes(page, {**said, "opens": "10:00", "closes": "12:00"})
    office.send(page, {**said, "on": "2027-06-02", "opens": "22:00", "closes": "02:00"})
    over = office.mistakes(page, {**said, "on": "2027-06-03", "opens": "01:00", "closes": "03:00"})
    half = office.mistakes(page, {**said, "on": "2027-06-04", "opens": "01:00"})

    assert both == ["Found another entry for 2027-06-01, expected a closed date to stand alone."]
    assert over == [
        "Found 2027-06-03 01:00-03:00, expected no overlap with 2027-06-02 22:00-02:00."
    ]
    assert half == ['Found nothing, expected a time of day such as "09:30".']
    charter = HoursException.Origin.CHARTER
    dates = [str(one.on) for one in rows(HoursException, office.tenant, origin=charter)]
    assert [date for date in dates if date > "2027"] == ["2027-06-01", "2027-06-02"]


def test_rows_change_places_and_go_and_each_act_is_written_down(office: Office) -> None:
    first, second, *rest = rows(Contact, office.tenant)
    page = f"/t/{office.tenant.slug}/tenants/contact/"

    office.client.post(f"{page}{second.pk}/move/up/", secure=True)
    office.client.post(f"{page}{second.pk}/move/up/", secure=True)
    office.client.post(f"{page}{first.pk}/delete/", {"post": "yes"}, secure=True)
    chosen = {"action": "delete_selected", "_selected_action": [one.pk for one in rest]}
    office.client.post(page, {**chosen, "post": "yes"}, secure=True)

    assert [one.pk for one in rows(Contact, office.tenant)] == [second.pk]
    said = office.trail()
    assert [action for action, _ in said] == [
        "contact.changed",
        *["contact.removed"] * (1 + len(rest)),
    ]
    assert said[0][1] == {"position": [str(second.position), str(first.position)]}
    assert said[1][1]["value"] == [first.value, ""]


def test_the_last_thing_that_one_must_hold_stays(office: Office) -> None:
    kept = rows(Requirement, office.tenant)
    for one in kept:
        url = f"/t/{office.tenant.slug}/tenants/requirement/{one.pk}/delete/"
        answer = office.client.post(url, {"post": "yes"}, secure=True)

    assert answer.status_code == 403
    assert rows(Requirement, office.tenant) == kept[-1:]


def test_new_language_lists_what_is_missing_and_leads_there(office: Office) -> None:
    office.send("name/", {"languages": ["nb", "en", "sv"]})
    page = office.get("texts/").content.decode()
    [contact, *_] = rows(Contact, office.tenant)
    link = f"/t/{office.tenant.slug}/tenants/contact/{contact.pk}/change/"

    office.send(link.removeprefix(f"/t/{office.tenant.slug}/"), {"label_sv": "Ring"})

    assert link in page
    office.get("texts/")  # where it is said that the row was changed, with a link to it
    assert link not in office.get("texts/").content.decode()
    assert office.trail()[0] == ("name.changed", {"languages": ["nb, en", "nb, en, sv"]})


def test_new_language_is_offered_to_visitors_once_every_text_is_there(
    lines: list[Tenant], office: Office
) -> None:
    tenant, other = lines
    office.send("name/", {"languages": ["nb", "en", "sv"]})
    tenant.refresh_from_db()
    with tenant_scope(tenant):
        missing = {(one.where, one.language) for one in lacking(tenant)}
        asked = {mark.name: mark.mark for mark in checklist.languages_complete(tenant)}
    found = {one.where for one in check_up(tenant) if one.code == "language"}

    # The checklist and the check-up ask the same, of the questions and the policy's words too.
    assert {language for _where, language in missing} == {"sv"}
    assert (asked, found) == ({"languages": Mark.MISSING}, {"texts"})
    assert offered(office) == ["nb", "en"]
    assert "Offered to visitors once nothing is missing: Svenska." in words_of(office.get("texts/"))
    with pytest.raises(Invalid), tenant_scope(tenant):
        open_conversation(tenant, language="sv")

    contact = say_all(tenant, "sv")
    assert offered(office) == ["nb", "en"]
    office.send(f"tenants/contact/{contact}/change/", {"label_sv": "Ring"})
    # What is left are the policy's own words, which another version says.
    assert f"/t/{tenant.slug}/promises/draft/" in office.get("texts/").content.decode()
    assert offered(office) == ["nb", "en"]
    publish_words(tenant, "sv")
    assert offered(office) == ["nb", "en", "sv"]
    assert office.trail()[-1] == ("languages.offered", {"languages": ["nb, en", "nb, en, sv"]})

    # One more text, which somebody has written in one language, takes the language from nobody.
    with tenant_scope(tenant):
        Contact.objects.filter(pk=contact).update(label={"nb": "Ring"})
    office.send("talk/", {"capacity": "3"})
    assert offered(office) == ["nb", "en", "sv"]
    assert offered(Office.of(other)) == other.languages


def offered(office: Office) -> list[str]:
    """Return the languages that the visitor's page leads to."""
    return re.findall(r'<a href="\?lang=(\w+)"', office.front("nb"))


def publish_words(tenant: Tenant, language: str) -> None:
    """Publish a version of the policy that says its own words in ``language`` too."""
    now = clock.now()
    with tenant_scope(tenant):
        newest = newest_policy(tenant)
        assert newest is not None
        terms = terms_of(newest)
        write_draft(tenant, replace(terms, texts={**terms.texts, language: "Ord."}))
        publish_draft(tenant, begins_at=now, now=now)


def say_all(tenant: Tenant, language: str) -> int:
    """Write every text in ``language`` but that of one contact; return its key."""
    with tenant_scope(tenant):
        for _where, model, column in TABLES:
            for row in model.objects.all():
                setattr(row, column, {**getattr(row, column), language: "text"})
                row.save(update_fields=[column])
        left = Contact.objects.order_by("pk")[0]
        left.label = {code: text for code, text in left.label.items() if code != language}
        left.save(update_fields=["label"])
        return left.pk


def test_search_finds_words_of_any_language(office: Office) -> None:
    office.send("tenants/notice/add/", {f"texts_{lang}": text for lang, text in SLOW.items()})

    found = [
        re.findall(
            r'<th class="field-text[^>]*>.*?<',
            office.get("tenants/notice/", q=words).content.decode(),
        )
        for words in ("SLOW today", "tregt", "no such word")
    ]

    assert [len(each) for each in found] == [1, 1, 0]


def test_nobody_else_finds_a_page_or_a_row(lines: list[Tenant], office: Office) -> None:
    own, other = lines
    outsiders = [
        world.hire(own, Role.COUNSELLOR).user,
        world.hire(own, Role.SUPERVISOR).user,
        world.hire(own, Role.OFFICER).user,
        world.hire(other, Role.ADMINISTRATOR).user,
    ]
    [contact, *_] = rows(Contact, own)
    [foreign, *_] = rows(Subject, other)
    pages = [
        *("hours/", "talk/", "name/", "theme/", "embedding/", "texts/", "trail/"),
        *("tenants/notice/", "tenants/contact/add/", f"tenants/contact/{contact.pk}/change/"),
    ]

    for user in outsiders:
        stranger = Office.of(own, user)
        nothing = stranger.client.get("/t/no-such-line/", secure=True)
        for page in pages:
            for answer in (
                stranger.get(page),
                stranger.client.post(f"/t/{own.slug}/{page}", {}, secure=True),
            ):
                assert (answer.status_code, answer.content) == (404, nothing.content), page
    # Of another line's row the administrator hears what is said of none at all.
    answers = [
        office.client.get(f"/t/{own.slug}/tenants/subject/{pk}/change/", secure=True)
        for pk in (foreign.pk, 2_000_000)
    ]
    assert {(one.status_code, one.headers["Location"]) for one in answers} == {
        (302, f"/t/{own.slug}/")
    }
    moved = [
        office.client.post(f"/t/{own.slug}/tenants/subject/{pk}/move/up/", secure=True)
        for pk in (foreign.pk, 2_000_000)
    ]
    assert [one.status_code for one in moved] == [404, 404]
    assert office.trail() == []


def test_officer_of_the_line_reads_in_the_office_what_was_set(office: Office) -> None:
    office.send("talk/", {"queue_cap": "7"})
    officer = Door.of(office.tenant, Role.OFFICER)

    told = [
        re.sub(r"<[^>]*>", " ", page)
        for page in (
            officer.get("/desk/office/trail/", lang="en").content.decode(),
            office.get("trail/").content.decode(),
        )
    ]

    for page in told:
        assert "Queue and talk: changed" in page
        assert re.search(r"How many may wait\s+\d+\s+→\s+7", page)
        assert "administrator 1" in page
