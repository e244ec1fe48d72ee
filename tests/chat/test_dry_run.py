"""The dry run: what it says of each line, what it leaves, and what it finds."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from itertools import pairwise

import pytest
from django.apps import apps
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connections, transaction

from chat.conversations import end_conversation
from chat.dryrun import Outcome, Report, Step, dry_run
from chat.dryrun.shadow import COPIED, LEFT_OUT, VERSIONS
from chat.states import By
from retention import clock, keys
from tenants.checkup import Severity
from tenants.models import (
    Hours,
    Partner,
    Qualification,
    Subject,
    Tenant,
)
from tenants.policies import current_policy
from tenants.promises import all_sentences
from tenants.questions import publish_form
from tenants.scope import TenantModel, tenant_scope
from tests.kept import read
from tests.staffed import staff_all_lines, staffed_line
from tests.talks import begin, owner_rows
from tests.traces import compact

KEPT, BROKEN, NEVER = Outcome.KEPT, Outcome.BROKEN, Outcome.NOT_PROMISED
UNTRIED = Outcome.UNTRIED

pytestmark = pytest.mark.django_db(transaction=True)


def everything() -> dict[str, dict[bytes, bytes]]:
    """Return all rows of all tables of both instances."""
    return {alias: state.rows for alias, state in read().items()}


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
    tenant = staffed_line(slug)
    Tenant.objects.filter(pk=tenant.pk).update(live=False)
    with tenant_scope(tenant):
        page = all_sentences(tenant, current_policy(tenant), language="en")
    before = everything()
    told: list[Step] = []

    report = dry_run(tenant, language="en", told=told.append)

    assert everything() == before
    assert mail.outbox == []
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
    assert {one.talk for one in report.steps if one.story == "flagged"} == {2}
    assert {one.talk for one in report.steps if one.story in ("hours", "account")} == {0}
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
    tenant = staffed_line("urph")
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
    tenant = staffed_line("alarmtelefonen")
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
    compact(keys)


def in_thread(work: Callable[[], None]) -> None:
    try:
        work()
    finally:
        connections.close_all()


def test_wall_that_is_down_is_a_broken_promise() -> None:
    tenant = staffed_line("urph")
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


def test_run_finds_what_no_row_tells() -> None:
    """A talk is to wait for whoever left it, and no code brings anybody back to it."""
    tenant = staffed_line("urph")
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
        ("BROKEN: The line is open at some time.", "It does not open in the next two months."),
        (
            "BROKEN: Who comes while it is open is let in.",
            "A visitor comes and is not let in: the line is closed.",
        ),
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
    tenant = staffed_line("sexogsamfunn")
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
    staff_all_lines()
    other = Tenant.objects.get(slug="urph")
    bare = Tenant.objects.get(pk=other.pk)
    bare.pk, bare.slug, bare.live = None, "bare", False
    bare.save(force_insert=True)

    report = dry_run(bare, language="en")

    assert (report.steps, report.verdicts, report.is_kept) == ((), (), False)
    assert "no_policy" in [one.code for one in report.findings]
