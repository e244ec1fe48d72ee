from __future__ import annotations

from chat import neglect
from chat.handbook import revisions
from tenants.jobs import job


@job("chat.tend_talks")
def tend_talks() -> None:
    """Look after every tenant's talks: missed counsellors, gone visitors, closing time."""
    neglect.tend_all()


@job("chat.remind_revisions")
def remind_of_revisions() -> None:
    """Write down which articles of the handbooks somebody should have looked at by today."""
    revisions.remind_revisions()
