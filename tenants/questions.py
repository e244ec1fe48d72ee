"""What is asked after a talk: forms that are never changed, each in its turn.  Rule: S9"""

from __future__ import annotations

from collections.abc import Sequence

from tenants.audit import differing, record
from tenants.charter.shape import Option, Question
from tenants.models import EvaluationForm, EvaluationQuestion, Membership, Tenant


def publish_form(
    tenant: Tenant, questions: Sequence[Question], *, actor: Membership | None = None
) -> EvaluationForm:
    """Ask ``questions`` from now on; none of them to ask nothing more. In the scope.

    Recorded, question by question. ``actor`` is None where the platform acts.
    """
    newest = newest_form(tenant)
    form = EvaluationForm.objects.create(tenant=tenant, version=newest.version + 1 if newest else 1)
    EvaluationQuestion.objects.bulk_create(
        EvaluationQuestion(
            tenant=tenant,
            form=form,
            position=place,
            slug=each.slug,
            kind=each.kind,
            label=dict(each.label),
            choices=[{"slug": one.slug, "label": dict(one.label)} for one in each.choices],
            rule=each.rule,
        )
        for place, each in enumerate(questions)
    )
    record(
        tenant,
        actor=actor,
        action="evaluation.published",
        subject=None,
        basis=f"version {form.version}",
        changes=differing(_told(asked_by(newest)) if newest else {}, _told(questions)),
    )
    return form


def _told(questions: Sequence[Question]) -> dict[str, str]:
    """Return what is asked, by the name of the question, as the trail keeps it."""
    return {each.slug: _words(place, each) for place, each in enumerate(questions, start=1)}


def _words(place: int, question: Question) -> str:
    asked = "; ".join(f"{language}: {text}" for language, text in question.label.items())
    choices = "; ".join(" / ".join(one.label.values()) for one in question.choices)
    return f"{place}. {question.kind} ({question.rule}) {asked}{' – ' if choices else ''}{choices}"


def newest_form(tenant: Tenant) -> EvaluationForm | None:
    """Return the form that is asked now, if there has ever been one. In the scope."""
    return EvaluationForm.objects.filter(tenant=tenant).order_by("-version").first()


def forms(tenant: Tenant) -> list[EvaluationForm]:
    """Return every form that there has been, the newest first. In the scope."""
    return list(EvaluationForm.objects.filter(tenant=tenant).order_by("-version"))


def asked_by(form: EvaluationForm) -> tuple[Question, ...]:
    """Return the questions of ``form`` as plain data, in the shape that a charter has them in."""
    return tuple(
        Question(
            slug=row.slug,
            kind=row.kind,
            label=row.label,
            choices=tuple(Option(one["slug"], one["label"]) for one in row.choices),
            rule=row.rule,
        )
        for row in EvaluationQuestion.objects.filter(form=form).order_by("position")
    )
