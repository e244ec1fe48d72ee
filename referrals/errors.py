"""Refusals of a handoff, each with its code of docs/protocol.md."""

from __future__ import annotations

from tenants.errors import HelplineError


class Used(HelplineError):
    """A token that has been used before."""

    code = "used"


class Over(HelplineError):
    """A token that was good and is not any more."""

    code = "over"
