"""``[[evaluation]]``: what is asked after the talk, for whoever wants to answer.  Rule: S9"""

from __future__ import annotations

from django.utils.translation import gettext as _

from tenants.charter import shape
from tenants.charter.table import SLUG, Table
from tenants.models import EvaluationQuestion

# Short enough for somebody who has just talked about what is hard. Two texts of the longest kind
# also decide how much room every answer takes (retention/shuffled.py).
MOST_QUESTIONS = 12
MOST_TEXTS = 2
MOST_CHOICES = 10
ENDS = {"low": "1", "high": "5"}


def read_evaluation(root: Table, languages: tuple[str, ...]) -> tuple[shape.Question, ...]:
    found = tuple(_question(entry, languages) for entry in root.tables("evaluation"))
    texts = sum(each.kind == EvaluationQuestion.Kind.TEXT for each in found)
    if len(found) > MOST_QUESTIONS or texts > MOST_TEXTS:
        root.problems.note(
            root.at("evaluation"),
            found=_("%(many)s questions, %(texts)s of them for a text")
            % {"many": len(found), "texts": texts},
            expected=_("at most %(many)s, and at most %(texts)s for a text")
            % {"many": MOST_QUESTIONS, "texts": MOST_TEXTS},
        )
    return found


def _question(entry: Table, languages: tuple[str, ...]) -> shape.Question:
    kind = entry.choice("kind", EvaluationQuestion.Kind.values)
    question = shape.Question(
        slug=entry.matching("slug", SLUG, "a slug of a-z, 0-9 and -"),
        kind=kind,
        label=entry.texts(languages, most=160),
        choices=_choices(entry, kind, languages),
        rule=entry.rule(),
    )
    entry.done()
    return question


def _choices(entry: Table, kind: str, languages: tuple[str, ...]) -> tuple[shape.Option, ...]:
    if kind == EvaluationQuestion.Kind.SCALE:
        ends = {slug: entry.table(key) for key, slug in ENDS.items()}
        found = tuple(
            shape.Option(slug, end.texts(languages, most=40)) for slug, end in ends.items()
        )
        for end in ends.values():
            end.done()
        return found
    if kind != EvaluationQuestion.Kind.CHOICE:
        return ()
    options = entry.tables("choices")
    found = tuple(_option(one, languages) for one in options)
    slugs = [one.slug for one in found]
    if not 2 <= len(found) <= MOST_CHOICES or len(set(slugs)) != len(slugs):
        entry.problems.note(
            entry.at("choices"),
            found=_("%(many)s choices, %(different)s of them different")
            % {"many": len(found), "different": len(set(slugs))},
            expected=_("2 to %(many)s different choices") % {"many": MOST_CHOICES},
        )
    return found


def _option(entry: Table, languages: tuple[str, ...]) -> shape.Option:
    slug = entry.matching("slug", SLUG, "a slug of a-z, 0-9 and -")
    option = shape.Option(slug, entry.texts(languages, most=80))
    entry.done()
    return option
