"""What is written in which language, and what is missing: over every section of texts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tenants.administration import menu
from tenants.administration.reading import EntryAdmin
from tenants.administration.rows import tenant_of
from tenants.administration.site import tenant_site
from tenants.administration.wording import LANGUAGES
from tenants.languages import lacking
from tenants.models import Tenant
from tenants.texts import said_in


@dataclass(frozen=True)
class Lacking:
    """A row that is not written in every language."""

    url: str
    text: str
    languages: str


@dataclass(frozen=True)
class Section:
    """One kind of texts: how many there are, and which of them lack something."""

    name: Any
    url: str
    count: int
    lacking: list[Lacking]


def sections_of(tenant: Tenant) -> list[Section]:
    """Return every section with what is missing in it. In the scope; a query for each."""
    pages = [page for page in tenant_site._registry.values() if isinstance(page, EntryAdmin)]
    return [_section(page, tenant) for page in pages]


def _section(page: EntryAdmin, tenant: Tenant) -> Section:
    rows: list[Any] = list(page.model._default_manager.all())
    address = f"admin:{page.opts.app_label}_{page.opts.model_name}"
    lacking = []
    for row in rows:
        texts = getattr(row, page.section.words)
        missing = [LANGUAGES[each] for each in tenant.languages if not texts.get(each)]
        if missing:
            url = reverse(f"{address}_change", args=(row.pk,))
            text = said_in(texts, tenant.default_language, tenant) or str(row)
            lacking.append(Lacking(url, text, ", ".join(missing)))
    name = page.opts.verbose_name_plural
    return Section(name, reverse(f"{address}_changelist"), len(rows), lacking)


# Texts that are written on pages of their own, by the table of a charter that they are of.
_ELSEWHERE = {
    "evaluation": ("admin:evaluation-write", _("What is asked afterwards")),
    "policy": ("admin:policy-draft", _("The line's own words about privacy")),
}


def elsewhere(tenant: Tenant) -> list[Lacking]:
    """Return what is missing of the texts that no section has. In the scope."""
    found: dict[str, list[str]] = {}
    for one in lacking(tenant):
        if one.where in _ELSEWHERE:
            found.setdefault(one.where, []).append(LANGUAGES[one.language])
    return [
        Lacking(
            reverse(_ELSEWHERE[where][0]), str(_ELSEWHERE[where][1]), ", ".join(dict.fromkeys(said))
        )
        for where, said in found.items()
    ]


@tenant_site.page("texts/", name="texts")
def texts(request: HttpRequest) -> HttpResponse:
    """Show which texts are missing in which language."""
    tenant = tenant_of(request)
    sections, beyond = sections_of(tenant), elsewhere(tenant)
    return tenant_site.show(
        request,
        "administration/texts.html",
        title=gettext("Texts in each language"),
        sections=sections,
        elsewhere=beyond,
        languages=", ".join(LANGUAGES[each] for each in tenant.offered),
        waiting=", ".join(
            LANGUAGES[each] for each in tenant.languages if each not in tenant.offered
        ),
        is_whole=not beyond and not any(each.lacking for each in sections),
    )


menu.add(
    menu.Group.READ,
    _("Texts in each language"),
    "admin:texts",
    place=50,
    hint=_("What is written, and what is missing."),
)
