"""The sections of a charter that are lists of rows, each with its page and its place in the menu."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tenants.administration import menu
from tenants.administration.entries import Section
from tenants.administration.reading import (
    EntryAdmin,
    PartnerForm,
    PhraseForm,
    StatementForm,
    column,
)
from tenants.administration.site import tenant_site
from tenants.charter.endings import read_categories, read_reasons
from tenants.charter.phrases import read_phrases
from tenants.charter.sections import (
    read_contacts,
    read_notices,
    read_partners,
    read_requirements,
    read_statements,
    read_subjects,
)
from tenants.models import (
    Category,
    CloseReason,
    Contact,
    Notice,
    Partner,
    Phrase,
    Requirement,
    Statement,
    Subject,
)

_NAME, _TEXT = _("Name"), _("Text")


class NoticeAdmin(EntryAdmin):
    section = Section("notices", read_notices, "texts", 300, _TEXT)
    about = _("A message above everything else on the visitor's page, for as long as it is on.")
    list_display = (column("phone"), "active")
    list_editable = ("active",)


class SubjectAdmin(EntryAdmin):
    section = Section("subjects", read_subjects, "label", 80, _NAME)
    about = _(
        "What a visitor may want to talk about. They choose, and never have to. Rules S2, U4, T3."
    )
    is_placed = True  # fmt: skip


class StatementAdmin(EntryAdmin):
    section = Section("statements", read_statements, "texts", 600, _TEXT)
    about = _(
        "Promises in words: what no row of a policy can say. Rules S3–S8, D10, U6, T4–T11, B5."
    )
    is_placed = True
    entry_form = StatementForm
    list_display = (column("kind"),)

    def ordered(self, texts: list[str], rest: list[str]) -> list[str]:
        return [*rest, *texts]


class ContactAdmin(EntryAdmin):
    section = Section("contacts", read_contacts, "label", 120, _NAME)
    about = _(
        "Emergency numbers and other ways to get help, open or closed. Rules S10, S11, B1, T12."
    )
    is_placed = True
    list_display = (column("kind"), column("value"))

    def ordered(self, texts: list[str], rest: list[str]) -> list[str]:
        return [*rest, *texts]


class CloseReasonAdmin(EntryAdmin):
    section = Section("reasons", read_reasons, "label", 80, _NAME)
    about = _(
        "Why a counsellor ends a talk: counted, and never kept with the talk. The first is the usual one."
    )
    is_placed = True


class CategoryAdmin(EntryAdmin):
    section = Section("categories", read_categories, "label", 80, _NAME)
    about = _(
        "What a talk was about, as its counsellor says when it ends: counted, and never kept with the talk."
    )
    is_placed = True


class PhraseAdmin(EntryAdmin):
    section = Section("phrases", read_phrases, "texts", 600, _TEXT)
    about = _(
        "What counsellors say often. {title}, {name}, {line} and {closes} are filled in for whoever writes."
    )
    is_placed = True
    entry_form = PhraseForm


class RequirementAdmin(EntryAdmin):
    section = Section("requirements", read_requirements, "label", 120, _NAME)
    about = _(
        "What everybody who answers must hold: every group, and of each group one. Rules S3, S4, D1, D10, T5, B7."
    )
    list_display = (column("group"), column("years"), column("announced", is_yes_or_no=True))
    folded = ("kind", "rule")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        # A line where anybody at all may answer makes no such promise.
        return super().has_delete_permission(request, obj) and Requirement.objects.count() > 1

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """One at a time: the last one stays."""
        return {}


class PartnerAdmin(EntryAdmin):
    section = Section("partners", read_partners, "texts", 600, _TEXT)
    about = _(
        "The lines of this platform that visitors are told of, and passed on to. Rules S10, B3, B4."
    )
    list_display = (column("slug"), column("mode"))
    entry_form = PartnerForm
    folded = ("rule",)

    def ordered(self, texts: list[str], rest: list[str]) -> list[str]:
        return [*rest, *texts]


_READ, _STAFF = menu.Group.READ, menu.Group.STAFF
for _model, _page, _group, _label, _place in (
    (Notice, NoticeAdmin, _READ, _("Notices"), 10),
    (Subject, SubjectAdmin, _READ, _("Subjects"), 20),
    (Statement, StatementAdmin, _READ, _("Promises in words"), 30),
    (Contact, ContactAdmin, _READ, _("Emergency numbers and contacts"), 40),
    (Requirement, RequirementAdmin, _STAFF, _("What one must hold"), 40),
    (Phrase, PhraseAdmin, _STAFF, _("Phrases"), 60),
    (CloseReason, CloseReasonAdmin, _STAFF, _("Reasons for ending a talk"), 70),
    (Category, CategoryAdmin, _STAFF, _("Categories of talks"), 80),
    (Partner, PartnerAdmin, menu.Group.PARTNERS, _("Partners on the front page"), 20),
):
    tenant_site.register(_model, _page)
    menu.add(
        _group,
        _label,
        f"admin:tenants_{_model._meta.model_name}_changelist",
        place=_place,
        hint=_page.about,
    )
