"""When the line is open, and what is kept of those who work there and of the programs."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from django.utils.translation import gettext as _

from chat.conversations import check_accepting
from chat.dryrun import people
from chat.dryrun.report import Outcome
from chat.dryrun.stage import INSTANT, MINUTE, Moments, Stage
from chat.errors import Closed, Full
from retention import clock, sandbox
from retention.logs import trim_logs
from tenants import sessions
from tenants.audit import trail_rule
from tenants.models import AuditEntry, Membership, PolicyRule, Role, User
from tenants.promises import in_words
from tenants.scope import tenant_scope
from tenants.staff import leave

Kind, Starts = PolicyRule.Kind, PolicyRule.Starts
# A line that never closes has no closing to look at.
_LONGEST = timedelta(days=1)


def hours(stage: Stage) -> Moments:
    """The door is open when the page says so, and at no other time.  Rule: S1, D2, T1, B1"""
    if stage.hours is None:
        words = _("The line is open at some time.")
        stage.judge(
            "hours", Outcome.BROKEN, _("It does not open in the next two months."), sentence=words
        )
        return
    opens, closes = stage.hours.starts_at, stage.hours.ends_at
    seen: list[bool] = []
    sentence = _("The line is open from %(opens)s to %(closes)s.")
    told = sentence % {"opens": stage.when(opens), "closes": stage.when(closes)}
    if opens - INSTANT > clock.now():
        yield opens - INSTANT
        seen.append(not _is_open(stage))
        yield opens
        seen.append(_is_open(stage))
        stage.note(_("The line opens."))
    if closes - opens > _LONGEST:
        yield stage.opens_at
        seen.append(_is_open(stage))
        told = _("The line is open day and night.")
    else:
        yield closes - INSTANT
        seen.append(_is_open(stage))
        yield closes
        seen.append(not _is_open(stage))
        stage.note(_("The line closes: nobody new is let in."))
    is_kept = all(seen)
    said = _("Who came in that time found the door open, and who came outside it found it closed.")
    if not is_kept:
        said = _("The door was not open when it is said to be, or open when it is not.")
    stage.judge("hours", Outcome.KEPT if is_kept else Outcome.BROKEN, said, sentence=told)


def _is_open(stage: Stage) -> bool:
    with tenant_scope(stage.line):
        try:
            check_accepting(stage.line, now=clock.now())
        except Closed:
            return False
        except Full:
            # Open, and nobody there: that is another promise.
            return True
    return True


def account(stage: Stage) -> Moments:
    """Somebody who works here leaves; so does, in time, what is written of that."""
    yield stage.opens_at
    line = stage.line
    with tenant_scope(line):
        member = people.stand_in(line, Role.COUNSELLOR)
        gone = leave(line, member.pk, actor=None)
        rule = trail_rule(line)
        entry = AuditEntry.objects.get(subject=member.pk, action="member.left")
    sandbox.settle()
    stage.note(_("Somebody who worked here leaves: they are let in nowhere from now on."))
    life = stage.rule(Kind.ACCOUNT, Starts.LEFT)
    assert gone.left_at is not None
    assert life is not None
    end = stage.end_of(life, gone.left_at)
    yield end - INSTANT
    before = _is_known(stage, member)
    yield end + MINUTE
    stage.purge()
    is_kept = before and not _is_known(stage, member)
    if is_kept:
        stage.note(_("Who left is forgotten, with all that they held."))
    words = _("Who has left is forgotten after %(length)s.")
    told = words % {"length": in_words(life.amount, life.unit, language=stage.language)}
    said = _("Known until %(end)s, and gone a minute later.")
    if not is_kept:
        said = _("Not gone a minute after %(end)s, or gone before.")
    outcome = Outcome.KEPT if is_kept else Outcome.BROKEN
    stage.judge("account", outcome, said % {"end": stage.when(end)}, sentence=told, rule=life.rule)
    yield from _trail(stage, entry, rule)


def _is_known(stage: Stage, member: Membership) -> bool:
    with tenant_scope(stage.line):
        is_there = Membership.objects.filter(pk=member.pk).exists()
    return is_there or User.objects.filter(pk=member.user_id).exists()


def _trail(stage: Stage, entry: AuditEntry, rule: PolicyRule) -> Moments:
    """Look at an entry of the audit trail around its end."""
    end = stage.end_of(rule, entry.at_hour)
    yield end - INSTANT
    before = _is_written(stage, entry)
    yield end
    after = _is_written(stage, entry)
    is_kept = before and not after
    said = _("Written down until %(end)s, and not to be read from then on.")
    if not is_kept:
        said = _("Still to be read at %(end)s, or gone before.")
    else:
        stage.note(_("What was written down about it cannot be read any more."))
    outcome = Outcome.KEPT if is_kept else Outcome.BROKEN
    stage.judge("audit", outcome, said % {"end": stage.when(end)})


def _is_written(stage: Stage, entry: AuditEntry) -> bool:
    with tenant_scope(stage.line):
        return AuditEntry.objects.filter(pk=entry.pk).exists()


def session(stage: Stage) -> Moments:
    """Being signed in ends."""
    yield stage.opens_at
    store = sessions.SessionStore()
    with tenant_scope(stage.line):
        sessions.begin(store, stage.line)
    rule = stage.rule(Kind.SESSION, Starts.SIGNED_IN)
    if rule is None:
        return
    end = stage.end_of(rule, clock.now())
    yield end - INSTANT
    before = _is_signed_in(stage, store)
    yield end
    is_kept = before and not _is_signed_in(stage, store)
    words = _("Whoever signs in is signed out after %(length)s.")
    told = words % {"length": in_words(rule.amount, rule.unit, language=stage.language)}
    said = _("Signed in until %(end)s, and not from then on.")
    if not is_kept:
        said = _("Still signed in at %(end)s, or not until then.")
    outcome = Outcome.KEPT if is_kept else Outcome.BROKEN
    stage.judge("session", outcome, said % {"end": stage.when(end)}, sentence=told, rule=rule.rule)


def _is_signed_in(stage: Stage, store: sessions.SessionStore) -> bool:
    with tenant_scope(stage.line):
        return sessions.is_alive(store, stage.line)


def log(stage: Stage) -> Moments:
    """A line that a program wrote is cut off."""
    yield stage.opens_at
    rule = stage.rule(Kind.LOG, Starts.WRITTEN)
    if rule is None:
        return
    with TemporaryDirectory() as folder:
        file = Path(folder) / "dry-run.log"
        file.write_text(f'{{"at": "{clock.now():%Y-%m-%dT%H:%M}Z"}}\n', encoding="utf-8")
        end = stage.end_of(rule, clock.now())
        yield end
        trim_logs(Path(folder), now=clock.now())
        is_kept = not file.read_bytes()
    said = _("A line that was written then is gone by %(end)s.")
    if not is_kept:
        said = _("A line that was written then is still there at %(end)s.")
    outcome = Outcome.KEPT if is_kept else Outcome.BROKEN
    stage.judge("log", outcome, said % {"end": stage.when(end)})
