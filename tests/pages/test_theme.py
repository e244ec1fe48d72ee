"""A tenant's colours reach the page as custom properties, and nothing else of a tenant's does."""

from __future__ import annotations

import pytest
from django.conf import settings

from chat.pages.theme import stylesheet_of, theme_url
from tenants.models import Tenant
from tests.pages.conftest import TENANTS, Get
from tests.web import Client


@pytest.mark.parametrize(
    "value",
    ["red", "#12345", "#1234567", "#12345g", "#123456;}body{display:none", "url(//x)", "", None, 7],
    ids=str,
)
def test_what_is_no_colour_is_left_out(value: object) -> None:
    tenant = Tenant(slug="x", theme={"accent": value, "surface": "#F7F9FC", "unknown": "#000000"})

    assert stylesheet_of(tenant) == ":root{--tenant-surface:#f7f9fc;}\n"


@pytest.mark.parametrize("slug", TENANTS)
def test_theme_sets_three_to_six_colours(slug: str, get: Get, charters: dict[str, Tenant]) -> None:
    css = get(slug, "/theme.css").content.decode()

    assert css == stylesheet_of(charters[slug])
    assert 3 <= css.count("--tenant-") <= 6


def test_theme_is_kept_by_its_version_and_answered_by_its_etag(
    get: Get, charters: dict[str, Tenant]
) -> None:
    host = {"host": f"urph.{settings.HELPLINE_BASE}"}
    url = theme_url(charters["urph"])

    first = Client().get(url, headers=host, secure=True)
    known = {**host, "if-none-match": first.headers["ETag"]}
    again = Client().get(url, headers=known, secure=True)

    assert first.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert again.status_code == 304
    assert get("urph", "/theme.css", v="old").headers["Cache-Control"] == "no-cache"
