"""What can be refused, as named facts with the stable codes of docs/protocol.md."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar


class HelplineError(Exception):
    """A refusal that a person may see; ``code`` is part of the wire contract.

    The message of the exception says what was wrong and what would be right. It never
    carries anything that a visitor wrote.
    """

    code: ClassVar[str] = "unavailable"
    # What a frame says of it beside code and text.
    more: Mapping[str, object] = MappingProxyType({})


class NotFound(HelplineError):
    """An id that is unknown or belongs to another tenant: the two are not told apart."""

    code = "not_found"


class NotAllowed(HelplineError):
    """The actor exists and may not do this, or not now."""

    code = "not_allowed"


class Invalid(HelplineError):
    """A value of the wrong type, shape or size."""

    code = "invalid"


class Unavailable(HelplineError):
    """Storage or keys are down; the same request may succeed a moment later."""

    code = "unavailable"


class Unscoped(RuntimeError):
    """A tenant-owned model was reached outside ``tenant_scope``: a fault of ours."""


class CrossTenant(RuntimeError):
    """A scope was opened for a second tenant inside the first: a fault of ours."""
