"""From a draft through its differences to a version that holds from a date."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from retention import clock
from tenants.models import AuditEntry, Membership, Policy, Role, Tenant
from tenants.policies import current_policy
from tenants.scope import tenant_scope
from tests.office.doors import Door
from tests.talks import begin, texts_in
from tests.world import move_clock

pytestmark = pytest.mark.django_db(transaction=True)

POLICY, DRAFT = "/desk/office/policy/", "/desk/office/policy/draft/"
PUBLISH, DISCARD = "/desk/office/policy/publish/", "/desk/office/policy/discard/"
THREE_MONTHS = {
    "conversation_ended_amount": "3",
    "conversation_ended_unit": "months",
    "conversation_ended_rule": "T9",
    "conversation_flagged_amount": "",
    "conversation_flagged_unit": "days",
    "conversation_flagged_rule": "ours",
    "address_began_amount": "",
    "address_began_unit": "days",
    "address_began_rule": "ours",
    "audit_written_amount": "24",
    "audit_written_unit": "months",
    "audit_written_rule": "ours",
    "account_left_amount": "3",
    "account_left_unit": "months",
    "account_left_rule": "ours",
    "session_signed_in_amount": "12",
    "session_signed_in_unit": "hours",
    "session_signed_in_rule": "ours",
    "log_written_amount": "7",
    "log_written_unit": "days",
    "log_written_rule": "ours",
    "evaluation_given_amount": "",
    "evaluation_given_unit": "days",
    "evaluation_given_rule": "ours",
    "evaluation_pooled_amount": "",
    "evaluation_pooled_unit": "months",
    "evaluation_pooled_rule": "ours",
    "access": "anyone",
    "access_rule": "T10",
    "address_rule": "ours",
    "erase_rule": "ours",
    "parks": "on",
    "leave_rule": "ours",
    "colleague_rule": "ours",
    "journal_rule": "ours",
    "triage_rule": "ours",
    "evaluation_rule": "ours",
    "holds": ["access"],
    "holds_rule": "T10",
}


def drafted(door: Door, **changes: object) -> None:
    with tenant_scope(door.tenant):
        policy = current_policy(door.tenant)
    words = {f"words_{language}": text for language, text in policy.texts.items()}
    words["words_rule"] = policy.rules["words"]
    assert door.post(DRAFT, {**THREE_MONTHS, **words, **changes}).status_code == 302


def changes_on(page: str) -> list[tuple[str, str]]:
    found = re.findall(r'data-effect="(\w+)">([^<]*)', page)
    return [(effect, " ".join(text.split())) for effect, text in found]


def versions(tenant: Tenant) -> list[tuple[int, bool]]:
    with tenant_scope(tenant):
        return [(row.version, row.published_at is not None) for row in Policy.objects.all()]


def test_draft_begins_as_the_version_that_holds(administrator: Door) -> None:
    page = administrator.get(DRAFT, lang="en").content.decode()

    drafted(administrator)

    assert 'name="conversation_ended_amount" value="3"' in page
    assert "It promises the same." in administrator.read(POLICY, lang="en")


def test_draft_is_shown_with_what_it_changes_in_plain_words(administrator: Door) -> None:
    drafted(
        administrator,
        conversation_ended_amount="14",
        conversation_ended_unit="days",
        audit_written_amount="36",
        words_sv="Vi sparar så lite som möjligt.",
    )

    swedish = administrator.get(POLICY, lang="sv").content.decode()
    norwegian = administrator.get(POLICY, lang="nb").content.decode()

    assert changes_on(swedish) == [
        ("stricter", "Ett samtal som är slut: förut ”sparas i 3 månader”, nu ”sparas i 14 dagar”."),
        ("looser", "Listan över vem som har gjort vad: förut ”sparas i 24 månader”, nu ”sparas i 36 månader”."),
        ("other", "Texten på sidan om integritet är ändrad."),
    ]  # fmt: skip
    assert changes_on(norwegian)[0] == (
        "stricter",
        "En samtale som er slutt: før «lagres i 3 måneder», nå «lagres i 14 dager».",
    )


@pytest.mark.parametrize(
    ("changes", "effect"),
    [
        pytest.param({"access": "nobody", "holds": []}, "stricter", id="nobody-reads"),
        pytest.param({"address_began_amount": "7"}, "looser", id="address-kept"),
        pytest.param({"journal": "on"}, "looser", id="journal"),
        pytest.param({"colleague_may_read": "on"}, "looser", id="colleague-reads"),
        pytest.param({"holds": ["access", "investigation"]}, "looser", id="another-hold"),
        pytest.param({"conversation_flagged_amount": "1"}, "stricter", id="flagged-go-sooner"),
        pytest.param({"conversation_ended_rule": "ours"}, "other", id="source"),
    ],
)
def test_effect_of_a_change_is_told(
    administrator: Door, changes: dict[str, object], effect: str
) -> None:
    drafted(administrator, **changes)

    assert {one for one, _ in changes_on(administrator.get(POLICY).content.decode())} == {effect}


def test_published_version_holds_from_its_moment_and_shortens(
    administrator: Door, tenant: Tenant
) -> None:
    drafted(administrator, conversation_ended_amount="0", access="nobody", holds=[], parks="")
    later = clock.now().astimezone(tenant.tzinfo) + timedelta(hours=2)

    answer = administrator.post(PUBLISH, {"begins": f"{later:%Y-%m-%dT%H:%M}"})

    assert answer.status_code == 302
    assert versions(tenant) == [(1, True), (2, True)]
    with tenant_scope(tenant):
        assert current_policy(tenant).version == 1
        (entry,) = AuditEntry.objects.filter(actor=administrator.member.pk)
    assert (entry.action, entry.basis) == (
        "policy.published",
        f"version 2 from {later.astimezone(entry.at_hour.tzinfo):%Y-%m-%d}",
    )
    talk = begin(tenant, "hej")
    move_clock(later)
    assert texts_in(tenant, talk) == ["hej"]
    with tenant_scope(tenant):
        assert current_policy(tenant).version == 2
    assert "Version 2 holds now." in administrator.read(POLICY, lang="en")


@pytest.mark.parametrize(
    ("begins", "words"),
    [
        pytest.param("2020-01-01T10:00", "at the earliest", id="past"),
        pytest.param("soon", "That is not a date and a time.", id="no-date"),
    ],
)
def test_bad_beginning_is_refused_and_nothing_is_lost(
    administrator: Door, tenant: Tenant, begins: str, words: str
) -> None:
    drafted(administrator, conversation_ended_amount="1")

    answer = administrator.post(PUBLISH, {"begins": begins, "lang": "en"})

    administrator.get(POLICY, lang="en")
    answer = administrator.post(PUBLISH, {"begins": begins})
    assert (answer.status_code, words in answer.content.decode()) == (400, True)
    assert versions(tenant) == [(1, True), (2, False)]


def test_promises_that_contradict_each_other_cannot_be_published(
    administrator: Door, tenant: Tenant
) -> None:
    drafted(administrator, conversation_ended_amount="0", holds=[])

    page = administrator.read(POLICY, lang="en")
    answer = administrator.post(PUBLISH)

    assert "talks are deleted at close" in page
    assert answer.status_code == 400
    assert versions(tenant) == [(1, True), (2, False)]


def test_form_with_a_mistake_keeps_what_was_typed(administrator: Door, tenant: Tenant) -> None:
    answer = administrator.post(
        DRAFT, {**THREE_MONTHS, "conversation_ended_amount": "-1", "audit_written_amount": "99"}
    )

    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'name="audit_written_amount" value="99"' in page
    assert versions(tenant) == [(1, True)]


def test_draft_is_thrown_away(administrator: Door, tenant: Tenant) -> None:
    drafted(administrator, conversation_ended_amount="1")

    administrator.post(DISCARD)

    assert versions(tenant) == [(1, True)]


def test_only_administrators_write_and_only_their_own(
    administrator: Door, officer: Door, counsellor: Door, outsider: Door, tenant: Tenant
) -> None:
    drafted(administrator, conversation_ended_amount="1")
    stranger = Door(tenant, administrator.member, outsider.client)

    def answers(door: Door) -> list[int]:
        return [
            door.get(POLICY).status_code,
            door.get(DRAFT).status_code,
            *(door.post(path).status_code for path in (DRAFT, PUBLISH, DISCARD)),
        ]

    assert answers(officer) == [200, 404, 404, 404, 404]
    assert answers(counsellor) == [404] * 5
    # A session of another line is none at all.
    assert answers(stranger) == [302] * 5
    assert versions(tenant) == [(1, True), (2, False)]
    assert answers(administrator)[:2] == [200, 200]


def test_desk_shows_the_way_to_those_who_may_go(officer: Door, counsellor: Door) -> None:
    assert 'href="/desk/office/policy/"' in officer.get("/desk/").content.decode()
    assert 'href="/desk/office/policy/' not in counsellor.get("/desk/").content.decode()


def test_member_who_has_left_is_at_the_door_again(administrator: Door, tenant: Tenant) -> None:
    with tenant_scope(tenant):
        Membership.objects.filter(pk=administrator.member.pk).update(active=False)

    assert administrator.get(POLICY).headers["Location"] == "/desk/login/"
    assert Door.of(tenant, Role.ADMINISTRATOR, 2).get(POLICY).status_code == 200
