"""Every example of docs/protocol.md is played against the application, and no frame lacks one."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import get_args

import pytest

import chat
import referrals
from chat import frames
from tenants.models import Tenant
from tests.chat.examples import LANGUAGE, PAGE, Example, fences, is_json, read_examples
from tests.chat.stage import Stage

TEXT = PAGE.read_text("utf-8")
EXAMPLES = read_examples(TEXT)
# Wherever the server makes a frame, it writes its type as a literal.
CHAT = Path(chat.__file__).parent
SPEAKING = [
    *CHAT.glob("consumers/*.py"),
    CHAT / "reader.py",
    CHAT / "board.py",
    CHAT / "rests.py",
    CHAT / "incidents.py",
    Path(referrals.__file__).parent / "handoffs.py",
]
SERVER_FRAMES = {
    word
    for path in SPEAKING
    for word in re.findall(r'"type": "([a-z_]+)"', path.read_text("utf-8"))
}
CODES = {
    *("invalid", "not_found", "ended", "taken", "not_ready", "at_capacity", "empty", "closed"),
    *("qualification_missing", "not_allowed", "slow_down"),
}
# What HTTP refuses: the start of a talk, the way back to it, and what is asked of a line.
REFUSED = {
    *("409 closed", "409 full", "400 invalid", "428 proof_required", "421 unknown_host"),
    *("404 not_found", "429 slow_down", "409 used", "410 over"),
}
# 1012 takes a server that stops (tests/chat/test_live.py), 1011 a dead line (tests/faults).
CLOSES = {"4400", "4401", "4403", "4408", "4409", "4423", "4429"}


@pytest.fixture
async def stage(
    tenant: Tenant, other: Tenant, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    # An example is no rush, though its talks begin faster than people do.
    monkeypatch.setattr("chat.codes._REST", 0.0)
    stage = Stage(tenant, other, monkeypatch)
    async with stage.closing:
        yield stage


def named(example: Example) -> str:
    return f"{EXAMPLES.index(example) + 1} {example.heading}"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("example", EXAMPLES, ids=named)
async def test_an_example_is_what_the_server_does(example: Example, stage: Stage) -> None:
    for step in example.steps:
        await stage.play(step)
    for wire in stage.wires.values():
        if not wire.communicator.future.done() and not wire.is_closed:
            await wire.nothing_more()


def test_every_block_of_the_page_is_an_example() -> None:
    assert {info for _, info, _ in fences(TEXT)} == {LANGUAGE}
    assert len(fences(TEXT)) == len(EXAMPLES) == TEXT.count("```") / 2


def heard(example: Example) -> list[str]:
    return [step.what for step in example.steps if step.who and not step.says]


def test_every_frame_code_and_close_has_an_example() -> None:
    said = [step.what for one in EXAMPLES for step in one.steps if step.who and step.says]
    told = [what for one in EXAMPLES for what in heard(one)]
    out = [json.loads(what) for what in told if is_json(what) and what.startswith("{")]
    refused = [what.split(" ", 1) for what in told if re.match(r"4\d\d \{", what)]

    spoken = [json.loads(what) for what in said if is_json(what) and what.startswith("{")]
    assert {one.get("type") for one in spoken} >= {
        frame.__struct_config__.tag for frame in get_args(frames.VisitorFrame | frames.DeskFrame)
    }
    assert {one["type"] for one in out} == SERVER_FRAMES
    assert {one["code"] for one in out if one["type"] == "error"} == CODES
    assert {f"{status} {json.loads(body)['error']}" for status, body in refused} == REFUSED
    assert {what.removeprefix("close ") for what in told if what.startswith("close")} == CLOSES
