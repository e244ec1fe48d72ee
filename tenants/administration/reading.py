"""What visitors and counsellors read, row by row: each a page over one section of the charter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Max, Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from tenants.administration.entries import EntryForm, Section, form_for
from tenants.administration.rows import Form, TenantAdmin, tenant_of
from tenants.administration.wording import KINDS, LABELS, Words
from tenants.charter.contradictions import refuse_names, refuse_policy
from tenants.charter.table import Problem, Problems, shown
from tenants.models import Tenant
from tenants.policies import newest_policy, terms_of

# Beyond every position that is in use, for the moment in which two rows change places.
_ASIDE = 32_767


class EntryAdmin(TenantAdmin):
    """A page over the rows of one section; the first language's text stands for the row."""

    section: ClassVar[Section]
    entry_form: ClassVar[type[EntryForm]] = EntryForm
    about: ClassVar[Words] = ""
    # Said once and for all, or only when something is unusual: below, folded.
    folded: ClassVar[tuple[str, ...]] = ("slug", "rule")
    is_placed: ClassVar[bool] = False

    def get_form(
        self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any
    ) -> type[Form]:
        form = form_for(self.section, tenant_of(request), self.entry_form)
        return super().get_form(request, obj, change, **{**kwargs, "form": form})

    def get_changelist_form(self, request: HttpRequest, **kwargs: Any) -> type[Form]:
        return super().get_changelist_form(request, **{**kwargs, "form": forms.ModelForm})

    def get_exclude(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        # What names a row stays: the file of the charter knows it by that.
        named = ("slug",) if obj and hasattr(obj, "slug") else ()
        return ("tenant", "position", "origin", self.section.words, *named)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        names = list(self.get_form(request, obj, change=obj is not None, fields=None).base_fields)
        texts = [name for name in names if name.startswith(f"{self.section.words}_")]
        folded = [name for name in names if name in self.folded]
        rest = [name for name in names if name not in (*texts, *folded)]
        return [
            (None, {"fields": self.ordered(texts, rest)}),
            (_("More"), {"fields": folded, "classes": ["collapse"]}),
        ]

    def ordered(self, texts: list[str], rest: list[str]) -> list[str]:
        """Return the fields in the order in which one fills them in."""
        return [*texts, *rest]

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        language = tenant_of(request).default_language

        @admin.display(description=self.section.label)
        def text(row: Model) -> str:
            texts = getattr(row, self.section.words)
            said = texts.get(language) or next(iter(texts.values()), "")
            return said if len(said) <= 90 else f"{said[:89]}…"

        @admin.display(description=_("Missing in"), empty_value="")
        def missing(row: Model) -> str:
            texts = getattr(row, self.section.words)
            return ", ".join(each for each in tenant_of(request).languages if not texts.get(each))

        shown = (text, *(self.list_display if self.list_display != ("__str__",) else ()), missing)
        return (*shown, self._places(request)) if self.is_placed else shown

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        named = [f.name for f in self.opts.fields if f.name in ("slug", "value", "kind", "rule")]
        return (self.section.words, *named)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> Any:
        return super().changelist_view(request, {**(extra_context or {}), "about": self.about})

    # The order of the rows.

    def save_model(self, request: HttpRequest, obj: Any, form: Form, change: bool) -> None:
        if self.is_placed and not change:
            last = type(obj).objects.aggregate(last=Max("position"))["last"]
            obj.position = 0 if last is None else last + 1
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        move = path(
            "<path:object_id>/move/<str:where>/",
            self.admin_site.admin_view(require_POST(self.move)),
            name=f"{self.opts.app_label}_{self.opts.model_name}_move",
        )
        return [*([move] if self.is_placed else []), *super().get_urls()]

    def move(self, request: HttpRequest, object_id: str, where: str) -> HttpResponse:
        """Let a row change places with the one before (``up``) or after it."""
        row: Any = get_object_or_404(self.get_queryset(request), pk=object_id)
        rows: QuerySet[Any] = self.get_queryset(request)
        is_up = where == "up"
        near = rows.filter(**{f"position__{'lt' if is_up else 'gt'}": row.position})
        other = near.order_by("-position" if is_up else "position").first()
        if other is not None:
            before = self.model._default_manager.get(pk=row.pk)
            here, there = row.position, other.position
            for each, position in ((other, _ASIDE), (row, there), (other, here)):
                each.position = position
                each.save(update_fields=["position"])
            self.write_down(request, "changed", row, before)
        return HttpResponseRedirect(self._list_url())

    def _places(self, request: HttpRequest) -> Any:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_move"
        words = {"up": (gettext("Move up"), "↑"), "down": (gettext("Move down"), "↓")}

        @admin.display(description=_("Order"))
        def places(row: Model) -> str:
            buttons = [
                format_html(
                    '<button class="move" formaction="{}" aria-label="{}" title="{}">{}</button>',
                    reverse(name, args=(row.pk, where)), said, said, sign,
                )
                for where, (said, sign) in words.items()
            ]  # fmt: skip
            return format_html("{}{}", *buttons)

        return places


def column(name: str, *, is_yes_or_no: bool = False) -> Callable[[Model], Any]:
    """Return a column of a list under the name that its field has on the form."""

    @admin.display(description=LABELS[name], boolean=is_yes_or_no)
    def shown(row: Model) -> Any:
        value = getattr(row, name)
        return KINDS.get(type(row), {}).get(value, value) if name in ("kind", "mode") else value

    return shown


class PhraseForm(EntryForm):
    """A line that shows no first name has no phrase that tells it.  Rule: S3, D1, B7."""

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if not self.tenant.shows_first_name:
            problems = Problems("")
            texts = {lang: said.get(f"texts_{lang}", "") for lang in self.tenant.languages}
            refuse_names([texts], problems)
            self.refuse(problems, 0)
        return said


class StatementForm(EntryForm):
    """What rules S7 and D4 say goes beside no promise that a colleague may read.  Rule: S7, D4"""

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        policy = newest_policy(self.tenant)
        if policy and said.get("rule"):
            terms, problems = terms_of(policy), Problems("")
            refuse_policy(terms, problems, said={said["rule"]})
            for problem in problems.all:
                if problem.key == "policy.colleague.may_read":
                    self.refuse_at("rule", problem)
        return said


class PartnerForm(EntryForm):
    """A partner is another line of this platform."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            others = Tenant.objects.exclude(pk=self.tenant.pk).filter(live=True)
            self.fields["slug"] = forms.ChoiceField(
                choices=[("", "–"), *others.values_list("slug", "name")],
                required=False,
                label=_("Line"),
            )
        self.fields["mode"] = forms.ChoiceField(
            choices=list(KINDS[type(self.instance)].items()),
            required=False,
            label=LABELS["mode"],
            help_text=self.fields["mode"].help_text,
        )

    def _name(self, said: dict[str, Any]) -> None:
        """A partner has the name that it has."""

    def entry(self, said: Any) -> dict[str, object]:
        found = super().entry(said)
        if found.get("slug") == self.tenant.slug:
            self.refuse_at(
                "slug", Problem("", "", shown(self.tenant.slug), gettext("another tenant"))
            )
        return found
