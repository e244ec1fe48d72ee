"""What in a note of staff looks as if it showed who somebody is.

The same small rules by which a visitor's page asks before a message is sent
(static/chat/js/revealing.js), for what staff write to each other: here it is not asked but
refused, so this rather misses something than cries wolf, too. A link is refused whole: what it
leads to nobody can see.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff]")
_DASHES = re.compile("[\u2010-\u2015]")
_EMAIL = re.compile(
    r"[\w.%+-]+ ?(?:@|\(at\)|\[at\]|krøllalfa|snabel-?a) ?[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}", re.I
)
_LINK = re.compile(r"\bhttps?:|\bwww\.|\b[a-z0-9-]+\.(?:no|se|com|net|org|io)\b(?:/\S*)?", re.I)
_NORWEGIAN = re.compile(r"(?<!\d)(?<![+,.])\d{2}[ .]?\d{2}[ .]?\d{2}[ .-]?\d{3}[ .]?\d{2}(?!\d)")
_SWEDISH = re.compile(r"(?<!\d)(?<![+,.])(?:19|20)?(\d{6})[ +-]?(\d{4})(?!\d)")
_NUMBER_NAMED = re.compile(
    r"(?:fødselsnummer|fødselsnr|personnummer|personnr|fnr|d-nummer|samordningsnummer)"
    r"[^\d\n]{0,20}(?:\d[ .-]?){10,12}(?!\d)",
    re.I,
)
_PHONES = tuple(
    re.compile(shape)
    for shape in (
        r"(?<![\d+])(?:\+|00) ?[1-9](?:[ .()-]{0,2}\d){7,13}(?!\d)",
        r"(?<!\d)(?<![+,.])[49]\d\d[ .-]\d\d[ .-]\d{3}(?!\d)",
        r"(?<!\d)(?<![+,.])(?<!\d[ -])[49]\d{3} \d{4}(?![ -]?\d)",
        r"(?<!\d)(?<![+,.])[2-79]\d{7}(?!\d)",
        r"(?<!\d)(?<!\d[ .-])(?<![+,.])[2-79]\d([ .-])\d\d\1\d\d\1\d\d(?![ .-]?\d)",
        r"(?<!\d)(?<!\d[ .-])(?<![+,.])[2-79](?:([ .-])\d)(?:\1\d){6}(?![ .-]?\d)",
        r"(?<!\d)(?<![+,.])07[02369](?:[ -]{0,2}\d){7}(?![ -]?\d)",
        r"(?<!\d)(?<![+,.-])(?!020|077|09)0[1-9]\d{0,2}-\d(?: ?\d){4,7}(?![ -]?\d)",
    )
)
_NO_PHONE_AFTER = re.compile(
    r"\s*(?:kr|kroner|kronor|nok|sek|euro|mg|ml|gram|kg|km|stk|år|ganger|gånger|poeng|poäng|%)(?!\w)",
    re.I,
)
_NO_PHONE_BEFORE = re.compile(
    r"(?:\b(?:kr|nok|sek|kl|klokka|klokken|klockan|uke|vecka|sak)[.:]?|[€$£#])\s*$", re.I
)
_FIRST = (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)
_SECOND = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)
# From 2032 on the first check digit of a Norwegian number may leave any of these.
_RESTS = 3
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def found_in(text: str) -> list[str]:
    """Return the kinds that ``text`` seems to hold: national, phone, email, link; in this order."""
    plain = _DASHES.sub("-", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))
    nationals = list(_nationals(plain))
    rest = plain
    for said in nationals:
        rest = rest.replace(said, " ")
    seen = {
        "national": bool(nationals) or bool(_NUMBER_NAMED.search(plain)),
        "phone": any(_is_phone(match) for shape in _PHONES for match in shape.finditer(rest)),
        "email": bool(_EMAIL.search(plain)),
        "link": bool(_LINK.search(_EMAIL.sub(" ", plain))),
    }
    return [kind for kind, is_there in seen.items() if is_there]


def _nationals(text: str) -> Iterator[str]:
    for match in _NORWEGIAN.finditer(text):
        if is_norwegian(re.sub(r"\D", "", match[0])):
            yield match[0]
    for match in _SWEDISH.finditer(text):
        # Ten digits in a row that begin so are a mobile telephone.
        if is_swedish(match[1] + match[2]) and not re.match("07[02369]", match[0]):
            yield match[0]


def is_norwegian(number: str) -> bool:
    """Say whether eleven digits are a fødselsnummer or a D-number, one made up for tests too."""
    day, month = int(number[:2]), int(number[2:4])
    added = next(more for more in (80, 65, 40, 0) if month > more or not more)
    return (
        _is_day(day - 40 if day > 40 else day, month - added)
        and _weighed(number, _FIRST) <= _RESTS
        and _weighed(number, _SECOND) == 0
    )


def is_swedish(number: str) -> bool:
    """Say whether ten digits are a personnummer or a samordningsnummer."""
    day = int(number[4:6])
    return _is_day(day - 60 if day > 60 else day, int(number[2:4])) and _luhn(number) == 0


def _is_day(day: int, month: int) -> bool:
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1]


def _weighed(number: str, weights: tuple[int, ...]) -> int:
    return sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False)) % 11


def _luhn(number: str) -> int:
    doubled = [int(digit) * (1 if place % 2 else 2) for place, digit in enumerate(number)]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10


def _is_phone(match: re.Match[str]) -> bool:
    text, said = match.string, match[0]
    digits = re.sub(r"\D", "", said)
    return not (
        _NO_PHONE_BEFORE.search(text[: match.start()])
        or _NO_PHONE_AFTER.match(text[match.end() :])
        or digits.endswith("00000")
        or _is_steady(said)
        or (said[0] not in "+0" and _is_date(digits))
    )


def _is_date(digits: str) -> bool:
    pairs = [int(pair) for pair in re.findall(r"\d\d", digits)]
    first, second, third, fourth = (*pairs, 0, 0, 0, 0)[:4]
    return (third in (19, 20) and _is_day(first, second)) or (
        first in (19, 20) and _is_day(fourth, third)
    )


def _is_steady(said: str) -> bool:
    # 20 30 40 50 is counted, not called.
    parts = [int(part) for part in re.split(r"\D+", said) if part]
    return len(parts) > 3 and len({after - before for before, after in pairwise(parts)}) == 1
