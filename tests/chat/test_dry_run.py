"""The dry run: what it says of each line, what it leaves, and what it finds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from chat.conversations import end_conversation
from chat.dryrun import Outcome, Report, Step, dry_run
from chat.dryrun.shadow import COPIED, LEFT_OUT, VERSIONS
from chat.states import By
from referrals.models import Partnership
from retention import clock, keys
from tenants.charter.shape import Policy as Terms
from tenants.checkup import Severity, check_up
from tenants.drafts import publish_draft, write_draft
from tenants.models import (
    Contact,
    Hours,
    HoursException,
    Membership,
    Notice,
    Partner,
    Qualification,
    Role,
    Subject,
    Tenant,
)
from tenants.policies import current_policy, terms_of
from tenants.promises import all_sentences
from tenants.questions import publish_form
from tenants.scope import TenantModel, tenant_scope
from tests.kept import begin_with, read
from tests.talks import begin, owner_rows
from tests.world import CHARTERS, hire, move_clock, open_tenants

SLUGS = sorted(path.stem for path in CHARTERS.glob("*.toml"))
# A Monday before noon, on which every line that keeps office hours is yet to open.
MONDAY = datetime(2035, 12, 3, 9, 0)  # noqa: DTZ001  # by the line's own clock
KEPT, BROKEN, NEVER = Outcome.KEPT, Outcome.BROKEN, Outcome.NOT_PROMISED
UNTRIED = Outcome.UNTRIED

pytestmark = pytest.mark.django_db(transaction=True)


def staffed() -> None:
    for tenant in open_tenants(*SLUGS):
        for role in (Role.COUNSELLOR, Role.OFFICER, Role.ADMINISTRATOR):
            hire(tenant, role)


def line(slug: str) -> Tenant:
    """Return one of all lines, each with people, on a Monday morning."""
    begin_with("staffed lines", staffed)
    tenant = Tenant.objects.get(slug=slug)
    move_clock(MONDAY.replace(tzinfo=tenant.tzinfo))
    return tenant


def everything() -> dict[str, dict[bytes, bytes]]:
    """Return all rows of all tables of both instances."""
    return {alias: state.rows for alias, state in read().items()}


def verdicts(report: Report) -> list[tuple[str, str, str]]:
    return [(one.kind, one.outcome.value, one.rule) for one in report.verdicts]


OF_EVERY_LINE = {"session": KEPT, "account": KEPT, "hours": KEPT, "log": KEPT, "audit": KEPT}


@pytest.mark.parametrize(
    ("slug", "expected"),
    [
        pytest.param(
            "urph",
            {
                "conversation": KEPT, "flagged": KEPT, "held:investigation": KEPT, "address": KEPT,
                "journal": UNTRIED, "access": UNTRIED, "code": KEPT, "leave": KEPT,
                "colleague": KEPT, "erase": NEVER, "evaluation": NEVER,
            },
            id="flags and holds",
        ),
        pytest.param(
            "detfinneshjelp",
            {
                "conversation": KEPT, "erase": KEPT, "address": KEPT, "triage": UNTRIED,
                "code": KEPT, "leave": KEPT, "colleague": KEPT, "access": NEVER, "flagged": NEVER,
                "evaluation": NEVER,
            },
            id="erases and locks addresses away",
        ),
        pytest.param(
            "sexogsamfunn",
            {
                "conversation": KEPT, "address": KEPT, "evaluation": KEPT, "code": KEPT,
                "leave": KEPT, "colleague": KEPT, "access": NEVER, "flagged": NEVER, "erase": NEVER,
                "partner:alarmtelefonen": KEPT, "partner:snakkommobbing": KEPT,
                "partner:snakkompsyken": KEPT,
            },
            id="asks afterwards",
        ),
        pytest.param(
            "tidaholm",
            {
                "conversation": KEPT, "held:access": KEPT, "address": KEPT, "access": KEPT,
                "code": KEPT, "leave": KEPT, "colleague": KEPT, "erase": NEVER, "flagged": NEVER,
                "evaluation": NEVER,
            },
            id="keeps for months",
        ),
        pytest.param(
            "alarmtelefonen",
            {
                "conversation": KEPT, "address": KEPT, "leave": KEPT, "colleague": KEPT,
                "access": NEVER, "code": NEVER, "erase": NEVER, "evaluation": NEVER,
                "flagged": NEVER, "partner:snakkompsyken": KEPT,
            },
            id="never closes, and passes on",
        ),
    ],
)  # fmt: skip
def test_line_keeps_what_its_page_says_and_nothing_is_left(
    slug: str, expected: dict[str, Outcome]
) -> None:
    tenant = line(slug)
    Tenant.objects.filter(pk=tenant.pk).update(live=False)
    with tenant_scope(tenant):
        page = all_sentences(tenant, current_policy(tenant), language="en")
    before = everything()
    told: list[Step] = []

    report = dry_run(tenant, language="en", told=told.append)

    assert everything() == before
    assert {one.kind: one.outcome for one in report.verdicts} == OF_EVERY_LINE | expected
    # The proof says what the page says, row by row.
    stated = [(one.sentence, one.rule) for one in report.verdicts if one.on_page]
    assert stated == [(promise.text, promise.rule) for promise in page]
    assert [(one.code, one.severity) for one in report.findings] == [("unplanned", Severity.WARNS)]
    assert report.is_kept
    assert sorted(told, key=lambda step: step.at) == list(report.steps)
    if slug == "urph":
        dated_as_seen(report, tenant)


def dated_as_seen(report: Report, tenant: Tenant) -> None:
    """Rule: U7, U8"""
    steps = [(one.when(tenant.tzinfo), one.story) for one in report.steps]
    words = {one.words: one.when(tenant.tzinfo) for one in report.steps if one.story == "flagged"}
    assert steps[:2] == [
        ("Mon 3 Dec 2035 16:00", "hours"),
        ("Mon 3 Dec 2035 16:05", "conversation"),
    ]
    assert words == {
        "Both write, and each reads the other.": "Mon 3 Dec 2035 16:13",
        "The visitor writes a name, an e-mail address and a number.": "Mon 3 Dec 2035 16:13",
        "The counsellor flags the talk: it is kept until Tue 4 Dec 2035 16:14 at the latest.": (
            "Mon 3 Dec 2035 16:14"
        ),
        "The counsellor ends the talk.": "Mon 3 Dec 2035 16:14",
        "The talk cannot be read any more: by nobody, in no row and by no key.": (
            "Tue 4 Dec 2035 16:14"
        ),
        "Nothing is left of the talk, neither a row nor a key.": "Tue 4 Dec 2035 16:15",
    }
    said = {one.kind: one.observed for one in report.verdicts}
    assert said["conversation"] == (
        "To be read until Mon 17 Dec 2035 16:08 and not from then on; "
        "gone by Mon 17 Dec 2035 16:09."
    )
    assert said["hours"] == (
        "Who came in that time found the door open, and who came outside it found it closed."
    )
    assert report.steps[-1].when(tenant.tzinfo) == "Thu 3 Dec 2037 16:00"


def test_run_that_breaks_off_leaves_nothing() -> None:
    tenant = line("urph")
    before = everything()

    def break_off(step: Step) -> None:
        if step.story == "held:investigation":
            raise RuntimeError(step.words)

    # Where the caller is makes no difference, nor does what they have not committed yet.
    with tenant_scope(tenant):
        Subject.objects.all().delete()
        with pytest.raises(RuntimeError, match="An officer holds the talk"):
            dry_run(tenant, language="en", told=break_off)
        transaction.set_rollback(True)

    assert everything() == before


def test_visitors_and_jobs_wait_for_no_dry_run() -> None:
    tenant = line("alarmtelefonen")
    done: list[object] = []

    def meanwhile() -> None:
        talk = begin(tenant, "hei")
        done.append(end_conversation(tenant, talk, by=By.VISITOR))
        # Table by table anew: that would wait, and everybody behind it.
        done.append(keys.compact())
        done.append(abs(clock.now() - now) < timedelta(minutes=5))

    def somebody_comes(step: Step) -> None:
        if step.story == "account" and len(done) < 3:
            thread = threading.Thread(target=in_thread, args=(meanwhile,))
            thread.start()
            thread.join(timeout=60)
            assert not thread.is_alive()

    now = clock.now()
    dry_run(tenant, language="en", told=somebody_comes)

    assert done == [True, False, True]
    assert keys.compact() is True


def in_thread(work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        connections.close_all()


def test_wall_that_is_down_is_a_broken_promise() -> None:
    tenant = line("urph")
    owner_rows("default", "ALTER TABLE chat_message DISABLE ROW LEVEL SECURITY")
    try:
        report = dry_run(tenant, language="en")
    finally:
        owner_rows("default", "ALTER TABLE chat_message ENABLE ROW LEVEL SECURITY")

    (broken,) = [one for one in report.verdicts if one.kind == "conversation"]
    assert (broken.outcome, broken.observed) == (
        BROKEN,
        "Still to be read at Mon 17 Dec 2035 16:08, through the database's rows.",
    )
    assert not report.is_kept


def test_copy_has_every_row_that_promises() -> None:
    ours = {
        model
        for model in apps.get_app_config("tenants").get_models()
        if issubclass(model, TenantModel)
    }

    assert ours == {*COPIED, *VERSIONS, *LEFT_OUT}


# Mistakes that can be made with rows.

Plant = Callable[[Tenant], object]


def terms(tenant: Tenant) -> Terms:
    return terms_of(current_policy(tenant))


def version(tenant: Tenant, *, begins: date | None = None, **changes: object) -> None:
    """Publish what holds with ``changes``, past the pages that would not let it through. In the scope."""
    write_draft(tenant, replace(terms(tenant), **changes))  # type: ignore[arg-type]  # columns
    now = clock.now()
    begins_at = datetime(*begins.timetuple()[:3], tzinfo=tenant.tzinfo) if begins else now
    publish_draft(tenant, begins_at=begins_at, now=now)


def lengthened(tenant: Tenant, kind: str, amount: int) -> tuple[object, ...]:
    keep = terms(tenant).keep
    return tuple(replace(one, amount=amount) if one.kind == kind else one for one in keep)


def never_with_a_vault(tenant: Tenant) -> None:
    write_draft(tenant, replace(terms(tenant), address="never"))


def vault_where_none_was_promised(tenant: Tenant) -> None:
    life = replace(terms(tenant).keep[0], kind="address", starts="began", amount=7, unit="days")
    version(tenant, address="vault", keep=(*terms(tenant).keep, life))


def holidays_forgotten(tenant: Tenant) -> None:
    Tenant.objects.filter(pk=tenant.pk).update(closed_on_holidays=False)
    tenant.closed_on_holidays = False


def pact_ended(tenant: Tenant) -> None:
    pact = Partnership.objects.get(side="gives", partner="snakkompsyken").pact
    Partnership.objects.filter(pact=pact).update(state="revoked")


def origin_with_a_path(tenant: Tenant) -> None:
    tenant.bubble_origins = ["https://www.tidaholm.se/"]
    tenant.bubble_opens = "frame"
    tenant.save(update_fields=["bubble_origins", "bubble_opens"])


def elsewhere(tenant: Tenant) -> None:
    tenant.zone = "Europe/Oslo"
    tenant.save(update_fields=["zone"])


PLANTED: list[tuple[str, str, Plant, str, str]] = [
    (
        "address never kept, with a vault", "detfinneshjelp", never_with_a_vault, "D7",
        "In the draft two promises cannot both be kept: "
        "addresses are never kept, and there is a time for which they are kept.",
    ),
    (
        "a vault where visitors were told of none", "sexogsamfunn", vault_where_none_was_promised,
        "S7", "Visitors are told that no address is kept, and version 2 keeps it.",
    ),
    (
        "a retention longer than the page says", "detfinneshjelp",
        lambda tenant: version(tenant, keep=lengthened(tenant, "address", 14)), "D8",
        "A text says “7 dager”, and what the policy keeps is kept for: 14 days.",
    ),
    (
        "a retention longer than the rule that it cites", "detfinneshjelp",
        lambda tenant: version(tenant, keep=lengthened(tenant, "address", 14)), "D7",
        "By D7 visitors are told “7 days”, and version 2 keeps it for 14 days.",
    ),
    (
        "a closing day missing", "sexogsamfunn", holidays_forgotten, "S1",
        "Tue 25 December is Christmas Day, and the line is open as usual: "
        "close that day, or all holidays.",
    ),
    (
        "an expired psychologist", "detfinneshjelp",
        lambda tenant: Qualification.objects.filter(kind="psychologist").update(
            valid_until=date(2035, 12, 4)
        ),
        "D1", "On Wed 5 December the line is open and nobody there is “Psykolog”: it has run out.",
    ),
    (
        "nobody who may answer", "urph",
        lambda tenant: Membership.objects.filter(role=Role.COUNSELLOR).update(active=False),
        "", "Nobody works here who may answer: invite those who do.",
    ),
    (
        "a partner that does not accept", "alarmtelefonen", pact_ended, "B3",
        "Visitors are told of the partner snakkompsyken, and the agreement was ended.",
    ),
    (
        "a language without texts", "tidaholm",
        lambda tenant: Subject.objects.filter(slug="crime").update(label={"sv": "Brott", "en": " "}),
        "", "1 text has no words in English: subjects (crime).",
    ),
    (
        "an emergency number missing", "urph",
        lambda tenant: Contact.objects.filter(value="112").delete(), "",
        "The emergency number 112 is missing among the other ways to get help.",
    ),
    (
        "an emergency number of the other country", "tidaholm",
        lambda tenant: Contact.objects.filter(value="112").update(value="113"), "T8",
        "113 is no emergency number in this line's country.",
    ),
    (
        "a telephone number of the other country", "detfinneshjelp",
        lambda tenant: Contact.objects.filter(kind="phone").update(value="0502-60 62 20"), "D3",
        "0502-60 62 20 does not look like a telephone number of this line's country.",
    ),
    (
        "a notice that names another telephone", "detfinneshjelp",
        lambda tenant: Notice.objects.filter(slug="technical-trouble").update(phone="800 00 000"),
        "D3", "The notice “technical-trouble” names 800 00 000, "
        "which is none of this line's telephones.",
    ),
    (
        "a hold without a second person", "urph",
        lambda tenant: Membership.objects.filter(role=Role.ADMINISTRATOR).update(active=False),
        "U8", "Talks may be held (an investigation), which takes two people. "
        "Officers and administrators here: 1.",
    ),
    (
        "a looser version to come", "tidaholm",
        lambda tenant: version(
            tenant, begins=date(2036, 1, 1), keep=lengthened(tenant, "conversation", 6)
        ),
        "", "Version 2 promises less from 1 January 2036 on: "
        "A talk that has ended: before “is kept for 3 months”, now “is kept for 6 months”.",
    ),
    (
        "an origin that is none", "tidaholm", origin_with_a_path, "T2",
        "“https://www.tidaholm.se/” is no address of a page: "
        "write it as https://www.town.se, without a path.",
    ),
    (
        "the clock of another country", "tidaholm", elsewhere, "",
        "The clock of this line is that of Europe/Oslo, and its country goes by Europe/Stockholm.",
    ),
    (
        "no hours", "urph", lambda tenant: Hours.objects.all().delete(), "",
        "There are no hours: the line does not open in the next two months.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("slug", "plant", "rule", "words"),
    [one[1:] for one in PLANTED],
    ids=[one[0] for one in PLANTED],
)
def test_planted_mistake_is_found(slug: str, plant: Plant, rule: str, words: str) -> None:
    tenant = line(slug)
    with tenant_scope(tenant):
        HoursException.objects.all().delete()
    assert words not in [one.words for one in check_up(tenant)]

    with tenant_scope(tenant):
        plant(tenant)
    found = [(one.rule, one.words) for one in check_up(tenant)]

    assert (rule, words) in found
    # One mistake is not drowned in others that follow from it.
    assert len(found) <= 5


def test_run_finds_what_no_row_tells() -> None:
    """A talk is to wait for whoever left it, and no code brings anybody back to it."""
    tenant = line("urph")
    with tenant_scope(tenant):
        tenant.offers_code = False
        tenant.save(update_fields=["offers_code"])
        Qualification.objects.update(verified_on=None, verified_by=None)
        Hours.objects.all().delete()
    out = StringIO()

    with pytest.raises(CommandError, match="not every promise can be kept; nothing of this run"):
        call_command("dry_run", "urph", "--language", "en", stdout=out)

    printed = out.getvalue().splitlines()
    broken = [
        (line, observed.strip())
        for line, observed in pairwise(printed)
        if line.startswith("BROKEN")
    ]
    assert broken == [
        (
            "BROKEN (ours): When you press “Leave this page”, nobody can open the talk from this "
            "page again. With us it stays open for up to 30 minutes, and then it ends.",
            "It is promised that the talk waits, and it ended at once.",
        ),
        (
            "BROKEN: Who comes while it is open is let in.",
            "A visitor comes and is not let in: the line is closed.",
        ),
        ("BROKEN: The line is open at some time.", "It does not open in the next two months."),
    ]
    assert printed[0] == (
        "Mon 3 Dec 2035 09:00  Nobody who works here may answer: somebody stands in for them."
    )
    assert printed[-1] == (
        "blocks: There are no hours: the line does not open in the next two months."
    )
    with pytest.raises(CommandError, match="no such line"):
        call_command("dry_run", "nowhere")


def test_run_finds_a_form_and_partners_that_are_not_there() -> None:
    """Rule: S9, S10, B3"""
    tenant = line("sexogsamfunn")
    with tenant_scope(tenant):
        publish_form(tenant, ())
        # Both lines would have to agree that a talk is passed on.
        Partner.objects.filter(slug="alarmtelefonen").update(mode=Partner.Mode.LIVE)
    Tenant.objects.filter(slug="snakkompsyken").update(live=False)

    report = dry_run(tenant, language="en")

    assert {one.kind: one.observed for one in report.verdicts if one.outcome is BROKEN} == {
        "evaluation": "It is promised, and there is no form, or no time for the answers.",
        "partner:alarmtelefonen": "A talk cannot be passed on to Alarmtelefonen for barn og unge.",
        "partner:snakkompsyken": "The way to snakkompsyken cannot be shown.",
    }
    assert [one.words for one in report.findings if one.code == "partner"] == [
        "Visitors are told of the partner alarmtelefonen, and nobody has asked them to take any.",
        "Visitors are told of the partner snakkompsyken, and that line is not live.",
    ]


def test_line_without_a_promise_is_told_so() -> None:
    begin_with("staffed lines", staffed)
    other = Tenant.objects.get(slug="urph")
    bare = Tenant.objects.get(pk=other.pk)
    bare.pk, bare.slug, bare.live = None, "bare", False
    bare.save(force_insert=True)

    report = dry_run(bare, language="en")

    assert (report.steps, report.verdicts, report.is_kept) == ((), (), False)
    assert "no_policy" in [one.code for one in report.findings]
