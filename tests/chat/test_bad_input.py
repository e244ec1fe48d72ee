"""What no client of ours sends: each gets its documented answer, and the neighbours go on."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from tenants.models import Tenant
from tests import clients
from tests.clients import Desk, Frame, Talk, Visitor

pytestmark = pytest.mark.django_db(transaction=True)

NO_FRAMES = {
    "empty": "",
    "words": "hello",
    "half": '{"type": "say"',
    "two": '{"type": "typing"}{"type": "typing"}',
    "array": "[]",
    "string": '"typing"',
    "number": "7",
    "null": "null",
    "no type": "{}",
    "type null": '{"type": null}',
    "type number": '{"type": 7}',
    "type array": '{"type": ["say"]}',
    "NaN": '{"type": "seen", "seq": NaN}',
    "infinity": '{"type": "seen", "seq": Infinity}',
    "lone surrogate": '{"type": "say", "id": "1", "text": "\\ud800"}',
    "raw surrogate": '{"type": "say", "text": "\ud800"}',
    "NUL outside": '{"type": "typing"}\0',
    "single quotes": "{'type': 'typing'}",
    "comment": '{"type": "typing"} // no',
    "nine deep": '{"type": "typing", "a": %s}' % ("[" * 8 + "]" * 8),
    "a thousand deep": "[" * 1_000 + "]" * 1_000,
    "thirty thousand deep": '{"type": "typing", "a": ' + "[" * 30_000 + "]" * 30_000 + "}",
    "64 KiB and one": '{"type": "typing", "a": "%s"}' % ("x" * (64 * 1024 - 26)),
    "64 KiB of emoji": '{"type": "typing", "a": "%s"}' % ("\U0001f600" * 17_000),
}
MESSAGE = str(uuid4())
REFUSED: dict[str, Frame] = {
    "unknown type": {"type": "sing"},
    "type of the desk": {"type": "claim", "conversation": MESSAGE},
    "type in capitals": {"type": "SAY", "id": MESSAGE, "text": "hei"},
    "unknown field": {"type": "say", "id": MESSAGE, "text": "hei", "from": "counsellor"},
    "foreign field": {"type": "say", "id": MESSAGE, "text": "hei", "conversation": MESSAGE},
    "unknown deep field": {"type": "typing", "a": [[[[[[]]]]]]},
    "no id": {"type": "say", "text": "hei"},
    "no text": {"type": "say", "id": MESSAGE},
    "id number": {"type": "say", "id": 7, "text": "hei"},
    "id word": {"type": "say", "id": "seven", "text": "hei"},
    "id braces": {"type": "say", "id": "{" + MESSAGE + "}", "text": "hei"},
    "id null": {"type": "say", "id": None, "text": "hei"},
    "text empty": {"type": "say", "id": MESSAGE, "text": ""},
    "text number": {"type": "say", "id": MESSAGE, "text": 7},
    "text array": {"type": "say", "id": MESSAGE, "text": ["hei"]},
    "text null": {"type": "say", "id": MESSAGE, "text": None},
    "text NUL": {"type": "say", "id": MESSAGE, "text": "a\0b"},
    "text 4001": {"type": "say", "id": MESSAGE, "text": "x" * 4_001},
    "text 4001 composed": {"type": "say", "id": MESSAGE, "text": "a\u030a" * 4_001},
    "seq text": {"type": "seen", "seq": "1"},
    "seq true": {"type": "seen", "seq": True},
    "seq float": {"type": "seen", "seq": 1.5},
    "seq negative": {"type": "seen", "seq": -1},
    "seq ahead": {"type": "seen", "seq": 1},
    "seq huge": {"type": "seen", "seq": 2**31},
    "seq enormous": {"type": "seen", "seq": 10**40},
    "after text": {"type": "more", "after": "0"},
    "second hello": {"type": "hello", "protocol": 1, "secret": "x", "after": 0},
    "ref number": {"type": "typing", "ref": 7},
    "ref 65": {"type": "typing", "ref": "r" * 65},
    "leave with a reason": {"type": "leave", "reason": "bored"},
}
NO_HELLOS: list[Frame] = [
    {"protocol": 2},
    {"protocol": "1"},
    {"protocol": True},
    {"protocol": 1.5},
    {"secret": 7},
    {"secret": "x" * 65},
    {"after": -1},
    {"after": 1},
    {"tenant": 1},
]


@pytest.fixture
async def neighbours(tenant: Tenant) -> AsyncIterator[Talk]:
    async with clients.talk(tenant) as talk:
        yield talk


async def goes_on(neighbours: Talk) -> None:
    said = await neighbours.visitor.say("still here")
    heard = await neighbours.desk.next()
    assert (heard["type"], heard["seq"], heard["text"]) == ("message", said["seq"], "still here")


def faults(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= 40]


async def test_what_is_no_frame_closes_with_the_reason_first(
    tenant: Tenant, neighbours: Talk, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    answers, codes = {}, {}
    for name, text in NO_FRAMES.items():
        async with clients.visitor(tenant, secret=visitor.secret) as tab:
            await tab.send_text(text)
            answers[name], codes[name] = await tab.next(), await tab.closed()

    assert answers == {
        name: {"type": "error", "code": "invalid", "text": answers[name]["text"]}
        for name in NO_FRAMES
    }
    assert codes == dict.fromkeys(NO_FRAMES, 4400)
    await goes_on(neighbours)
    assert faults(caplog) == []


async def test_a_binary_message_closes(visitor: Visitor, counsellor: Desk) -> None:
    for wire in (visitor, counsellor):
        await wire.send_bytes(b'{"type": "typing"}')
        refused = await wire.next()
        assert refused == {"type": "error", "code": "invalid", "text": refused["text"]}
        assert await wire.closed() == 4400


async def test_what_is_a_frame_with_something_wrong_is_refused_and_the_socket_stays(
    neighbours: Talk, visitor: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    answers = {}
    for name, frame in REFUSED.items():
        await visitor.send({"ref": name, **frame})
        answers[name] = await visitor.next()

    no_ref = {"ref number", "ref 65"}
    assert answers == {
        name: {"type": "error", "code": "invalid", "text": answers[name]["text"]}
        | ({} if name in no_ref else {"ref": name})
        for name in REFUSED
    }
    assert (await visitor.say("first"))["seq"] == 1
    await visitor.nothing_more()
    await goes_on(neighbours)
    assert faults(caplog) == []


async def test_a_hello_that_is_refused_may_be_said_again(tenant: Tenant) -> None:
    async with clients.visitor(tenant, greet=False) as tab:
        right = {"type": "hello", "protocol": 1, "secret": tab.secret, "after": 0}
        refused = [await tab.request({**right, **wrong}) for wrong in NO_HELLOS]
        welcome = await tab.request(right)

    assert refused == [
        {"type": "error", "code": "invalid", "text": answer["text"]} for answer in refused
    ]
    assert (welcome["type"], welcome["conversation"]) == ("welcome", tab.conversation)


async def test_a_frame_of_64_kib_eight_deep_and_with_a_name_twice_is_read(visitor: Visitor) -> None:
    await visitor.send_text('{"type": "typing", "a": "%s"}' % ("x" * (64 * 1024 - 27)))
    large = await visitor.next()
    deep = await visitor.request({"type": "typing", "a": [[[[[[[]]]]]]]})
    await visitor.send_text(f'{{"type": "say", "id": "{MESSAGE}", "text": "a", "text": "b"}}')
    twice = await visitor.next()

    refused = {"type": "error", "code": "invalid"}
    assert large == {**refused, "text": large["text"]}
    assert deep == {**refused, "text": deep["text"]}
    assert twice == {"type": "said", "id": MESSAGE, "seq": 1, "at": twice["at"]}


TEXTS = {
    "emoji": "\U0001f468‍\U0001f469‍\U0001f467 \U0001f1f3\U0001f1f4",
    "right to left": "\u202eמה שלומך\u202c abc",
    "invisible": "a\u200b\u200d\u2060\ufeffb",
    "controls": "\x01\x07\x1b[31m\x7f\u0085\r\n\t",
    "separators": "a\u2028b\u2029c",
    "beyond": "\U0010ffff\ufffe\uffff\U000e0001",
    "combining": "z" + "\u0335" * 200,
    "markup": "<script>alert(1)</script>&amp;{{ 7*7 }}%s'; DROP TABLE chat_message; --",
    "json": '{"type": "leave"}',
    "space": " ",
    "4000 of four bytes": "\U0001f600" * 4_000,
    "4000 composed": "å" * 4_000,
}


async def test_a_text_arrives_as_it_was_sent(tenant: Tenant) -> None:
    async with clients.talk(tenant) as talk:
        for seq, text in enumerate(TEXTS.values(), start=1):
            assert (await talk.visitor.say(text))["seq"] == seq
        heard = [(await talk.desk.next())["text"] for _ in TEXTS]
        async with clients.visitor(tenant, secret=talk.visitor.secret) as again:
            read = [message["text"] for message in again.welcome["messages"]]

    assert dict(zip(TEXTS, heard, strict=True)) == TEXTS
    assert read == heard


async def test_a_text_is_composed_before_it_is_counted(tenant: Tenant) -> None:
    apart = unicodedata.normalize("NFD", "å" * 4_000)
    async with clients.talk(tenant) as talk:
        said = await talk.visitor.say(apart)
        heard = await talk.desk.next()

    assert len(apart) == 8_000
    assert (said["seq"], heard["text"]) == (1, "å" * 4_000)


async def test_a_message_has_one_id_however_it_is_written(visitor: Visitor) -> None:
    said = [await visitor.say("hei", id=one) for one in (MESSAGE, MESSAGE.upper())]

    assert said == [{"type": "said", "id": MESSAGE, "seq": 1, "at": said[0]["at"]}] * 2


async def test_the_desk_refuses_what_it_does_not_speak(
    neighbours: Talk, counsellor: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    wrong: list[Frame] = [
        {"type": "say", "id": MESSAGE, "text": "hei"},
        {"type": "erase"},
        {"type": "leave"},
        {"type": "ready"},
        {"type": "ready", "value": "yes"},
        {"type": "ready", "value": 1},
        {"type": "next", "conversation": MESSAGE},
        {"type": "claim"},
        {"type": "claim", "conversation": 7},
        {"type": "claim", "conversation": "../admin"},
        {"type": "open", "conversation": MESSAGE, "purpose": "x" * 201},
        {"type": "open", "conversation": MESSAGE, "after": -1},
        {"type": "close", "conversation": MESSAGE, "reason": "x" * 41},
        {"type": "more", "conversation": MESSAGE},
        {"type": "hello", "protocol": 1},
    ]

    answers = [await counsellor.request(frame) for frame in wrong]

    assert answers == [
        {"type": "error", "code": "invalid", "text": answer["text"]} for answer in answers
    ]
    await goes_on(neighbours)
    assert faults(caplog) == []
