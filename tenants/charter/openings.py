"""``[[hours]]``, ``[holidays]``, ``[[exceptions]]``, and that no two of them overlap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, time

from django.utils.translation import gettext as _

from tenants.charter import shape
from tenants.charter.sections import WEEKDAYS
from tenants.charter.table import Problems, Table

_DAY = 24 * 60
_WEEK = 7 * _DAY
# A stretch of minutes, the key where it stands, and its words.
_Stretch = tuple[int, int, str, str]


def read_opens(root: Table, languages: tuple[str, ...]) -> shape.Opens:
    usual, stretches = _usual(root)
    dated = tuple(_dated(entry, languages) for entry in root.tables("exceptions"))
    holidays = root.table("holidays")
    closed = holidays.flag("closed")
    holidays.rule()
    holidays.done()
    if not root.problems.below("hours"):
        _refuse_overlaps(stretches, root.problems, around=_WEEK)
    if not root.problems.below("exceptions"):
        _refuse_overlaps(list(_dated_stretches(dated)), root.problems)
        _refuse_both(dated, root.problems)
    return shape.Opens(usual, dated, closed)


def _usual(root: Table) -> tuple[tuple[shape.Opening, ...], list[_Stretch]]:
    found: list[shape.Opening] = []
    stretches: list[_Stretch] = []
    for entry in root.tables("hours"):
        days = entry.words("days", WEEKDAYS)
        opens, closes = entry.clock("opens"), entry.clock("closes")
        rule = entry.rule()
        entry.done()
        for name in days:
            weekday = WEEKDAYS.index(name)
            found.append(shape.Opening(weekday, opens, closes, rule))
            start = weekday * _DAY + _minutes(opens)
            words = f"{name} {opens:%H:%M}-{closes:%H:%M}"
            stretches.append((start, start + _minutes_open(opens, closes), entry.key, words))
    if not found and not root.problems.below("hours"):
        root.problems.note("hours", found=_("nothing"), expected=_("when the line is open"))
    return tuple(found), stretches


def _dated(entry: Table, languages: tuple[str, ...]) -> shape.DatedOpening:
    opens = closes = None
    if entry.has("opens") or entry.has("closes"):
        opens, closes = entry.clock("opens"), entry.clock("closes")
        if entry.has("closed"):
            entry.refuse("closed", found=entry.flag("closed"), expected=_("either times or closed"))
    elif not entry.flag("closed") and not entry.problems.below(entry.at("closed")):
        entry.refuse("closed", found=False, expected=_("true, or opens and closes"))
    dated = shape.DatedOpening(
        entry.day("on"), opens, closes, entry.texts(languages, most=200), entry.rule()
    )
    entry.done()
    return dated


def _dated_stretches(dated: Sequence[shape.DatedOpening]) -> Iterator[_Stretch]:
    for index, each in enumerate(dated):
        if each.opens is not None and each.closes is not None:
            start = each.on.toordinal() * _DAY + _minutes(each.opens)
            words = f"{each.on} {each.opens:%H:%M}-{each.closes:%H:%M}"
            end = start + _minutes_open(each.opens, each.closes)
            yield start, end, f"exceptions[{index}]", words


def _refuse_both(dated: Sequence[shape.DatedOpening], problems: Problems) -> None:
    """A date cannot be closed and have an opening, nor be closed twice."""
    met: dict[date, bool] = {}
    for index, each in enumerate(dated):
        is_closed = each.opens is None
        if each.on in met and (is_closed or met[each.on]):
            problems.note(
                f"exceptions[{index}]",
                found=_("another entry for %(date)s") % {"date": each.on},
                expected=_("a closed date to stand alone"),
            )
        met[each.on] = is_closed or met.get(each.on, False)


def _refuse_overlaps(stretches: Sequence[_Stretch], problems: Problems, *, around: int = 0) -> None:
    """Note each stretch that runs into an earlier entry; ``around`` is where minutes repeat."""
    for index, (start, end, key, words) in enumerate(stretches):
        for other_start, other_end, _key, other_words in stretches[:index]:
            shifts = (-around, 0, around) if around else (0,)
            if any(start < other_end + by and other_start + by < end for by in shifts):
                expected = _("no overlap with %(other)s") % {"other": other_words}
                problems.note(key, found=words, expected=expected)


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _minutes_open(opens: time, closes: time) -> int:
    return (_minutes(closes) - _minutes(opens) - 1) % _DAY + 1


def shortest_opening(usual: Sequence[shape.Opening]) -> int | None:
    """Return the minutes of the shortest interval; None where there is none."""
    return min((_minutes_open(each.opens, each.closes) for each in usual), default=None)
