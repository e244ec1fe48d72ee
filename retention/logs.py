"""Files of log lines, cut down to the shortest life that any tenant promises for them.

Lines are in the order of their times; one without a time is as old as the line before it. A file is
cut in place, because whoever writes it goes on: it was opened for appending, so that what they write
lands behind what is kept.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tenants.models import PolicyRule, Tenant
from tenants.policies import NoPolicy, current_policy, rule_for, until
from tenants.scope import tenant_scope

# Files are looked at once an hour: a line goes before its time and not up to an hour after it.
EARLY = timedelta(hours=1)
# Ours, PostgreSQL's and Valkey's; all of them write UTC, and the minute is enough.
_TIMES = (
    (re.compile(rb'"at": "(\d{4}-\d\d-\d\dT\d\d:\d\d)Z"'), "%Y-%m-%dT%H:%M"),
    (re.compile(rb"(\d{4}-\d\d-\d\d \d\d:\d\d):\d\d UTC "), "%Y-%m-%d %H:%M"),
    (re.compile(rb"\d+:[A-Z] (\d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d):"), "%d %b %Y %H:%M"),
)

IsOver = Callable[[datetime], bool]


def trim_logs(directory: Path, *, now: datetime) -> int:
    """Cut the log files in ``directory``; return how many bytes are gone. Outside every scope."""
    is_over = _shortest_life(now=now + EARLY)
    files = [*directory.glob("*.log"), *directory.glob("*.old")]
    return sum(_trim(file, is_over) for file in sorted(files))


def _shortest_life(*, now: datetime) -> IsOver:
    """Return what tells of a time whether a line from then may be kept by no tenant's leave."""
    lives = [(tenant, rule) for tenant in Tenant.objects.all() if (rule := _rule(tenant))]

    def is_over(written_at: datetime) -> bool:
        return any(_until(tenant, rule, written_at) <= now for tenant, rule in lives)

    return is_over


def _rule(tenant: Tenant) -> PolicyRule | None:
    with tenant_scope(tenant):
        try:
            policy = current_policy(tenant)
        except NoPolicy:
            return None
        return rule_for(policy, PolicyRule.Kind.LOG, PolicyRule.Starts.WRITTEN)


def _until(tenant: Tenant, rule: PolicyRule, written_at: datetime) -> datetime:
    with tenant_scope(tenant):
        return until(tenant, rule, start=written_at)


def _trim(path: Path, is_over: IsOver) -> int:
    with path.open("a+b", buffering=0) as file:
        file.seek(0)
        lines = file.readall().splitlines(keepends=True)
        first = _first_kept(lines, is_over, changed_at=path.stat().st_mtime)
        if not first:
            return 0
        kept = b"".join(lines[first:])
        # Between this look and the cut a line may be lost; to lose a line harms nobody.
        kept += file.readall()
        os.ftruncate(file.fileno(), 0)
        file.write(kept)
    return sum(map(len, lines[:first]))


def _first_kept(lines: Sequence[bytes], is_over: IsOver, *, changed_at: float) -> int:
    timed = [(index, at) for index, line in enumerate(lines) if (at := _time(line))]
    if not timed:
        return len(lines) if is_over(datetime.fromtimestamp(changed_at, UTC)) else 0
    living = bisect_left(timed, True, key=lambda one: not is_over(one[1]))
    if living == 0:
        return 0
    return timed[living][0] if living < len(timed) else len(lines)


def _time(line: bytes) -> datetime | None:
    for pattern, form in _TIMES:
        found = pattern.search(line) if form.startswith("%Y-%m-%dT") else pattern.match(line)
        if found:
            return datetime.strptime(found[1].decode(), form).replace(tzinfo=UTC)
    return None
