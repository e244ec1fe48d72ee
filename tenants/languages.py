"""In which of its languages a line has all of its texts, and so which it offers to visitors.

A language that is added waits until every text is there in it. Once offered it stays: of a text that
is written later, and in one language only, visitors read that one meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tenants.audit import record
from tenants.models import (
    Category,
    CloseReason,
    Contact,
    HoursException,
    Notice,
    Partner,
    Phrase,
    Requirement,
    Statement,
    Subject,
    Tenant,
)
from tenants.policies import newest_policy
from tenants.questions import asked_by, newest_form
from tenants.scope import TenantModel

TABLES: tuple[tuple[str, type[TenantModel], str], ...] = (
    ("subjects", Subject, "label"),
    ("statements", Statement, "texts"),
    ("requirements", Requirement, "label"),
    ("notices", Notice, "texts"),
    ("contacts", Contact, "label"),
    ("partners", Partner, "texts"),
    ("reasons", CloseReason, "label"),
    ("categories", Category, "label"),
    ("phrases", Phrase, "texts"),
)


@dataclass(frozen=True, slots=True)
class Lack:
    """A text that is not there in ``language``; ``where`` is the table of a charter that it is of."""

    where: str
    name: str
    language: str


def lacking(tenant: Tenant) -> list[Lack]:
    """Return what is not said in every language of ``tenant``. In the scope; a query for each table.

    The one question that the checklist, the check-up and the offer to visitors ask.  Rule: ours.
    """
    return [
        Lack(where, name, language)
        for where, name, texts in _all_texts(tenant)
        for language in tenant.languages
        if not str(texts.get(language, "")).strip()
    ]


def offer_whole(tenant: Tenant) -> None:
    """Offer visitors each language in which every text is there by now. In the scope.

    Where none waits nothing is asked.
    """
    if set(tenant.languages) == set(tenant.whole_in):
        return
    short = {one.language for one in lacking(tenant)}
    before = tenant.whole_in
    whole = [one for one in tenant.languages if one in before or one not in short]
    if whole == before:
        return
    tenant.whole_in = whole
    tenant.save(update_fields=["whole_in"])
    if set(whole) - set(before):
        changes = {"languages": (", ".join(before), ", ".join(whole))}
        record(
            tenant, actor=None, action="languages.offered", subject=None, basis="", changes=changes
        )


def _all_texts(tenant: Tenant) -> Iterator[tuple[str, str, Mapping[str, str]]]:
    for where, model, column in TABLES:
        for row in model.objects.all():
            yield where, str(row), getattr(row, column)
    for dated in HoursException.objects.exclude(origin=HoursException.Origin.TRIAL):
        yield "exceptions", str(dated), dated.reason
    form = newest_form(tenant)
    for question in asked_by(form) if form else ():
        yield "evaluation", question.slug, question.label
        for option in question.choices:
            yield "evaluation", f"{question.slug}: {option.slug}", option.label
    policy = newest_policy(tenant)
    if policy and policy.texts:
        yield "policy", str(policy), policy.texts
