"""Refusals of the talk, each with its code of docs/protocol.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from tenants.errors import HelplineError


class ConversationEnded(HelplineError):
    code = "ended"


class Taken(HelplineError):
    """Another counsellor was first."""

    code = "taken"


class NotReady(HelplineError):
    """A counsellor who is not ready asked for the next visitor."""

    code = "not_ready"


class AtCapacity(HelplineError):
    """The counsellor has as many talks as the tenant lets one have."""

    code = "at_capacity"


class QueueEmpty(HelplineError):
    code = "empty"


class QualificationMissing(HelplineError):
    """The member lacks something that the tenant has promised its visitors.  Rule: S3, D1, B7"""

    code = "qualification_missing"

    def __init__(self, text: str = "", *, missing: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(text)
        self.more = {"missing": list(missing)}


class SlowDown(HelplineError):
    """Too much at once; ``retry_seconds`` says when to try again, where that is known."""

    code = "slow_down"

    def __init__(self, text: str = "", *, retry_seconds: int = 0) -> None:
        super().__init__(text)
        self.retry_seconds = retry_seconds


class ProofRequired(HelplineError):
    """Many talks were begun from this place: do the work of ``challenge``, or wait."""

    code = "proof_required"

    def __init__(
        self, text: str = "", *, challenge: Mapping[str, object], retry_seconds: int
    ) -> None:
        super().__init__(text)
        self.challenge = challenge
        self.retry_seconds = retry_seconds


class Closed(HelplineError):
    """The line takes nobody new; ``opens_at`` says when it does again, if that is known."""

    code = "closed"

    def __init__(self, text: str = "", *, opens_at: datetime | None = None) -> None:
        super().__init__(text)
        self.opens_at = opens_at


class Full(HelplineError):
    """As many wait as the tenant lets wait, or nobody is there and it does not let wait then."""

    code = "full"


class NotLetIn(HelplineError):
    """A secret that opens nothing here. Told by close code 4401 alone."""

    code = "not_found"
