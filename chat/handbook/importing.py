"""Articles from files: Markdown with a head in TOML, one article a file; all of them or none."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.db import transaction

from chat.handbook.articles import (
    LONGEST_BODY,
    LONGEST_CATEGORY,
    LONGEST_SLUG,
    LONGEST_TITLE,
    MOST_LINES,
    Fault,
    Faulty,
    Wording,
    draft_article,
    draft_of,
    lasting,
    own_article,
    publish_draft,
    redraft,
    wording_of,
)
from chat.handbook.sharing import hold_agreements, pass_on
from chat.models import Article, Version
from retention import clock
from tenants.errors import Invalid
from tenants.models import Tenant
from tenants.scope import tenant_scope

FENCE = "+++"
_HEAD = ("slug", "category", "language", "revise_by")
_WANTED = {
    "slug": f"small letters a–z, digits and single hyphens, at most {LONGEST_SLUG} signs",
    "category": f"a few words, at most {LONGEST_CATEGORY} signs",
    "language": "one of " + ", ".join(Version.Language.values),
    "title": f"a first heading such as `# Sleep`, of at most {LONGEST_TITLE} signs",
    "body": f"text below the heading, at most {LONGEST_BODY} signs in {MOST_LINES} lines",
    "revise_by": "a date such as 2027-01-31, without quotation marks",
}


@dataclass(frozen=True)
class Problem:
    """What is wrong in a file, where, and what would be right; ``line`` counts from 1."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class BadFiles(Invalid):
    """Files that cannot be taken as they are; nothing was written."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True)
class Sheet:
    """One file as it was read. ``lines`` tells where what was found stands."""

    file: str
    slug: str
    category: str
    revise_by: date | None
    wording: Wording
    lines: Mapping[str, int]


@dataclass(frozen=True)
class Imported:
    """What became of a file: ``new``, ``changed`` (a new version), ``moved`` (its category or its
    day of revision) or ``unchanged``."""

    slug: str
    what: str
    number: int


class _DryRun(Exception):
    """Everything was written as it would be, and is taken back."""


def read_sheets(files: Sequence[Path]) -> list[Sheet]:
    """Return what stands in ``files``, in order. Raises BadFiles with every problem of each."""
    sheets: list[Sheet] = []
    problems: list[Problem] = []
    for path in files:
        try:
            sheets.append(_read(path))
        except BadFiles as bad:
            problems += bad.problems
    problems += _twice(sheets)
    if problems:
        raise BadFiles(problems)
    return sheets


def import_sheets(
    tenant: Tenant, sheets: Sequence[Sheet], *, only_new: bool = False, dry_run: bool = False
) -> list[Imported]:
    """Publish what ``sheets`` say, where the handbook does not say it already, in their order.

    Everything or nothing, and nothing twice. ``only_new`` leaves articles alone that are there;
    ``dry_run`` tells what would be done. Opens scopes of its own. Raises BadFiles.
    """
    done: list[Imported] = []
    try:
        with transaction.atomic():
            hold_agreements(tenant)
            done += [_import(tenant, sheet, only_new=only_new) for sheet in sheets]
            if dry_run:
                raise _DryRun
    except _DryRun:
        pass
    return done


def _import(tenant: Tenant, sheet: Sheet, *, only_new: bool) -> Imported:
    with tenant_scope(tenant):
        article = Article.objects.filter(slug=sheet.slug).first()
        if article is not None and (only_new or not _differs(article, sheet)):
            return Imported(sheet.slug, "unchanged", 0)
        if article is not None and _newest(article) == sheet.wording:
            return Imported(sheet.slug, _moved(own_article(sheet.slug), sheet), 0)
        try:
            version = _published(tenant, article, sheet)
        except Faulty as faulty:
            raise BadFiles([_problem(sheet, fault) for fault in faulty.faults]) from None
    pass_on(tenant, version.article)
    return Imported(sheet.slug, "changed" if article else "new", version.number)


def _published(tenant: Tenant, article: Article | None, sheet: Sheet) -> Version:
    if article is None:
        draft_article(tenant, None, slug=sheet.slug, category=sheet.category, wording=sheet.wording)
        return publish_draft(tenant, None, sheet.slug, revise_by=sheet.revise_by)
    if article.owner:
        line = sheet.lines["slug"]
        raise BadFiles([Problem(sheet.file, line, f"`{sheet.slug}` is {article.owner}’s article")])
    begun = draft_of(article)
    unfinished = wording_of(begun) if begun else None
    about = {"category": sheet.category}
    redraft(tenant, None, sheet.slug, wording=sheet.wording, **about)
    version = publish_draft(tenant, None, sheet.slug, revise_by=sheet.revise_by)
    if unfinished:
        # What somebody is at work on stays: it becomes the version after this one.
        redraft(tenant, None, sheet.slug, wording=unfinished, **about)
    return version


def _moved(article: Article, sheet: Sheet) -> str:
    article.category = sheet.category
    article.revise_by = sheet.revise_by or article.revise_by
    article.save(update_fields=["category", "revise_by"])
    return "moved"


def _differs(article: Article, sheet: Sheet) -> bool:
    days = {article.revise_by, None}
    placed = article.category == sheet.category and sheet.revise_by in days
    return not placed or _newest(article) != sheet.wording


def _newest(article: Article) -> Wording | None:
    newest = lasting(clock.now()).filter(article=article).order_by("-begins_at").first()
    return wording_of(newest) if newest else None


def _read(path: Path) -> Sheet:
    file = str(path)
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadFiles([Problem(file, 1, "cannot be read; a text file in UTF-8 can")]) from None
    head, body, first = _parted(file, text.replace("\r\n", "\n"))
    said = _head(file, head)
    title, rest, at = _titled(body)
    lines = {"title": first + at, "body": first + at, "slug": 2, **_lines_of(head)}
    problems = list(_head_problems(file, said, lines))
    wording = Wording(str(said.get("language", "")), title, rest)
    if not title:
        problems.append(Problem(file, first, f"has no title; {_WANTED['title']} would be right"))
    if problems:
        raise BadFiles(sorted(problems, key=lambda problem: problem.line))
    revise_by = said.get("revise_by")
    return Sheet(
        file=file,
        slug=str(said["slug"]),
        category=str(said["category"]),
        revise_by=revise_by if isinstance(revise_by, date) else None,
        wording=wording,
        # Where the body's own first line stands, for what is wrong inside it.
        lines={**lines, "body": first + at + _skipped(body, at)},
    )


def _parted(file: str, text: str) -> tuple[str, str, int]:
    """Return head, body, and in which line the body begins."""
    lines = text.split("\n")
    ends = [number for number, line in enumerate(lines) if line.strip() == FENCE]
    if lines[0].strip() != FENCE or len(ends) < 2:
        wanted = f"begins with a head between two lines `{FENCE}`: {', '.join(_HEAD)}"
        raise BadFiles([Problem(file, 1, f"has no head; an article {wanted}")])
    end = ends[1]
    return "\n".join(lines[1:end]), "\n".join(lines[end + 1 :]), end + 2


def _head(file: str, head: str) -> Mapping[str, object]:
    try:
        return tomllib.loads(head)
    except tomllib.TOMLDecodeError as problem:
        found = re.search(r"line (\d+)", str(problem))
        line = int(found[1]) + 1 if found else head.count("\n") + 2
        wanted = 'a line such as `language = "nb"` would be right'
        raise BadFiles([Problem(file, line, f"the head is not TOML; {wanted}")]) from None


def _lines_of(head: str) -> dict[str, int]:
    rows = enumerate(head.split("\n"), start=2)
    return {row.partition("=")[0].strip(): line for line, row in rows if "=" in row}


def _head_problems(
    file: str, said: Mapping[str, object], lines: Mapping[str, int]
) -> Iterator[Problem]:
    for key in said.keys() - set(_HEAD):
        known = ", ".join(_HEAD)
        yield Problem(file, lines.get(key, 2), f"`{key}` is not known; the head has {known}")
    for key in _HEAD[:3]:
        if not isinstance(said.get(key), str):
            word = "is no text" if key in said else "is missing"
            yield Problem(file, lines.get(key, 2), f"`{key}` {word}; {_WANTED[key]} would be right")
    revise_by = said.get("revise_by")
    if revise_by is not None and (
        not isinstance(revise_by, date) or isinstance(revise_by, datetime)
    ):
        wanted = _WANTED["revise_by"]
        yield Problem(file, lines["revise_by"], f"`revise_by` is no date; {wanted} would be right")


def _titled(body: str) -> tuple[str, str, int]:
    """Return the title, what comes below it, and how many lines into ``body`` it stands."""
    lines = body.split("\n")
    for number, line in enumerate(lines):
        if line.strip():
            found = re.fullmatch(r"#\s+(.+?)\s*#*", line.strip())
            if not found:
                break
            return found[1], "\n".join(lines[number + 1 :]).strip() + "\n", number
    return "", body, 0


def _skipped(body: str, at: int) -> int:
    """Return how many lines below the title the text begins."""
    lines = body.split("\n")[at + 1 :]
    return 1 + next((number for number, line in enumerate(lines) if line.strip()), 0)


def _twice(sheets: Sequence[Sheet]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for sheet in sheets:
        if sheet.slug in first:
            other = first[sheet.slug]
            text = f"`{sheet.slug}` is the slug of {other} too; each article has one of its own"
            yield Problem(sheet.file, sheet.lines["slug"], text)
        first.setdefault(sheet.slug, sheet.file)


def _problem(sheet: Sheet, fault: Fault) -> Problem:
    line = sheet.lines.get(fault.field, 1)
    if fault.kind == "link":
        text = f"a link leads to `{fault.found}`; https://… or another article (`slug.md`) is right"
        return Problem(sheet.file, line + fault.line - 1, text)
    said = {
        "missing": "is empty",
        "long": "is too long",
        "lines": "has too many lines",
        "shape": "has another shape",
    }
    what = said.get(fault.kind, "is not known")
    wanted = _WANTED[fault.field]
    return Problem(sheet.file, line, f"`{fault.field}` {what}; {wanted} would be right")
