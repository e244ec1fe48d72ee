"""What is asked after a talk, while it is being written: nothing of it is stored before it is published.

The page carries the whole form to and fro, so that a question can be added, moved or taken out
without a script. What it says is read as a charter's would be, with the same words about mistakes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.text import slugify

from tenants.charter.evaluation import ENDS, MOST_QUESTIONS, read_evaluation
from tenants.charter.rules import OURS
from tenants.charter.shape import Question
from tenants.charter.table import SLUG, Problem, Problems, Table
from tenants.models import EvaluationQuestion

Kind = EvaluationQuestion.Kind
_PLACE = re.compile(r"evaluation\[(?P<place>\d+)\]\.?(?P<rest>.*)")


@dataclass(frozen=True)
class Line:
    """One text of a question in one language; ``name`` is that of its field."""

    name: str
    language: str
    text: str


@dataclass
class Written:
    """One question as it stands in the form; ``choices`` has one of them a line."""

    kind: str
    slug: str = ""
    rule: str = OURS
    label: dict[str, str] = field(default_factory=dict)
    low: dict[str, str] = field(default_factory=dict)
    high: dict[str, str] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


_TEXTS = ("label", "low", "high", "choices")


def written_of(question: Question) -> Written:
    """Return a published question as the form has it."""
    if question.kind == Kind.SCALE:
        low, high = (dict(one.label) for one in question.choices)
        return Written(question.kind, question.slug, question.rule, dict(question.label), low, high)
    choices = {
        language: "\n".join(one.label.get(language, "") for one in question.choices)
        for language in question.label
    }
    return Written(
        question.kind, question.slug, question.rule, dict(question.label), choices=choices
    )


def written_in(said: Mapping[str, str], languages: Sequence[str]) -> list[Written]:
    """Return the questions that a form has sent, in its order."""
    return [
        _written(said, place, languages)
        for place in range(MOST_QUESTIONS + 1)
        if said.get(f"{place}-kind") in Kind.values
    ]


def _written(said: Mapping[str, str], place: int, languages: Sequence[str]) -> Written:
    found = Written(
        kind=said[f"{place}-kind"],
        slug=said.get(f"{place}-slug", ""),
        rule=said.get(f"{place}-rule", OURS),
    )
    for name in _TEXTS:
        texts = {
            language: said.get(f"{place}-{name}-{language}", "").strip() for language in languages
        }
        setattr(found, name, texts)
    return found


def acted(asked: list[Written], act: str) -> list[Written]:
    """Return the questions after a press of ``add:<kind>``, ``up:<n>``, ``down:<n>`` or ``remove:<n>``."""
    name, _, what = act.partition(":")
    if name == "add" and what in Kind.values and len(asked) < MOST_QUESTIONS:
        return [*asked, Written(what)]
    if not what.isdigit() or int(what) >= len(asked):
        return asked
    place, found = int(what), list(asked)
    taken = found.pop(place)
    if name != "remove":
        found.insert(max(0, place - 1) if name == "up" else place + 1, taken)
    return found


def read(
    asked: Sequence[Written], languages: Sequence[str], *, before: Sequence[Question] = ()
) -> tuple[tuple[Question, ...], list[str]]:
    """Return what ``asked`` says as questions, and what is wrong with all of them together.

    What is wrong with one is written into its ``problems``. What was asked ``before`` keeps its
    names, also those of its choices; what is new is named after its own words.
    """
    problems = Problems("form")
    known = {each.slug: each for each in before}
    taken: set[str] = set()
    entries = [_entry(each, place, languages, known, taken) for place, each in enumerate(asked)]
    root = Table({"evaluation": entries}, key="", problems=problems)
    questions = read_evaluation(root, tuple(languages))
    for each in asked:
        each.problems = []
    rest = []
    for one in problems.all:
        at = _PLACE.fullmatch(one.key)
        if at is None:
            rest.append(_words(one, ""))
        else:
            asked[int(at["place"])].problems.append(_words(one, at["rest"]))
    return questions, rest


def _words(one: Problem, place: str) -> str:
    return f"{place}{': ' if place else ''}{one.in_words}"


def _entry(
    each: Written,
    place: int,
    languages: Sequence[str],
    known: Mapping[str, Question],
    taken: set[str],
) -> dict[str, object]:
    first = languages[0]
    entry: dict[str, object] = {
        "slug": _named(each.slug or each.label.get(first, ""), f"question-{place + 1}", taken),
        "kind": each.kind,
        "rule": each.rule,
        **{language: each.label.get(language, "") for language in languages},
    }
    if each.kind == Kind.SCALE:
        entry |= {end: dict(getattr(each, end)) for end in ENDS}
    elif each.kind == Kind.CHOICE:
        entry["choices"] = _choices(each, languages, known.get(each.slug))
    return entry


def _choices(
    each: Written, languages: Sequence[str], before: Question | None
) -> list[dict[str, object]]:
    first = languages[0]
    lines = {
        language: [line.strip() for line in each.choices.get(language, "").splitlines()]
        for language in languages
    }
    named = {one.label.get(first): one.slug for one in before.choices} if before else {}
    taken: set[str] = set()
    return [
        {
            "slug": _named(named.get(text) or text, f"choice-{place + 1}", taken),
            **{
                language: found[place] if place < len(found) else ""
                for language, found in lines.items()
            },
        }
        for place, text in enumerate(_filled(lines[first], max(map(len, lines.values()))))
    ]


def _filled(lines: list[str], number: int) -> list[str]:
    """Return the lines of the first language, with empty ones where another has more."""
    return [*lines, *[""] * (number - len(lines))]


def _named(words: str, otherwise: str, taken: set[str]) -> str:
    """Return a name of its own made from ``words``."""
    begun = words if SLUG.fullmatch(words) else slugify(words)[:36].strip("-_").replace("_", "-")
    begun = begun or otherwise
    name, number = begun, 2
    while name in taken:
        name, number = f"{begun}-{number}", number + 1
    taken.add(name)
    return name
