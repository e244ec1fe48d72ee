from __future__ import annotations

from chat import neglect
from tenants.jobs import job


@job("chat.tend_talks")
def tend_talks() -> None:
    """Look after every tenant's talks: missed counsellors, gone visitors, closing time."""
    neglect.tend_all()
