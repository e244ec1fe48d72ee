"""What visitors have answered after their talks, together and never one by one.  Rule: S9

For those who lead a line. Operators are no members and get no further than the door.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from chat.evaluation import Form, Pooled, pooled
from chat.pages import languages
from chat.pages.languages import TenantRequest
from chat.pages.office.door import office, show
from chat.pages.questions import ChoiceLine, question_line
from tenants.models import Membership, Tenant
from tenants.policies import TOGETHER, current_policy
from tenants.promises import sentences

SECTION = "office-evaluations"


@dataclass(frozen=True)
class CountLine:
    choice: ChoiceLine
    count: int


@dataclass(frozen=True)
class AnswersTo:
    """What was answered to one question; ``answered`` is None where by too few."""

    label: str
    answered: int | None
    counts: list[CountLine]
    texts: list[str]


@dataclass(frozen=True)
class FormAnswers:
    version: int
    questions: list[AnswersTo]


@dataclass(frozen=True)
class EvaluationsContent:
    """All that templates/chat/office/evaluations.html shows."""

    promised: list[str]
    together: int
    forms: list[FormAnswers]


@require_safe
@office(SECTION)
def evaluations(request: TenantRequest, member: Membership) -> HttpResponse:
    """Show the answers to each question, where there are enough of them."""
    tenant = request.tenant
    language = languages.desk_language(request, tenant)
    said = sentences(tenant, current_policy(tenant), language=language)
    content = EvaluationsContent(
        promised=[each.text for each in said if each.kind == "evaluation"],
        together=TOGETHER,
        forms=[_form(form, answers, tenant, language) for form, answers in pooled(tenant)],
    )
    return show(request, member, "chat/office/evaluations.html", content, section=SECTION)


def _form(form: Form, answers: list[Pooled], tenant: Tenant, language: str) -> FormAnswers:
    return FormAnswers(form.version, [_answers(each, tenant, language) for each in answers])


def _answers(one: Pooled, tenant: Tenant, language: str) -> AnswersTo:
    line = question_line(one.question, tenant, language)
    counts = zip(line.choices, one.counts, strict=True) if one.counts is not None else ()
    return AnswersTo(
        label=line.label,
        answered=one.answered,
        counts=[CountLine(choice, count) for choice, count in counts],
        texts=list(one.texts or ()),
    )
