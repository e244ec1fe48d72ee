"""What no page, script or stylesheet may contain, read from the files themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((PROJECT / "templates").rglob("*.html"))
SCRIPTS = sorted((PROJECT / "static").rglob("*.js"))
STYLES = sorted((PROJECT / "static").rglob("*.css"))
OWN_STYLES = [path for path in STYLES if "vendor" not in path.parts]
LINES = 120


def _name(path: Path) -> str:
    return str(path.relative_to(PROJECT))


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_template_has_nothing_inline(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    inline = re.findall(
        r"<style\b|\sstyle\s*=|\son[a-z]+\s*=|javascript:|<script(?![^>]*\ssrc=)", text
    )

    assert inline == []


@pytest.mark.parametrize("path", TEMPLATES, ids=_name)
def test_template_decides_and_repeats_and_does_no_more(path: Path) -> None:
    tags = set(re.findall(r"{%\s*(\w+)", path.read_text(encoding="utf-8")))

    known = {
        "block", "blocktranslate", "csrf_token", "elif", "else", "endblock", "endblocktranslate",
        "endfor", "endif", "extends", "for", "if", "include", "load", "static", "translate", "url",
    }  # fmt: skip

    assert tags - known == set()


@pytest.mark.parametrize("path", SCRIPTS, ids=_name)
def test_script_imports_end_in_a_semicolon(path: Path) -> None:
    # Without one Django leaves the name unhashed and the page asks for a file that is not there.
    imports = re.findall(r"^(?:import|export)\b[^;]*?from\s+\"[^\"]+\"(.?)", path.read_text(), re.M)

    assert set(imports) <= {";"}


@pytest.mark.parametrize("path", SCRIPTS, ids=_name)
def test_script_keeps_nothing_and_writes_only_text(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    found = re.findall(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|localStorage|indexedDB"
        r"|document\.cookie|pushState|replaceState|\beval\b|new Function|serviceWorker",
        text,
    )
    stores = "sessionStorage" in text

    assert found == []
    assert stores == (path.name == "secret.js")


@pytest.mark.parametrize("path", SCRIPTS, ids=_name)
def test_script_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LINES


@pytest.mark.parametrize("path", OWN_STYLES, ids=_name)
def test_stylesheet_asks_for_nothing_else(path: Path) -> None:
    assert re.findall(r"@import|url\(|https?:", path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", [*STYLES, *SCRIPTS], ids=_name)
def test_no_file_names_another_host(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace("http%3A%2F%2Fwww.w3.org", "")

    assert re.findall(r"(?<!\^)https?://\w[\w.-]*", text) == []


def test_who_leads_a_line_is_said_in_one_place() -> None:
    said = re.compile(r"Role\.(SUPERVISOR, Role\.ADMINISTRATOR|ADMINISTRATOR, Role\.SUPERVISOR)\b")
    sources = [
        path for app in ("tenants", "retention", "chat") for path in (PROJECT / app).rglob("*.py")
    ]

    found = [
        path.relative_to(PROJECT).as_posix()
        for path in sources
        if said.search(path.read_text("utf-8"))
    ]

    assert found == ["tenants/models/staff.py"]
