from __future__ import annotations

from chat import neglect, tallies
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


@job("chat.forget_tallies")
def forget_tallies() -> None:
    """Delete the counts that no figure looks back to any more."""
    tallies.forget_tallies()
