from __future__ import annotations

import logging.config
import os

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")

app = Celery("helpline")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect(weak=False)
def _allow_list_logs(**_: object) -> None:
    """Keep Celery from installing formatters that print arguments, results and exceptions."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)
