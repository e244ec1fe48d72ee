"""Charters: one TOML file a tenant, holding everything that it promises.

``read_charters`` answers with checked, immutable data or raises with every mistake of every
file. Nothing here touches the database; ``tenants.loading`` writes what this package read.

Reading a file has three steps, and the later ones run even where the earlier found mistakes:
``sections`` and ``policy`` check each value by itself, ``contradictions`` what two well-formed
values say together, and ``read_charters`` what several files say together.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from tenants.charter.contradictions import refuse_contradictions
from tenants.charter.endings import read_after_talk, read_categories, read_reasons
from tenants.charter.evaluation import read_evaluation
from tenants.charter.openings import read_opens
from tenants.charter.phrases import read_phrases
from tenants.charter.policy import read_policy
from tenants.charter.sections import (
    read_bubble,
    read_contacts,
    read_identity,
    read_notices,
    read_partners,
    read_queue,
    read_requirements,
    read_statements,
    read_subjects,
    read_theme,
)
from tenants.charter.shape import Charter
from tenants.charter.table import Problem, Problems, Table, shown
from tenants.errors import Invalid

__all__ = ["BadCharters", "Charter", "Problem", "read_charters"]


class BadCharters(Invalid):
    """Files that make no charter; ``problems`` names every mistake of every file."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


def read_charters(paths: Iterable[Path], *, known: Collection[str] = ()) -> list[Charter]:
    """Read ``paths`` and return their charters in order.

    ``known`` are slugs of tenants that exist already: a partner may be one of them.
    Raises BadCharters with all problems of all files.
    """
    charters: list[Charter] = []
    sheets: list[Problems] = []
    for path in paths:
        sheets.append(Problems(str(path)))
        charter = _read(path, sheets[-1])
        if charter is not None:
            charters.append(charter)
    by_file = {sheet.file: sheet for sheet in sheets}
    _refuse_strangers(charters, by_file, known)
    _refuse_namesakes(charters, by_file)
    problems = [problem for sheet in sheets for problem in sheet.all]
    if problems:
        raise BadCharters(problems)
    return charters


def _read(path: Path, problems: Problems) -> Charter | None:
    """Return what ``path`` says, stand-ins included, or None where it is no TOML at all."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        found = error.strerror or type(error).__name__
        problems.note("file", found=found.lower(), expected="a file that can be read")
    except UnicodeDecodeError as error:
        problems.note(f"byte {error.start}", found="no UTF-8", expected="text in UTF-8")
    except tomllib.TOMLDecodeError as error:
        found, _, place = str(error).removesuffix(")").rpartition(" (at ")
        problems.note(place, found=found.lower(), expected="valid TOML")
    else:
        return _charter(values, problems)
    return None


def _charter(values: dict[str, object], problems: Problems) -> Charter:
    root = Table(values, key="", problems=problems)
    identity = read_identity(root)
    languages = identity.languages
    theme, bubble = read_theme(root), read_bubble(root)
    charter = Charter(
        file=problems.file,
        identity=identity,
        opens=read_opens(root, languages),
        subjects=read_subjects(root, languages),
        statements=read_statements(root, languages),
        requirements=read_requirements(root, languages),
        policy=read_policy(root, languages),
        evaluation=read_evaluation(root, languages),
        notices=read_notices(root, languages),
        contacts=read_contacts(root, languages),
        partners=read_partners(root, languages),
        queue=read_queue(root),
        phrases=read_phrases(root, languages),
        theme={**theme, **bubble.colours},
        bubble=bubble,
        reasons=read_reasons(root, languages),
        categories=read_categories(root, languages),
        after_talk=read_after_talk(root),
    )
    root.done()
    refuse_contradictions(charter, problems)
    return charter


def _refuse_strangers(
    charters: Sequence[Charter], sheets: dict[str, Problems], known: Collection[str]
) -> None:
    slugs = {charter.slug for charter in charters} | set(known)
    for charter in charters:
        for index, partner in enumerate(charter.partners):
            if partner.slug and partner.slug not in slugs:
                sheets[charter.file].note(
                    f"partners[{index}].slug",
                    found=shown(partner.slug),
                    expected="a tenant of these files or one that is loaded",
                )


def _refuse_namesakes(charters: Sequence[Charter], sheets: dict[str, Problems]) -> None:
    """Two files with one slug, or one operator under two names."""
    first: dict[str, str] = {}
    operators: dict[str, str] = {}
    for charter in charters:
        identity = charter.identity
        if not identity.slug:
            continue
        if identity.slug in first:
            sheets[charter.file].note(
                "tenant.slug",
                found=shown(identity.slug),
                expected=f"a slug of its own, {first[identity.slug]} has this one",
            )
        first.setdefault(identity.slug, charter.file)
        name = operators.setdefault(identity.operator_slug, identity.operator_name)
        if name != identity.operator_name:
            sheets[charter.file].note(
                "tenant.operator.name",
                found=shown(identity.operator_name),
                expected=f"{shown(name)}, as in another file",
            )
