"""TOML as a person would have written it: the few shapes that a charter is made of.

A section is a heading, then its keys in the order in which they are given. Texts of several lines
stand as several lines. What is read back is what was given, letter for letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

Value = object
_WIDTH = 96
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\b": "\\b", "\t": "\\t", "\f": "\\f", "\r": "\\r"}
# A control character, or half of a pair that TOML has no room for.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_BARE = re.compile(r"[A-Za-z0-9_-]+")


def heading(words: str) -> str:
    """Return the line that parts the file: ``# ── When ────…``."""
    return f"# ── {words} ".ljust(90, "─") + "\n"


def comment(text: str) -> str:
    return "".join(f"# {line}".rstrip() + "\n" for line in text.splitlines())


def section(name: str, values: Mapping[str, Value]) -> str:
    """Return ``[name]`` and its keys."""
    return f"[{name}]\n{_pairs(values)}"


def sections(name: str, entries: Iterable[Mapping[str, Value]]) -> list[str]:
    """Return one ``[[name]]`` for each of ``entries``."""
    return [f"[[{name}]]\n{_pairs(values)}" for values in entries]


def _pairs(values: Mapping[str, Value]) -> str:
    return "".join(f"{_key(key)} = {_value(value)}\n" for key, value in values.items())


def _value(value: Value) -> str:
    if isinstance(value, str):
        return _lines(value) if "\n" in value else _text(value)
    if isinstance(value, list | tuple):
        return _list(value)
    return _short(value)


def _short(value: Value) -> str:
    """Return ``value`` in one line, as it has to be inside of another."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Mapping):
        pairs = ", ".join(f"{_key(key)} = {_short(each)}" for key, each in value.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_short(each) for each in value) + "]"
    raise TypeError(f"a charter has no {type(value).__name__}")


def _list(values: Iterable[Value]) -> str:
    written = [_short(each) for each in values]
    line = "[" + ", ".join(written) + "]"
    tables = any(each.startswith("{") for each in written)
    if not tables and len(line) <= _WIDTH:
        return line
    return "[\n" + "".join(f"  {each},\n" for each in written) + "]"


def _text(value: str) -> str:
    return f'"{_escaped(value)}"'.replace("\n", "\\n")


def _lines(value: str) -> str:
    # The line break right after the quotes is none of the text's.
    return f'"""\n{_escaped(value)}"""'


def _escaped(value: str) -> str:
    plain = "".join(_ESCAPES.get(sign, sign) for sign in value)
    return _CONTROL.sub(lambda match: f"\\u{ord(match[0]):04x}", plain)


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)
