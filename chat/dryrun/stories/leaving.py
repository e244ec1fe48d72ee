"""A visitor who flees from the page, and one who comes back by a code.  Rule: D12, U9"""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from chat.codes import can_come_back, make_code, prints_of, read_code, talk_shown_by
from chat.dryrun import talks
from chat.dryrun.report import Outcome
from chat.dryrun.stage import MINUTE, Moments, Stage
from chat.dryrun.talks import Talk
from chat.leaving import leave_talk
from chat.models import Conversation
from chat.neglect import tend
from chat.states import By, State
from retention import clock, sandbox
from tenants.models import PolicyRule
from tenants.scope import tenant_scope

_PATIENCE_SECONDS = 5.0


def leave(stage: Stage) -> Moments:
    """Somebody presses "leave": the talk ends, or it is parked until nobody came back."""
    yield stage.next_slot()
    made = make_code(stage.line, wait=_PATIENCE_SECONDS)
    talk = talks.begin(stage, prints=made[1] if made else None)
    talks.take(stage, talk)
    yield clock.now() + MINUTE
    talks.say(stage, talk, "Somebody is coming.")
    parks = stage.policy().parks
    leave_talk(stage.line, talk.id)
    sandbox.settle()
    goes_on, locked = _goes_on(stage, talk), _is_locked(stage, talk)
    if not parks:
        stage.note(_("A visitor presses “Leave this page”: the talk has ended."))
        _judge(stage, locked and not goes_on, _("The talk was over, and the page opened nothing."))
        return
    if not goes_on:
        stage.note(_("A visitor presses “Leave this page”: the talk has ended."))
        _judge(stage, False, _("It is promised that the talk waits, and it ended at once."))
        return
    stage.note(
        _("A visitor presses “Leave this page”: the talk waits, and this page opens nothing.")
    )
    yield clock.now() + timedelta(minutes=stage.line.visitor_lost_minutes)
    tend(stage.line)
    sandbox.settle()
    ended = not _goes_on(stage, talk)
    if ended:
        stage.note(_("Nobody has come back: the talk that waited has ended."))
    _judge(stage, locked and ended, _("The page opened nothing, and the talk ended in its time."))


def _goes_on(stage: Stage, talk: Talk) -> bool:
    with tenant_scope(stage.line):
        return Conversation.objects.filter(pk=talk.id).exclude(state=State.ENDED).exists()


def _is_locked(stage: Stage, talk: Talk) -> bool:
    """Say whether what the tab has opens nothing that goes on."""
    with tenant_scope(stage.line):
        opened = Conversation.objects.filter(secret_hash=talk.secret).exclude(state=State.ENDED)
        return not opened.exists()


def _judge(stage: Stage, is_kept: bool, said: str) -> None:
    stage.judge("leave", Outcome.KEPT if is_kept else Outcome.BROKEN, said)


def code(stage: Stage) -> Moments:
    """What is kept of a code opens the talk while it goes on, and goes with it."""
    yield stage.next_slot()
    made = make_code(stage.line, wait=_PATIENCE_SECONDS)
    if made is None:
        if not stage.line.offers_code:
            words = _("A code brings a visitor back to the talk.")
            said = _("No code is offered.")
            stage.judge("code", Outcome.NOT_PROMISED, said, sentence=words)
        return
    shown, prints = made
    talk = talks.begin(stage, prints=prints)
    again = prints_of(stage.line, read_code(shown.reveal()))
    with tenant_scope(stage.line):
        opens = can_come_back(talk.id) and talk_shown_by(again) == talk.id
    stage.note(_("Another visitor is shown a code, and comes back by it."))
    yield clock.now() + MINUTE
    ended_at = talks.end(stage, talk, by=By.COUNSELLOR)
    with tenant_scope(stage.line):
        closed = not can_come_back(talk.id)
    rule = stage.rule(PolicyRule.Kind.CONVERSATION, PolicyRule.Starts.ENDED)
    assert rule is not None
    yield stage.end_of(rule, ended_at) + MINUTE
    stage.purge()
    with tenant_scope(stage.line):
        gone = talk_shown_by(again) is None
    if opens and closed and gone:
        words = _("It opened the talk while that went on, and nothing after; its imprint is gone.")
        stage.judge("code", Outcome.KEPT, words)
    else:
        stage.judge("code", Outcome.BROKEN, _("It did not open the talk, or it outlived it."))
