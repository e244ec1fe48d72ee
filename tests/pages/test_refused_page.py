"""A form that comes from no page of ours is answered by one, in words and within the policy."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from tenants.models import Tenant
from tests.pages.reading import Page
from tests.web import Client

WORDS = {
    "nb": "Ingenting ble sendt",
    "sv": "Ingenting skickades",
    "en": "Nothing was sent",
}


def _forged(host: str, path: str, language: str, **query: str) -> tuple[int, str]:
    browser = Client(enforce_csrf_checks=True)
    headers = {"host": f"{host}.{settings.HELPLINE_BASE}", "accept-language": language}
    said = {"login": "kari@example.org", "password": "fjord-lykt"}
    answer = browser.post(path, said, query_params=query, headers=headers, secure=True)
    return answer.status_code, answer.content.decode()


@pytest.mark.parametrize("language", WORDS)
def test_refused_form_is_answered_in_words(charters: dict[str, Tenant], language: str) -> None:
    answers = [
        _forged("desk-tidaholm", "/desk/login/", "", lang=language),
        _forged("admin", "/login/", language),
    ]

    for status, html in answers:
        page = Page(html)
        assert (status, WORDS[language] in page.texts) == (403, True)
        assert re.findall(r"<style\b|\sstyle\s*=|<script(?![^>]*\ssrc=)", html) == []
        assert re.findall(r'<html lang="(\w+)"', html) == [language]
        assert [url for url in page.fetched if not re.fullmatch(r"/(?!/)\S+", url)] == []
