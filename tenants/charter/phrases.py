"""``[[phrases]]``: what counsellors of a line say again and again, in each of its languages."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from tenants.charter import shape
from tenants.charter.table import SLUG, Table, choices
from tenants.models import Phrase

_PLACE = re.compile(r"\{([^{}]*)\}|[{}]")


def read_phrases(root: Table, languages: tuple[str, ...]) -> tuple[shape.Phrase, ...]:
    found = []
    for entry in root.tables("phrases"):
        slug = entry.matching("slug", SLUG, _("a slug of a-z, 0-9 and -"))
        texts = entry.texts(languages)
        for language, text in texts.items():
            _refuse_unknown_places(entry, language, text)
        found.append(shape.Phrase(slug, texts, entry.rule()))
        entry.done()
    return tuple(found)


def _refuse_unknown_places(entry: Table, language: str, text: str) -> None:
    known = [f"{{{place}}}" for place in Phrase.PLACES]
    for match in _PLACE.finditer(text):
        if match[0] not in known:
            entry.refuse(language, found=match[0], expected=choices(known))
