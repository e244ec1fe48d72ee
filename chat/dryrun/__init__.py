"""The dry run: a line's own promises, tried by the real functions on the one clock moved forward.

    shadow      a copy of the tenant's rows, which nobody waits for
    stage       the clock, and the stories that are played on it
    talks       talks, looked at by the program, in the rows and by their keys
    stories/    what is played: each is about a promise or a few, and judges them
    report      what is told of it

It is played in a sandbox (``retention/sandbox.py``) of which nothing is left. Floors above add
stories of theirs by ``register_story``. A tenant need not be live.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from django.utils import translation
from django.utils.translation import gettext as _

from chat.dryrun import people
from chat.dryrun.report import Outcome, Report, Step, Verdict, moment_words
from chat.dryrun.shadow import copy_of
from chat.dryrun.stage import MINUTE, Stage, Story, play
from chat.dryrun.stories.beside import address, evaluation
from chat.dryrun.stories.holds import held
from chat.dryrun.stories.house import account, hours, log, session
from chat.dryrun.stories.leaving import code, leave
from chat.dryrun.stories.talks import conversation, erase, flagged
from chat.events import outbox
from retention import clock, sandbox
from tenants.charter.table import LANGUAGES
from tenants.checkup import Finding, check_up
from tenants.dry_runs import Tell, tell_nobody
from tenants.hours import LOOK_AHEAD, Span, schedule_of
from tenants.models import Policy, PolicyRule, Tenant
from tenants.policies import NoPolicy, current_policy, policy_rules
from tenants.promises import Promise, all_sentences
from tenants.scope import tenant_scope

__all__ = ["Outcome", "Report", "Step", "Verdict", "dry_run", "moment_words", "register_story"]

# How much of the opening hours the talks of a run take, and how soon after the opening they begin.
_TAKES = timedelta(hours=1)
_AFTER = 5 * MINUTE

_added: list[Story] = []


def register_story(story: Story) -> None:
    """Play ``story`` too, after those of this floor. Once."""
    if story not in _added:
        _added.append(story)


def _nobody(step: Step) -> None:
    """Tell nobody how far it is."""


def dry_run(
    tenant: Tenant,
    *,
    language: str = "",
    told: Callable[[Step], None] = _nobody,
    far: Tell = tell_nobody,
) -> Report:
    """Try what ``tenant`` promises, and say what was seen, in ``language`` (nb, sv or en).

    May be called anywhere; sees what is committed, and leaves nothing. ``told`` is called from the
    thread that does it, as each step happens, and ``far`` as each story is over, with how many are of
    how many; what they raise ends the run. Takes some seconds. A
    language that the pages do not speak is taken for the tenant's first.
    """
    spoken = language if language in LANGUAGES else tenant.default_language
    return sandbox.rolled_back(partial(_try, tenant.pk, spoken, told, far))


def _try(pk: int, language: str, told: Callable[[Step], None], far: Tell) -> Report:
    # What is published here reaches nobody: it is gathered, and dropped with this context.
    outbox.set([])
    tenant = Tenant.objects.select_related("operator").get(pk=pk)
    with translation.override(language):
        findings = tuple(check_up(tenant))
        try:
            stage = _stage(tenant, language, told, far)
        except NoPolicy:
            return Report(tenant.slug, tenant.zone, language, findings, (), ())
        return _played(stage, findings)


def _stage(tenant: Tenant, language: str, told: Callable[[Step], None], far: Tell) -> Stage:
    """Make the copy. Raises NoPolicy."""
    line = copy_of(tenant)
    with tenant_scope(line):
        current_policy(line)
        span = _next_opening(line, clock.now())
    now = clock.now()
    opens_at = max(now + MINUTE, span.starts_at + _AFTER) if span else now + MINUTE
    opens_at = opens_at.replace(second=0, microsecond=0) + MINUTE * bool(opens_at.second)
    return Stage(tenant, line, language, told, far, opens_at, hours=span)


def _next_opening(line: Tenant, now: datetime) -> Span | None:
    """Return the next hours in which a run has room, else the next at all. In the scope."""
    zone = line.tzinfo
    today, last = now.astimezone(zone).date(), (now + LOOK_AHEAD).astimezone(zone).date()
    spans = [
        span
        for span in schedule_of(line).spans(today - timedelta(days=1), last)
        if span.ends_at > now + _AFTER
    ]
    roomy = (span for span in spans if span.ends_at - max(span.starts_at, now) > _TAKES + _AFTER)
    return next(roomy, spans[0] if spans else None)


def _played(stage: Stage, findings: tuple[Finding, ...]) -> Report:
    policy = stage.policy()
    with tenant_scope(stage.line):
        reasons = _hold_reasons(policy)
        promised = all_sentences(stage.line, policy, language=stage.language)
    people.staff(stage)
    stories = [
        conversation, flagged, erase, *map(held, reasons), leave, code, address, hours, evaluation,
        account, session, log, *_added,
    ]  # fmt: skip
    play(stage, stories)
    return Report(
        slug=stage.tenant.slug,
        zone=stage.line.zone,
        language=stage.language,
        findings=findings,
        steps=tuple(sorted(stage.steps, key=lambda step: step.at)),
        verdicts=tuple(_verdicts(stage, promised, reasons)),
    )


def _hold_reasons(policy: Policy) -> list[str]:
    """Return why a talk may be held, in the order in which the page says so. In the scope."""
    talks = [rule for rule in policy_rules(policy) if rule.kind == PolicyRule.Kind.CONVERSATION]
    return list(dict.fromkeys(reason for rule in talks for reason in rule.suspended_by))


def _verdicts(stage: Stage, promised: list[Promise], reasons: list[str]) -> Iterator[Verdict]:
    """Give the page's promises in its order, each with what was seen of it; then the others."""
    found, holds = dict(stage.verdicts), iter(reasons)
    for promise in promised:
        name = f"held:{next(holds)}" if promise.kind == "held" else promise.kind
        seen = found.pop(name, None) or _untried(name)
        yield replace(seen, sentence=promise.text, rule=promise.rule, on_page=True)
    yield from found.values()


def _untried(kind: str) -> Verdict:
    said = _("This cannot be tried here yet: nothing in the program writes it down.")
    return Verdict(kind, Outcome.UNTRIED, "", "", said, on_page=True)
