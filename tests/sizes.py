"""How often a race is run. The whole number is `make races`; the suite has a time limit."""

from __future__ import annotations

import os

IS_WHOLE = bool(os.environ.get("HELPLINE_WHOLE"))


def sized(whole: int, *, otherwise: int) -> int:
    """Return ``whole`` under `make races`, else ``otherwise``: what is asserted stays the same."""
    return whole if IS_WHOLE else otherwise
