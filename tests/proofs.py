"""Solving a proof of work, as any program of altcha's kind does it."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

Challenge = dict[str, Any]


def number_of(challenge: Challenge) -> int:
    """Return the number that was drawn, by trying all."""
    wanted, salted = challenge["challenge"], hashlib.sha256(challenge["salt"].encode())
    for number in range(challenge["maxnumber"] + 1):
        tried = salted.copy()
        tried.update(b"%d" % number)
        if tried.hexdigest() == wanted:
            return number
    raise AssertionError("a challenge without a solution")


def proof_of(challenge: Challenge, **otherwise: object) -> str:
    """Return the proof for ``challenge``; ``otherwise`` is what a cheat says instead."""
    said = {**challenge, "number": otherwise.pop("number", None), **otherwise}
    if said["number"] is None:
        said["number"] = number_of(challenge)
    return base64.b64encode(json.dumps(said).encode()).decode()
