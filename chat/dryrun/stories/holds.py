"""A talk that is held beyond its time, by two people, and let go.  Rule: U8, T10"""

from __future__ import annotations

from datetime import timedelta

from django.utils.translation import gettext as _

from chat.desk import held_talk
from chat.dryrun import talks
from chat.dryrun.report import Outcome
from chat.dryrun.stage import MINUTE, Moments, Stage, Story
from chat.dryrun.talks import Talk
from chat.states import By
from retention import clock, sandbox
from retention.holds import Demand, confirm_hold, place_hold
from retention.models import Hold
from retention.releases import release_hold
from tenants.errors import HelplineError
from tenants.fitness import today_at
from tenants.models import PolicyRule
from tenants.scope import tenant_scope

_HOURS = timedelta(hours=3)
_REVIEWED_IN = timedelta(days=30)


def held(reason: str) -> Story:
    """Return the story of a hold for ``reason``."""

    def story(stage: Stage) -> Moments:
        yield stage.next_slot()
        talk = talks.begin(stage)
        talks.take(stage, talk)
        yield clock.now() + MINUTE
        talks.say(stage, talk, "Something that the police ask for.")
        ended_at = talks.end(stage, talk, by=By.COUNSELLOR)
        yield clock.now() + MINUTE
        hold = _place(stage, talk, reason)
        rule = stage.rule(PolicyRule.Kind.CONVERSATION, PolicyRule.Starts.ENDED)
        assert rule is not None
        end = stage.end_of(rule, ended_at)
        yield end
        stage.purge()
        beside = talks.look(stage, talk).readable
        through = _through_hold(stage, hold)
        if through:
            stage.note(_("Its time is over: only those who look after the hold can still read it."))
        yield end + _HOURS
        release_hold(stage.line, stage.officers[0], hold.pk, outcome=Hold.Outcome.HANDED_OVER)
        sandbox.settle()
        gone = talks.is_gone(stage, talk)
        if gone:
            stage.note(
                _("It has been handed over: the hold ends, and nothing is left of the talk.")
            )
        _judge(stage, reason, through=through, beside=beside, gone=gone)

    story.__name__ = f"held:{reason}"
    return story


def _place(stage: Stage, talk: Talk, reason: str) -> Hold:
    owner, second = stage.officers
    review_on = today_at(stage.line, now=clock.now()) + _REVIEWED_IN
    demand = Demand(reason, "-", "-", review_on)
    hold = place_hold(stage.line, owner, demand, kind="conversation", thing=talk.id)
    confirm_hold(stage.line, second, hold.pk)
    sandbox.settle()
    stage.note(_("An officer holds the talk, and a second person confirms it."))
    return hold


def _through_hold(stage: Stage, hold: Hold) -> bool:
    try:
        with tenant_scope(stage.line):
            stands = held_talk(stage.line, stage.officers[0], hold.pk, after=0, purpose="-")
    except HelplineError:
        return False
    return bool(stands.caught.page.messages)


def _judge(stage: Stage, reason: str, *, through: bool, beside: bool, gone: bool) -> None:
    outcome = Outcome.KEPT if through and gone and not beside else Outcome.BROKEN
    said = _("Kept past its time for those who hold it and nobody else; gone when it was let go.")
    if not through:
        said = _("The hold did not keep it.")
    elif beside:
        said = _("While it was held, others could read it past its time.")
    elif not gone:
        said = _("It was still there after the hold had ended.")
    stage.judge(f"held:{reason}", outcome, said)
