"""One row of a charter as a form: a field for each language, and the charter's own reader.

What a charter file would be refused for is refused here, in the same words and at the same
field: the form writes the entry down as the file would have it and lets ``tenants.charter`` read it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.db.models import Model, UniqueConstraint
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tenants.administration.wording import HELPS, KINDS, LABELS, LANGUAGES, rule_choices
from tenants.charter.contradictions import said_twice
from tenants.charter.rules import OURS
from tenants.charter.table import Problem, Problems, Table
from tenants.models import Tenant

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Model]
else:  # Django's own class takes no type at run time
    ModelForm = forms.ModelForm

_SHORT = 120
_KEY = re.compile(r"(?P<section>\w+)\[(?P<index>\d+)\](?:\.(?P<field>\w+))?")


@dataclass(frozen=True)
class Section:
    """Where the rows of a model stand in a charter, and who reads them there.

    ``words`` is the column with a text in each language, of ``most`` characters.
    """

    name: str
    read: Callable[[Table, tuple[str, ...]], object]
    words: str
    most: int
    label: Any


class EntryForm(ModelForm):
    """A row of ``section``; ``tenant`` decides the languages."""

    section: ClassVar[Section]
    tenant: ClassVar[Tenant]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        texts = getattr(self.instance, self.section.words) or {}
        for language in self.tenant.languages:
            self.initial.setdefault(self._text(language), texts.get(language, ""))
        for name, field in self.fields.items():
            # What is missing the charter says, in its own words.
            field.required = False
            if isinstance(field, forms.SlugField):
                field.validators = []
            field.label = LABELS.get(name, field.label)
            field.help_text = field.help_text or HELPS.get(name, "")
        if "kind" in self.fields and type(self.instance) in KINDS:
            self._choose("kind")

    def _choose(self, name: str) -> None:
        choices = [("", "–"), *KINDS[type(self.instance)].items()]
        self.fields[name] = forms.ChoiceField(
            choices=choices, required=False, label=LABELS[name], help_text=""
        )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        self._name(said)
        problems = Problems("")
        entry = self.entry(said)
        values = self.charter(entry)
        self.section.read(Table(values, key="", problems=problems), tuple(self.tenant.languages))
        entries = values[self.section.name]
        assert isinstance(entries, list)
        self.refuse(problems, len(entries) - 1)
        self._refuse_twice(said)
        return said

    def _name(self, said: dict[str, Any]) -> None:
        """Give a new row that was given no name the one that follows from its text."""
        for name, mark in (("slug", "-"), ("kind", "_"), ("group", "_")):
            is_name = name in self.fields and isinstance(self.fields[name], forms.SlugField)
            if is_name and not said.get(name) and not self.errors.get(name):
                made = slugify(said.get(self._text(self.tenant.default_language), ""))
                said[name] = made.replace("-", mark)[:40].strip(mark)

    def entry(self, said: Mapping[str, Any]) -> dict[str, object]:
        """Return what was ``said`` as a charter would hold it."""
        found: dict[str, object] = {}
        if "slug" not in self.fields and hasattr(self.instance, "slug"):
            found["slug"] = self.instance.slug
        for name in self.fields:
            value = said.get(name)
            if value not in ("", None):
                key = name.removeprefix(f"{self.section.words}_")
                found[key] = f"{value:%H:%M}" if isinstance(value, time) else value
        return found

    def charter(self, entry: dict[str, object]) -> dict[str, object]:
        """Return as much of a charter as is needed to read ``entry``, the last of its section."""
        return {self.section.name: [entry]}

    def refuse(self, problems: Problems, index: int) -> None:
        """Say at its field what is wrong with entry ``index``."""
        for problem in problems.all:
            place = _KEY.match(problem.key)
            if place and place["section"] == self.section.name and int(place["index"]) == index:
                self.refuse_at(place["field"] or "", problem)

    def refuse_at(self, key: str, problem: Problem) -> None:
        name = self._text(key) if key in LANGUAGES else key
        field = name if name in self.fields else None
        if field is None or field not in self.errors:
            self.add_error(field, problem.in_words)

    def _refuse_twice(self, said: Mapping[str, Any]) -> None:
        for constraint in self._meta.model._meta.constraints:
            names = [n for n in getattr(constraint, "fields", ()) if n != "tenant"]
            shown = [name for name in names if name in self.fields]
            if not isinstance(constraint, UniqueConstraint) or not shown:
                continue
            wanted = {name: self._value(said, name) for name in names}
            rows = self._meta.model._default_manager.filter(**wanted)
            if not self.errors and rows.exclude(pk=self.instance.pk).exists():
                found = said_twice(" ".join(str(wanted[name]) for name in names), 2)
                self.refuse_at(shown[-1], Problem("", "", found, _("each once")))

    def _value(self, said: Mapping[str, Any], name: str) -> Any:
        return said.get(name) if name in self.fields else getattr(self.instance, name)

    def _text(self, language: str) -> str:
        return f"{self.section.words}_{language}"

    def save(self, commit: bool = True) -> Any:
        texts = {lang: self.cleaned_data[self._text(lang)] for lang in self.tenant.languages}
        setattr(self.instance, self.section.words, texts)
        return super().save(commit)


class TextField(forms.CharField):
    """One text in one language. Lines end as a charter has them."""

    def clean(self, value: Any) -> Any:
        return str(super().clean(value)).replace("\r\n", "\n")


def form_for(section: Section, tenant: Tenant, base: type[EntryForm]) -> type[EntryForm]:
    """Return the form of a row of ``section``: the texts first, and its source at the end."""
    fields: dict[str, forms.Field] = {}
    for language in tenant.languages:
        attrs = {"lang": language}
        widget: forms.Widget = (
            forms.TextInput(attrs={**attrs, "class": "vTextField"})
            if section.most <= _SHORT
            else forms.Textarea(attrs={**attrs, "rows": 3, "class": "vLargeTextField"})
        )
        fields[f"{section.words}_{language}"] = TextField(
            label=f"{section.label} ({LANGUAGES[language]})", widget=widget
        )
    fields["rule"] = forms.ChoiceField(choices=rule_choices, initial=OURS)
    return type("EntryForm", (base,), {"section": section, "tenant": tenant, **fields})
