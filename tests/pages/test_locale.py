"""The catalogues are whole: every text of the pages, in every language, compiled as it stands."""

from __future__ import annotations

import gettext
import io
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from tests.pages.reading import used_texts

PROJECT = Path(__file__).resolve().parents[2]
LANGUAGES = ["nb", "sv"]


def _directory(language: str) -> Path:
    return PROJECT / "locale" / language / "LC_MESSAGES"


def _catalog(language: str) -> Catalog:
    with (_directory(language) / "django.po").open("rb") as file:
        return read_po(file, locale=language, domain="django")


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalog_has_the_texts_of_the_pages_and_no_others(language: str) -> None:
    known = {message.id for message in _catalog(language) if message.id}

    assert known == used_texts()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated(language: str) -> None:
    messages = [message for message in _catalog(language) if message.id]

    assert [message.id for message in messages if not message.string or message.fuzzy] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translation_has_the_same_places_to_fill(language: str) -> None:
    def places(text: str) -> list[str]:
        return sorted(re.findall(r"\{\w+\}|%\(\w+\)s", text))

    messages = [message for message in _catalog(language) if message.id]

    assert [one.id for one in messages if places(str(one.id)) != places(str(one.string))] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_compiled_catalog_is_the_one_beside_it(language: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, _catalog(language))
    compiled.seek(0)

    with (_directory(language) / "django.mo").open("rb") as file:
        committed = _texts(file)

    # Without the header: it names the version of the compiler.
    assert committed == _texts(compiled)


def _texts(file: io.BufferedReader | io.BytesIO) -> dict[str, str]:
    catalog: dict[str, str] = gettext.GNUTranslations(file)._catalog  # type: ignore[attr-defined]  # no public way
    return {text: translated for text, translated in catalog.items() if text}
