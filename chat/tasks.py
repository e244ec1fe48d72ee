from __future__ import annotations

from celery import shared_task

from chat import neglect


@shared_task(name="chat.tend_talks")
def tend_talks() -> None:
    """Look after every tenant's talks: missed counsellors, gone visitors, closing time."""
    neglect.tend_all()
