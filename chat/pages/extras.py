"""Extras: what other apps add to the visitor's page, and what its script fetches when it is needed.

The page itself stays light: it only names what there is. An app fills the registry in
``AppConfig.ready``. What an extra's script is given: static/chat/js/extras.js.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Extra:
    """One extra: what it is fetched for, and its script.

    ``needed_for`` holds kinds of cards, or ``way``: that somebody comes from another line or back.
    ``script`` is a static file that exports ``begin(page)``, and fetches itself what words it needs.
    """

    needed_for: tuple[str, ...]
    script: str

    @property
    def names(self) -> str:
        """Return what it is needed for, as the page writes it."""
        return " ".join(self.needed_for)


_extras: dict[str, Extra] = {}


def register_extra(extra: Extra) -> None:
    """Add ``extra``; a second registration of the same script replaces the first."""
    _extras[extra.script] = extra


def extras() -> list[Extra]:
    """Return what there is, in order."""
    return list(_extras.values())
