"""What is asked after a talk: the versions there have been, and writing the next one.  Rule: S9"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chat.evaluation import asked_now
from chat.pages.administration.evaluation_form import (
    Kind,
    Line,
    Written,
    acted,
    read,
    written_in,
    written_of,
)
from chat.pages.languages import active_language, written_by
from chat.pages.policy_form import rule_choices
from chat.pages.questions import FormCard, QuestionLine, question_line
from tenants.administration import menu
from tenants.administration.rows import member_of, tenant_of
from tenants.administration.site import tenant_site
from tenants.charter.shape import Question
from tenants.models import Tenant
from tenants.questions import asked_by, forms, newest_form, publish_form

menu.add(
    menu.Group.KEPT,
    _("What is asked afterwards"),
    "admin:evaluation",
    place=20,
    hint=_("The voluntary form after a talk. Rule S9"),
)
KINDS = {
    Kind.SCALE: _("Steps from 1 to 5"),
    Kind.CHOICE: _("One of several"),
    Kind.TEXT: _("Words of one's own"),
}


@dataclass(frozen=True)
class FormVersion:
    version: int
    is_asked: bool
    questions: list[QuestionLine]


@dataclass(frozen=True)
class Block:
    """One question of the form as templates/administration/_question.html shows it."""

    place: int
    written: Written
    kind: object
    label: list[Line]
    low: list[Line]
    high: list[Line]
    choices: list[Line]
    is_first: bool
    is_last: bool


@dataclass(frozen=True)
class PreviewPage:
    title: str
    language: str


@tenant_site.page("evaluation/", name="evaluation")
@require_safe
def evaluation(request: HttpRequest) -> HttpResponse:
    """Show what is asked now, and every version before."""
    tenant = tenant_of(request)
    language, now = active_language(tenant), asked_now(tenant)
    versions = [
        FormVersion(
            form.version,
            now is not None and form.version == now.version,
            [question_line(each, tenant, language) for each in asked_by(form)],
        )
        for form in forms(tenant)
    ]
    return tenant_site.show(
        request,
        "administration/evaluation.html",
        title=_("What is asked afterwards"),
        versions=versions,
        is_asked=now is not None,
        kinds=KINDS,
    )


@tenant_site.page("evaluation/write/", name="evaluation-write")
@require_http_methods(["GET", "HEAD", "POST"])
def write(request: HttpRequest) -> HttpResponse:
    """Write the next form; nothing of it is stored before it is published."""
    tenant = tenant_of(request)
    newest = newest_form(tenant)
    before = asked_by(newest) if newest else ()
    if request.method != "POST":
        return _written(request, [written_of(each) for each in before])
    asked = written_in(request.POST, tenant.languages)
    act = request.POST.get("act", "")
    if act != "publish":
        return _written(request, acted(asked, act))
    questions, rest = read(asked, tenant.languages, before=before)
    if rest or any(each.problems for each in asked):
        return _written(request, asked, rest=rest, status=400)
    if questions != before:
        form = publish_form(tenant, questions, actor=member_of(request))
        said = _("Version {version} is asked from now on.").format(version=form.version)
        messages.success(request, said)
    return redirect("admin:evaluation")


@tenant_site.page("evaluation/preview/", name="evaluation-preview")
@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """Show the form that is being written as a visitor would see it, in one language."""
    tenant = tenant_of(request)
    asked = written_in(request.POST, tenant.languages)
    language = request.GET.get("in", "")
    language = language if language in written_by(tenant) else written_by(tenant)[0]
    questions, _rest = read(asked, tenant.languages)
    with translation.override(language):
        return render(
            request,
            "administration/evaluation_preview.html",
            {
                "page": PreviewPage(tenant.neutral_title, language),
                "form": _card(questions, tenant, language),
            },
        )


def _card(questions: tuple[Question, ...], tenant: Tenant, language: str) -> FormCard:
    return FormCard(0, [question_line(each, tenant, language) for each in questions])


def _written(
    request: HttpRequest, asked: list[Written], *, rest: list[str] | None = None, status: int = 200
) -> HttpResponse:
    tenant = tenant_of(request)
    response = tenant_site.show(
        request,
        "administration/evaluation_write.html",
        title=_("What is asked afterwards"),
        blocks=[_block(asked, place, tenant.languages) for place in range(len(asked))],
        kinds=KINDS,
        rules=rule_choices(),
        languages=tenant.languages,
        problems=rest or [],
        has_problems=bool(rest) or any(each.problems for each in asked),
    )
    response.status_code = status
    return response


def _block(asked: list[Written], place: int, languages: list[str]) -> Block:
    each = asked[place]

    def lines(name: str) -> list[Line]:
        texts: dict[str, str] = getattr(each, name)
        return [
            Line(f"{place}-{name}-{language}", language, texts.get(language, ""))
            for language in languages
        ]

    return Block(
        place=place,
        written=each,
        kind=KINDS[Kind(each.kind)],
        label=lines("label"),
        low=lines("low") if each.kind == Kind.SCALE else [],
        high=lines("high") if each.kind == Kind.SCALE else [],
        choices=lines("choices") if each.kind == Kind.CHOICE else [],
        is_first=place == 0,
        is_last=place == len(asked) - 1,
    )
