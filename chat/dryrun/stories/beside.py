"""What is kept beside a talk: the address that it came from, and what is answered afterwards."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db import connection
from django.utils.translation import gettext as _

from chat.dryrun import people, talks
from chat.dryrun.report import Outcome
from chat.dryrun.stage import INSTANT, MINUTE, Moments, Stage
from chat.evaluation import EVALUATION, asked_now, give_answers, pooled, steps_of, token_of
from chat.states import By
from retention import clock, sandbox, shuffled
from retention.models import AddressRecord, Pool
from retention.vault import boxes, store
from retention.vault import people as vault_people
from retention.vault.days import DayKey, key_of_today, make_day
from retention.vault.lives import begin_of
from retention.vault.records import Address, SealedAddress, seal_address
from tenants.charter.shape import Question
from tenants.models import EvaluationQuestion, Policy, PolicyRule, Role
from tenants.policies import TOGETHER
from tenants.scope import database_role, tenant_scope
from tenants.wall import PURGE

Kind, Starts = PolicyRule.Kind, PolicyRule.Starts
# Kept for documentation: nobody has it.
_ADDRESS = "203.0.113.7"


def address(stage: Stage) -> Moments:
    """An address that comes with a visitor.  Rule: D7, S7, U3, B8"""
    yield stage.next_slot()
    keeps = stage.policy().address == Policy.Address.VAULT
    holder = _make_day(stage) if keeps else 0
    day = clock.now().date()
    talk = talks.begin(stage, sealed=_sealed(stage, day))
    kept = _records(stage)
    talks.end(stage, talk, by=By.COUNSELLOR)
    if not keeps:
        said = _("An address came with the visitor, and nothing of it was stored.")
        if kept:
            said = _("An address that came with the visitor was stored.")
        stage.judge("address", Outcome.BROKEN if kept else Outcome.KEPT, said)
        return
    stage.note(_("The address that the visitor came from is sealed, and locked away."))
    rule = stage.rule(Kind.ADDRESS, Starts.BEGAN)
    assert rule is not None
    end = stage.end_of(rule, begin_of(day))
    yield end - INSTANT
    before = bool(_records(stage) and store.read_share(stage.line.pk, day, holder))
    yield end
    after = bool(_records(stage) or store.read_share(stage.line.pk, day, holder))
    yield end + MINUTE
    stage.purge()
    gone = not _records(stage) and not _due_records(stage)
    words = _("Locked away until %(end)s, and opened by nothing from then on; gone by %(gone)s.")
    if after or not gone:
        words = _("Still there after %(end)s.")
    elif not before:
        words = _("Gone before %(end)s already.")
    said = words % {"end": stage.when(end), "gone": stage.when(clock.now())}
    stage.note(said)
    stage.judge("address", Outcome.BROKEN if after or not gone else Outcome.KEPT, said)


def _make_day(stage: Stage) -> int:
    """Let two people have a key of the vault, and make that of today; return one of the two."""
    with tenant_scope(stage.line):
        officer = people.stand_in(stage.line, Role.OFFICER).user
    for holder in (officer, people.person(operator=True)):
        vault_people.enrol(holder, "-")
    now = clock.now()
    make_day(stage.line, now.date(), now=now)
    return officer.pk


def _sealed(stage: Stage, day: date) -> SealedAddress:
    """Seal an address as the outermost door does, also where the line wants none."""
    with tenant_scope(stage.line):
        key = key_of_today(stage.line)
    made = key or DayKey(stage.line.pk, day, boxes.public_half(boxes.new_key()))
    return seal_address(made, Address(_ADDRESS, 50_000, clock.now()))


def _records(stage: Stage) -> int:
    with tenant_scope(stage.line):
        return AddressRecord.objects.count()


def _due_records(stage: Stage) -> int:
    with tenant_scope(stage.line), database_role(PURGE), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM retention_addressrecord")
        return int(cursor.fetchone()[0])


# What is answered afterwards.


def evaluation(stage: Stage) -> Moments:
    """Answers of enough people are read together; those of fewer go unread.  Rule: S9"""
    yield stage.opens_at
    waits, kept = stage.rule(Kind.EVALUATION, Starts.GIVEN), stage.rule("evaluation", "pooled")
    with tenant_scope(stage.line):
        asked = asked_now(stage.line)
    if asked is None or waits is None or kept is None:
        _not_asked(stage)
        return
    _answer(stage, asked.questions, TOGETHER)
    early = _is_read(stage)
    stage.note(_("%(count)d visitors answer how it went.") % {"count": TOGETHER})
    yield _next_day(stage)
    _pour(stage)
    read = _is_read(stage)
    if read:
        stage.note(_("Their day is over: the answers can be read, together and in no order."))
    today = clock.now().astimezone(stage.line.tzinfo).date()
    monday = today - timedelta(days=today.weekday())
    over = stage.end_of(kept, _midnight(stage, monday))
    _answer(stage, asked.questions, TOGETHER - 1)
    unread = stage.end_of(waits, _midnight(stage, today))
    yield unread
    _pour(stage)
    dropped = _waiting(stage) == 0
    yield unread + MINUTE
    stage.purge()
    if dropped:
        stage.note(_("Too few have answered since: what they said is deleted unread."))
    yield over - INSTANT
    there = _is_read(stage)
    yield over
    gone = not _is_read(stage)
    yield over + MINUTE
    stage.purge()
    if gone:
        stage.note(_("The answers that were read together are gone."))
    _judge(stage, early=early, read=read and there, dropped=dropped, gone=gone)


def _not_asked(stage: Stage) -> None:
    if not stage.policy().evaluation:
        words = _("Visitors are asked afterwards how it went.")
        said = _("It is not promised, and nothing is asked.")
        stage.judge("evaluation", Outcome.NOT_PROMISED, said, sentence=words)
        return
    said = _("It is promised, and there is no form, or no time for the answers.")
    stage.judge("evaluation", Outcome.BROKEN, said)


def _answer(stage: Stage, questions: tuple[Question, ...], people: int) -> None:
    answers = {question.slug: _said_to(question) for question in questions}
    for _person in range(people):
        token = token_of(stage.line, clock.now().date())
        assert token is not None
        with tenant_scope(stage.line):
            give_answers(stage.line, token, answers)
        sandbox.settle()


def _said_to(question: Question) -> int | str:
    if question.kind == EvaluationQuestion.Kind.TEXT:
        return "It helped."
    if question.kind == EvaluationQuestion.Kind.SCALE:
        return steps_of(question)[0]
    return question.choices[0].slug


def _pour(stage: Stage) -> None:
    with tenant_scope(stage.line):
        shuffled.pour(EVALUATION, stage.line)
    sandbox.settle()


def _is_read(stage: Stage) -> bool:
    with tenant_scope(stage.line):
        return any(one.answered for _form, those in pooled(stage.line) for one in those)


def _waiting(stage: Stage) -> int:
    with tenant_scope(stage.line):
        return Pool.objects.filter(poured=False, size__gt=0).count()


def _next_day(stage: Stage) -> datetime:
    tomorrow = clock.now().astimezone(stage.line.tzinfo).date() + timedelta(days=1)
    return _midnight(stage, tomorrow) + timedelta(hours=1)


def _midnight(stage: Stage, day: date) -> datetime:
    return datetime.combine(day, time(), stage.line.tzinfo)


def _judge(stage: Stage, *, early: bool, read: bool, dropped: bool, gone: bool) -> None:
    said = _("Read only together, once enough had answered; those of too few went unread.")
    if early:
        said = _("Answers could be read before enough had come.")
    elif not read:
        said = _("Answers of enough people could not be read.")
    elif not dropped:
        said = _("Answers of too few people were kept for longer than was said.")
    elif not gone:
        said = _("Answers were kept for longer than was said.")
    is_kept = read and dropped and gone and not early
    stage.judge("evaluation", Outcome.KEPT if is_kept else Outcome.BROKEN, said)
