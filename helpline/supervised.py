"""The Celery application as `manage.py up` runs it: it tells when it is ready, and dies with us.

Worker and beat make the file named in HELPLINE_READY_FILE. Each process of the worker's pool asks
the kernel to be killed when the worker itself is, so that not even a kill -9 leaves one behind.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

from celery.signals import beat_init, worker_process_init, worker_ready

from helpline.celery import app
from helpline.processes import die_with_parent

__all__ = ["app"]


@worker_ready.connect(weak=False)
@beat_init.connect(weak=False)
def _tell(**_: object) -> None:
    Path(os.environ["HELPLINE_READY_FILE"]).touch()


@worker_process_init.connect(weak=False)
def _tie(**_: object) -> None:
    die_with_parent(signal.SIGKILL)
