from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from retention.sealing import PAD_BYTES, Sealer, Unsealable

SECRET, OTHER_SECRET = bytes(range(32)), bytes(range(1, 33))
TENANT_KEY, OTHER_TENANT_KEY = b"t" * 32, b"u" * 32
TALK, OTHER_TALK = UUID(int=1), UUID(int=2)
SEGMENT, OTHER_SEGMENT = UUID(int=3), UUID(int=4)
MESSAGE, OTHER_MESSAGE = UUID(int=5), UUID(int=6)
VISITOR, COUNSELLOR = 1, 2
TEXT = "Æ øy i en å 🙂"


def sealer(
    *,
    secret: bytes = SECRET,
    tenant_key: bytes = TENANT_KEY,
    tenant: int = 7,
    conversation: UUID = TALK,
    segment: UUID = SEGMENT,
) -> Sealer:
    return Sealer.of(
        secret=secret,
        tenant_key=tenant_key,
        tenant=tenant,
        conversation=conversation,
        segment=segment,
    )


@pytest.fixture
def body() -> bytes:
    return sealer().seal(TEXT, author=VISITOR, message=MESSAGE)


def refusal(one: Sealer, body: bytes, *, author: int = VISITOR, message: UUID = MESSAGE) -> str:
    """Return what is said about a body that does not open."""
    with pytest.raises(Unsealable) as caught:
        one.open(body, author=author, message=message)
    return repr(caught.value)


def test_body_opens_where_it_was_sealed(body: bytes) -> None:
    # A sealer of its own: nothing but the two keys and the place is needed.
    assert sealer().open(body, author=VISITOR, message=MESSAGE) == TEXT
    assert TEXT.encode() not in body


@pytest.mark.parametrize(
    "elsewhere",
    [
        pytest.param(sealer(tenant=8), id="tenant"),
        pytest.param(sealer(conversation=OTHER_TALK), id="conversation"),
        pytest.param(sealer(segment=OTHER_SEGMENT), id="segment"),
        pytest.param(sealer(secret=OTHER_SECRET), id="segment secret"),
        pytest.param(sealer(tenant_key=OTHER_TENANT_KEY), id="tenant key"),
    ],
)
def test_body_opens_nowhere_else(body: bytes, elsewhere: Sealer) -> None:
    assert refusal(elsewhere, body) == "Unsealable()"


def test_body_opens_for_no_other_author_or_message(body: bytes) -> None:
    assert refusal(sealer(), body, author=COUNSELLOR) == "Unsealable()"
    assert refusal(sealer(), body, message=OTHER_MESSAGE) == "Unsealable()"


def test_segment_named_in_a_body_is_the_one_it_was_sealed_under(body: bytes) -> None:
    forged = body[:2] + OTHER_SEGMENT.bytes + body[18:]

    assert refusal(sealer(segment=OTHER_SEGMENT), forged) == "Unsealable()"


def test_altered_or_cut_body_is_refused_in_one_way(body: bytes) -> None:
    altered = [body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :] for place in range(60)]
    cut = [body[:length] for length in range(len(body))]
    longer = [body + b"\0", b""]

    said = {refusal(sealer(), bad) for bad in (*altered, *cut, *longer)}

    assert said == {"Unsealable()"}


@pytest.mark.parametrize("head", [b"\x02\x01", b"\x00\x01", b"\x01\x02", b"\x01\x00"])
def test_unknown_version_or_algorithm_is_refused(body: bytes, head: bytes) -> None:
    assert refusal(sealer(), head + body[2:]) == "Unsealable()"


def test_refusal_tells_nothing_of_its_cause(body: bytes) -> None:
    with pytest.raises(Unsealable) as caught:
        sealer(secret=OTHER_SECRET).open(body, author=VISITOR, message=MESSAGE)

    assert caught.value.args == ()
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("length", "steps"), [(0, 1), (1, 1), (252, 1), (253, 2), (508, 2), (509, 3), (4000, 16)]
)
def test_body_size_tells_only_the_step(length: int, steps: int) -> None:
    body = sealer().seal("x" * length, author=VISITOR, message=MESSAGE)

    assert len(body) == 2 + 16 + 12 + steps * PAD_BYTES + 16
    assert sealer().open(body, author=VISITOR, message=MESSAGE) == "x" * length


def test_longest_text_of_widest_characters_comes_back_whole() -> None:
    text = "🙂" * 4000

    body = sealer().seal(text, author=COUNSELLOR, message=MESSAGE)

    assert sealer().open(body, author=COUNSELLOR, message=MESSAGE) == text


def test_same_text_is_never_sealed_to_the_same_bytes() -> None:
    one = sealer()

    bodies = {one.seal(TEXT, author=VISITOR, message=MESSAGE)[18:] for _ in range(1000)}

    # Nor do any two share the nonce that comes first.
    assert len({body[:12] for body in bodies}) == 1000


def test_sealer_shows_no_key() -> None:
    one = sealer()

    shown = repr(one) + str(one) + repr(replace(one))

    assert shown == f"Sealer({SEGMENT})" * 3
