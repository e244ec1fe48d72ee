"""What becomes of what is written: after the end, once it is flagged, and when it is erased."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from chat.conversations import erase_conversation
from chat.dryrun import people, talks
from chat.dryrun.report import Outcome
from chat.dryrun.stage import MINUTE, Moments, Stage
from chat.dryrun.talks import Seen, Talk
from chat.errors import Closed, Full
from chat.lives import flag_talk
from chat.models import Conversation
from chat.personal import found_in
from chat.showing import may_show
from chat.states import Author, By
from retention import clock, keys, sandbox
from tenants.errors import NotAllowed
from tenants.models import Policy, PolicyRule
from tenants.scope import tenant_scope

Kind, Starts = PolicyRule.Kind, PolicyRule.Starts
ORDINARY = "I have not slept for days."
# Made up: an address and a number that are nobody's.
PERSONAL = "My name is Sam. Write to sam@example.org or call 900 00 001."
ANSWER = "Thank you for telling me."


def conversation(stage: Stage) -> Moments:
    """An ordinary talk, from the door to when nothing is left of it."""
    yield stage.next_slot()
    talk = _come(stage)
    yield clock.now() + MINUTE
    talks.take(stage, talk)
    stage.note(_("A counsellor takes the talk."))
    yield clock.now() + MINUTE
    _write(stage, talk, ORDINARY)
    _colleague(stage, talk)
    before = talks.look(stage, talk)
    yield clock.now() + MINUTE
    ended_at = talks.end(stage, talk, by=By.VISITOR)
    stage.note(_("The visitor ends the talk."))
    rule = stage.rule(Kind.CONVERSATION, Starts.ENDED)
    assert rule is not None
    watched = yield from talks.watch(
        stage, talk, stage.end_of(rule, ended_at), before=before if not rule.amount else None
    )
    talks.judge(stage, "conversation", watched)
    _access(stage, watched.before, bool(rule.amount))


def _come(stage: Stage) -> Talk:
    """Let a visitor come to the door; where it does not let them in, they are let in all the same."""
    people.ready(stage)
    try:
        talk = talks.knock(stage)
    except Closed:
        return _refused(stage, _("A visitor comes and is not let in: the line is closed."))
    except Full:
        return _refused(stage, _("A visitor comes and is not let in: nobody is there for them."))
    stage.note(_("A visitor starts a talk, and waits."))
    return talk


def _refused(stage: Stage, words: str) -> Talk:
    stage.note(words)
    sentence = _("Who comes while it is open is let in.")
    stage.judge("door", Outcome.BROKEN, words, sentence=sentence)
    return talks.begin(stage)


def _write(stage: Stage, talk: Talk, text: str) -> None:
    talks.say(stage, talk, text)
    talks.say(stage, talk, ANSWER, by=Author.COUNSELLOR)
    if talks.texts_in(stage, talk) == [text, ANSWER]:
        stage.note(_("Both write, and each reads the other."))
    else:
        stage.note(_("Both write, and do not read each other."))
        words = _("What one wrote the other could not read.")
        stage.judge("door", Outcome.BROKEN, words, sentence=_("Both read what is written."))


def _colleague(stage: Stage, talk: Talk) -> None:
    """Say whether a colleague who is asked could be shown the talk, as the page has it."""
    with tenant_scope(stage.line):
        shown = may_show(Conversation.objects.get(pk=talk.id), now=clock.now())
    said = _("A colleague who is asked could be shown the talk, and the visitor is told.")
    if not shown:
        said = _("A colleague who is asked cannot be shown the talk.")
    as_told = shown == stage.policy().colleague_may_read
    stage.judge("colleague", Outcome.KEPT if as_told else Outcome.BROKEN, said)


def _access(stage: Stage, before: Seen, is_kept: bool) -> None:
    access = stage.policy().access
    if access == Policy.Access.NOBODY:
        words = _("Nobody may ask to read a talk afterwards.")
        stage.judge(
            "access", Outcome.NOT_PROMISED, _("There is nothing to ask for."), sentence=words
        )
    elif access == Policy.Access.ANYONE and is_kept:
        there = before.code
        words = _("Until its last moment an officer could look for what was asked for.")
        said = words if there else _("It was gone before its time: nothing could be asked for.")
        stage.judge("access", Outcome.KEPT if there else Outcome.BROKEN, said)


def flagged(stage: Stage) -> Moments:
    """A talk in which somebody says who they are."""
    yield stage.next_slot()
    talk = talks.begin(stage)
    yield clock.now() + MINUTE
    talks.take(stage, talk)
    yield clock.now() + MINUTE
    _write(stage, talk, PERSONAL)
    if "email" in found_in(PERSONAL):
        stage.note(_("The visitor writes a name, an e-mail address and a number."))
    yield clock.now() + MINUTE
    flagged_at = _flag(stage, talk)
    before = talks.look(stage, talk)
    ended_at = talks.end(stage, talk, by=By.COUNSELLOR)
    stage.note(_("The counsellor ends the talk."))
    rule, usual = stage.rule(Kind.CONVERSATION, Starts.FLAGGED), stage.rule("conversation", "ended")
    if flagged_at is None or rule is None or usual is None:
        return
    end = min(stage.end_of(rule, flagged_at), stage.end_of(usual, ended_at))
    watched = yield from talks.watch(stage, talk, max(end, ended_at), before=before)
    talks.judge(stage, "flagged", watched)


def _flag(stage: Stage, talk: Talk) -> datetime | None:
    """Flag the talk by its counsellor; None where no shorter life is promised."""
    assert stage.counsellor is not None
    try:
        with tenant_scope(stage.line):
            until_then = flag_talk(stage.line, stage.counsellor, talk.id)
    except NotAllowed:
        words = _("What shows who somebody is goes sooner than the rest.")
        said = _("It is not promised: such a talk lives as long as any other.")
        stage.judge("flagged", Outcome.NOT_PROMISED, said, sentence=words)
        return None
    sandbox.settle()
    words = _("The counsellor flags the talk: it is kept until %(end)s at the latest.")
    stage.note(words % {"end": stage.when(until_then)})
    return clock.now()


def erase(stage: Stage) -> Moments:
    """A visitor deletes what has been written, and goes on."""
    yield stage.next_slot()
    talk = talks.begin(stage)
    talks.take(stage, talk)
    yield clock.now() + MINUTE
    _write(stage, talk, PERSONAL)
    earlier = list(talk.segments)
    yield clock.now() + MINUTE
    try:
        erase_conversation(stage.line, talk.id)
    except NotAllowed:
        words = _("What is written can be deleted during the talk.")
        said = _("It is not promised, and whoever tries is refused.")
        stage.judge("erase", Outcome.NOT_PROMISED, said, sentence=words)
    else:
        sandbox.settle()
        stage.note(_("The visitor deletes what has been written so far."))
        _judge_erased(stage, talk, earlier)
    yield clock.now() + MINUTE
    talks.end(stage, talk, by=By.COUNSELLOR)


def _judge_erased(stage: Stage, talk: Talk, earlier: list[UUID]) -> None:
    nothing = talks.texts_in(stage, talk) == []
    keyless = keys.missing_keys(stage.line, talk.segments) == set(earlier)
    talks.say(stage, talk, ORDINARY)
    goes_on = talks.texts_in(stage, talk) == [ORDINARY]
    if nothing and keyless and goes_on:
        words = _("It was gone at once, with its key, and the talk went on.")
        stage.judge("erase", Outcome.KEPT, words)
    else:
        said = _("It could still be read, or the talk could not go on.")
        stage.judge("erase", Outcome.BROKEN, said)
