"""What is asked after a talk, in words of one language.  Rule: S9"""

from __future__ import annotations

from dataclasses import dataclass

from chat.evaluation import TEXT_LENGTH, asked_now, steps_of
from tenants.charter.shape import Question
from tenants.models import EvaluationQuestion, Tenant
from tenants.texts import said_in


@dataclass(frozen=True)
class ChoiceLine:
    """What can be chosen; ``said`` is what the end of a scale means, and empty for others."""

    value: str
    label: str
    said: str = ""


@dataclass(frozen=True)
class QuestionLine:
    slug: str
    kind: str
    label: str
    choices: list[ChoiceLine]


@dataclass(frozen=True)
class FormCard:
    """What templates/chat/_evaluation.html shows."""

    version: int
    questions: list[QuestionLine]
    text_length: int = TEXT_LENGTH


def form_card(tenant: Tenant, language: str) -> FormCard | None:
    """Return what is asked now, or None where nothing is."""
    form = asked_now(tenant)
    if form is None:
        return None
    return FormCard(
        form.version, [question_line(each, tenant, language) for each in form.questions]
    )


def question_line(question: Question, tenant: Tenant, language: str) -> QuestionLine:
    """Return one question; in a language that it is not asked in, as the line asks it first."""
    labels = {one.slug: said_in(one.label, language, tenant) for one in question.choices}
    if question.kind == EvaluationQuestion.Kind.SCALE:
        steps = [str(step) for step in steps_of(question)]
        choices = [ChoiceLine(step, step, labels.get(step, "")) for step in steps]
    else:
        choices = [ChoiceLine(slug, label) for slug, label in labels.items()]
    label = said_in(question.label, language, tenant)
    return QuestionLine(question.slug, question.kind, label, choices)
