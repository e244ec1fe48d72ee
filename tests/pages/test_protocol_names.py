"""The names that the scripts know are those of the server and of the page that describes both."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from chat import frames
from chat.consumers import base

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = (PROJECT / "static/chat/js/protocol.js").read_text(encoding="utf-8")
CONTRACT = (PROJECT / "docs/protocol.md").read_text(encoding="utf-8")


def _listed(name: str) -> set[str]:
    match = re.search(rf"{name} = Object\.freeze\(\[(.*?)\]\)", SCRIPT, re.DOTALL)
    assert match
    return set(re.findall(r'"(\w+)"', match[1]))


def _heard(who: str) -> set[str]:
    """Return every frame that the contract's examples show ``who`` being sent."""
    return set(re.findall(rf'^{who}(?:-\d)? <- \{{"type": "(\w+)"', CONTRACT, re.MULTILINE))


def test_script_sends_what_the_server_reads() -> None:
    for listed, read in (("VISITOR_SENDS", frames.VisitorFrame), ("DESK_SENDS", frames.DeskFrame)):
        assert _listed(listed) == {kind.__struct_config__.tag for kind in get_args(read)}


def test_script_speaks_the_servers_version() -> None:
    assert re.findall(r"PROTOCOL = (\d+)", SCRIPT) == [str(frames.PROTOCOL)]


def test_script_knows_why_the_server_closes() -> None:
    match = re.search(r"CLOSED = Object\.freeze\(\{(.*?)\}\)", SCRIPT, re.DOTALL)
    assert match

    assert {int(code) for code in re.findall(r"\d+", match[1])} == {
        base.BAD_FRAME, base.NOT_LET_IN, base.WRONG_ORIGIN, base.NO_HELLO, base.REPLACED,
        base.LOCKED, base.FLOODING, base.RESTARTING,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("heard", "people"),
    [
        ("VISITOR_HEARS", ["visitor"]),
        ("DESK_HEARS", ["counsellor", "supervisor", "officer"]),
    ],
    ids=["visitor", "desk"],
)
def test_script_hears_the_frames_of_the_contract(heard: str, people: list[str]) -> None:
    shown = set().union(*map(_heard, people))
    named = set(re.findall(r"`(\w+)", CONTRACT))

    assert shown - _listed(heard) == set()
    assert _listed(heard) - shown - named == set()
