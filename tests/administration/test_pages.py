"""Every page of a tenant's administration, in every language: whole, quiet and translated."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tenants.administration import menu
from tenants.administration.rows import TenantAdmin
from tenants.administration.site import tenant_site
from tenants.models import Tenant
from tests import world
from tests.administration.doors import Office
from tests.pages.walking import Sheet, untranslated, wrong_on

pytestmark = pytest.mark.django_db(transaction=True)

# Words of Django's own that its catalogues leave in English would stand out here.
ENGLISH = {
    "Save",
    "Delete",
    "Search",
    "Home",
    "Action:",
    "Go",
    "Add",
    "Yes",
    "No",
    "Today",
    "Filter",
}


@pytest.mark.parametrize("language", ["nb", "sv"])
def test_pages_are_translated_and_nothing_on_them_is_inline(language: str) -> None:
    [tenant] = world.open_tenants("tidaholm" if language == "sv" else "detfinneshjelp")
    office = Office.of(tenant)
    office.get(lang=language)
    adding = {
        f"{model._meta.app_label}/{model._meta.model_name}/"
        for model, page in tenant_site._registry.items()
        if isinstance(page, TenantAdmin) and page.adds
    }
    lists = [page for page in paths(tenant) if page in adding]
    pages = ["", *paths(tenant), *(f"{page}add/" for page in lists)]

    wrong: dict[str, list[str]] = {}
    for page in pages:
        answer = office.get(page)
        assert answer.status_code == 200, page
        sheet = Sheet(answer.content.decode())
        found = [*wrong_on(sheet, answer), *untranslated(sheet, language, tenant.slug)]
        # What the charter says in English is edited here, beside the other languages.
        wrong |= {page: found} if found else {}
        assert sheet.texts & ENGLISH == set(), page

    assert wrong == {}
    assert len(lists) == 10


def paths(tenant: Tenant) -> list[str]:
    """Return the pages of the menu, below the tenant's own prefix."""
    entries = [entry.to for entry in menu._entries.values()]
    found = [reverse(to, urlconf="helpline.urls_tenant") for to in entries]
    assert tenant_site._registry
    return [path.removeprefix("/") for path in found]


def test_menu_leaves_out_groups_in_which_nothing_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    [tenant] = world.open_tenants("tidaholm")
    left = {name: one for name, one in menu._entries.items() if one.group is not menu.Group.LOOK}
    whole = Office.of(tenant).get().content.decode()
    monkeypatch.setattr(menu, "_entries", left)
    page = Office.of(tenant).get().content.decode()

    for group in menu.TITLES.values():
        assert f"<h2>{group}</h2>" in whole
    assert f"<h2>{menu.TITLES[menu.Group.LOOK]}</h2>" not in page
