"""A dry run as the path of a line shows it (tenants/dry_runs.py): one list of what was looked at."""

from __future__ import annotations

from django.utils.translation import get_language

from chat.dryrun import Outcome, dry_run
from tenants import dry_runs
from tenants.checkup import Severity
from tenants.dry_runs import Course, Mark, Tell
from tenants.models import Tenant

_MARKS = {Outcome.KEPT: Mark.KEPT, Outcome.BROKEN: Mark.BROKEN}
_FOUND = {Severity.BLOCKS: Mark.BROKEN, Severity.WARNS: Mark.ASIDE}


def course_of(tenant: Tenant, tell: Tell) -> Course:
    """Run ``tenant`` dry in the active language: what its rows tell by themselves comes first."""
    report = dry_run(tenant, language=get_language() or "", far=tell)
    found = [
        dry_runs.Verdict(one.words, _FOUND[one.severity], "", one.rule) for one in report.findings
    ]
    seen = [
        dry_runs.Verdict(
            one.sentence or one.observed,
            _MARKS.get(one.outcome, Mark.ASIDE),
            one.observed if one.sentence else "",
            one.rule,
        )
        for one in report.verdicts
    ]
    steps = [dry_runs.Step(step.when(tenant.tzinfo), step.words) for step in report.steps]
    return Course(steps, [*found, *seen])
