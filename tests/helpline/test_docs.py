"""What the pages say is there is there: paths, functions, tests, settings, commands, links."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tenants.charter.rules import OURS, RULE_IDS

PROJECT = Path(__file__).resolve().parents[2]
DOCS = PROJECT / "docs"
PAGES = sorted([*PROJECT.glob("*.md"), *DOCS.rglob("*.md")])
RECORDS = sorted((DOCS / "adr").glob("*.md"))
STATUSES = {"kept", "partly", "stated", "words"}
IMAGE_BYTES = 250 * 1024

# A file of ours in backticks, with the name that is looked for in it: `chat/queue.py:claim`.
_PLACE = re.compile(
    r"`((?:[\w.-]+/)+[\w.-]*\.(?:py|toml|html|js|css|svg|md|txt|in))(?::([A-Za-z_]\w*))?`"
)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# In pieces, so that this page is no hit of its own search.
_MACHINE = re.compile(
    "|".join(
        (
            r"(?<![\w.])/(?:h[o]me|w[o]rk|r[o]ot|U[s]ers)/[\w.]",
            r"py[p]i\.org",
            r"pythonhosted\.[o]rg",
            r"registry\.npmjs\.[o]rg",
            r"deb\.debian\.[o]rg",
        )
    )
)


@dataclass(frozen=True)
class Rule:
    """One row of docs/rules.md."""

    id: str
    status: str
    kept_by: str
    shown_by: str


def rows_of(page: Path) -> Iterator[list[str]]:
    """Give the rows of every table of a page, without heads and rulers."""
    table = False
    for line in page.read_text("utf-8").splitlines():
        if not line.startswith("|"):
            table = False
        elif set(line) <= set("|-: "):
            table = True
        elif table:
            yield [cell.strip() for cell in line.strip("|").split("|")]


def rules() -> list[Rule]:
    rows = rows_of(DOCS / "rules.md")
    return [Rule(name, status, kept, shown) for name, _, status, kept, shown in rows]


def defines(path: Path, name: str) -> bool:
    pattern = rf"^\s*(?:(?:async )?def|class)\s+{name}\b|^\s*{name}\b[^=\n]*="
    return re.search(pattern, path.read_text("utf-8"), re.M) is not None


def missing_places(text: str) -> list[str]:
    """Return the places in ``text`` that are not there."""
    missing = []
    for path, name in _PLACE.findall(text):
        found = PROJECT / path
        if not found.exists() or (name and not defines(found, name)):
            missing.append(f"{path}:{name}" if name else path)
    return missing


def cited_in(charter: Path) -> set[str]:
    """Return every rule that a charter cites."""

    def each(value: object) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (said for key, said in value.items() if key.endswith("rule"))
            value = list(value.values())
        if isinstance(value, list):
            for one in value:
                yield from each(one)

    return set(each(tomllib.loads(charter.read_text("utf-8"))))


def files_of_the_project() -> Iterator[Path]:
    """Give every file but what .gitignore leaves out."""
    ignored = [line.rstrip("/") for line in (PROJECT / ".gitignore").read_text("utf-8").split()]
    for directory in (PROJECT, *(path for path in PROJECT.rglob("*") if path.is_dir())):
        parts = directory.relative_to(PROJECT)
        outside = (Path(*parts.parts[: n + 1]) for n in range(len(parts.parts)))
        if any(part.match(name) for part in outside for name in (*ignored, ".git")):
            continue
        # In a second worktree .git is a file, and names the first.
        yield from (path for path in directory.iterdir() if path.is_file() and path.name != ".git")


def test_every_rule_has_its_row() -> None:
    numbered = sorted(RULE_IDS - {OURS}, key=lambda name: ("SDUTB".index(name[0]), int(name[1:])))

    assert [rule.id for rule in rules()] == numbered


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule.id)
def test_rule_is_kept_where_its_row_says(rule: Rule) -> None:
    charters = [PROJECT / path for path, _ in _PLACE.findall(rule.kept_by) if "charters/" in path]
    tests = _PLACE.findall(rule.shown_by)

    assert rule.status in STATUSES
    assert missing_places(rule.kept_by + rule.shown_by) == []
    assert charters
    assert [path.name for path in charters if rule.id not in cited_in(path)] == []
    assert all(path.startswith("tests/") and name.startswith("test_") for path, name in tests)
    assert bool(tests) is (rule.shown_by != "–")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page_names_files_that_are_there(page: Path) -> None:
    assert missing_places(page.read_text("utf-8")) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    targets = [link.partition("#")[0] for link in _LINK.findall(page.read_text("utf-8"))]
    inside = [target for target in targets if target and "://" not in target]

    assert [target for target in inside if not (page.parent / target).exists()] == []


def test_records_of_choices_are_numbered_and_whole() -> None:
    heads = ["- Date: ", "- Status: ", "## Context", "## Decision", "## Consequences"]

    assert [int(page.name[:4]) for page in RECORDS] == list(range(1, len(RECORDS) + 1))
    for page in RECORDS:
        lines = page.read_text("utf-8").splitlines()
        said = [next((head for head in heads if line.startswith(head)), None) for line in lines]
        assert lines[0].startswith(f"# {page.name[:4]} "), page.name
        assert [head for head in said if head] == heads, page.name


def test_words_of_the_glossary_live_where_it_says() -> None:
    lost = []
    for words, meaning, home in rows_of(DOCS / "glossary.md"):
        paths = [PROJECT / path for path in re.findall(r"`([^`]+)`", home)]
        texts = "".join(path.read_text("utf-8") for path in paths if path.is_file())
        plain = (str(paths) + texts).lower().replace("_", " ")
        said = [word for word in words.split(", ") if word not in plain]
        if not all(path.exists() for path in paths) or (said and "**later" not in meaning.lower()):
            lost.append(f"{words}: {home}")

    assert lost == []


def test_every_setting_is_told() -> None:
    source = (PROJECT / "helpline" / "settings.py").read_text("utf-8")
    read = set(re.findall(r'(?:env\.\w+|_database)\(\s*"([A-Z_]+)"', source))

    told = [row[0].strip("`") for row in rows_of(DOCS / "running.md") if len(row) == 3]

    assert {name for name in told if name.isupper()} == read


def test_commands_that_pages_name_are_there() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (PROJECT / "Makefile").read_text("utf-8"), re.M))
    commands = {path.stem for path in PROJECT.glob("*/management/commands/*.py")}
    of_django = {"check", "collectstatic", "createsuperuser", "shell"}
    text = "".join(page.read_text("utf-8") for page in PAGES)
    readme = (PROJECT / "README.md").read_text("utf-8")

    assert [name for name in ("make run", "make test") if f"\n{name}" not in readme] == []
    assert set(re.findall(r"(?:`|^)make ([a-z]+)", text, re.M)) <= targets
    assert set(re.findall(r"manage\.py ([a-z_]+)", text)) <= commands | of_django


def test_pictures_are_small() -> None:
    large = [path.name for path in (DOCS / "img").iterdir() if path.stat().st_size > IMAGE_BYTES]

    assert large == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    hits = []
    for path in files_of_the_project():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture, a compiled translation
        hits += [f"{path.relative_to(PROJECT)}: {hit[0]}" for hit in _MACHINE.finditer(text)]

    assert hits == []
