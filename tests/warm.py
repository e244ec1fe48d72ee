"""Web processes that are forked from one which has read the libraries already.

Reading them is most of what a start costs, and nearly every test in a browser starts one. What is
ours, and the settings, each reads anew with the environment it is given. A process that a test
starts for itself (after a kill, with traps in it, with fewer files) is started as in production.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from helpline.processes import die_with_parent

# Without Daphne, whose import makes an event loop: that cannot be shared by a fork.
LIBRARIES = (
    "argon2", "celery.schedules", "channels.auth",
    "channels.generic.websocket", "channels.routing", "cryptography.fernet",
    "cryptography.hazmat.primitives.asymmetric.x25519", "cryptography.x509",
    "csp.middleware", "django.contrib.staticfiles.storage", "django.core.asgi",
    "django.core.management", "django.db.backends.postgresql.base", "environ", "holidays",
    "kombu.transport.redis", "msgpack", "msgspec", "psycopg_pool", "redis.asyncio.cluster",
    "redis.asyncio.sentinel", "twisted.internet.defer", "uvicorn.lifespan.on",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.websockets_sansio_impl", "uvloop", "whitenoise.middleware",
)  # fmt: skip

_nursery = multiprocessing.get_context("forkserver")
_nursery.set_forkserver_preload(list(LIBRARIES))


class Warm:
    """A web process begun here; what tests do with a ``subprocess.Popen`` can be done with it."""

    def __init__(self, listener: socket.socket, log: Path, environment: Mapping[str, str]) -> None:
        self._process = _nursery.Process(target=_serve, args=(listener, log, dict(environment)))
        self._process.start()
        self.pid = cast("int", self._process.pid)

    def poll(self) -> int | None:
        """Return how it ended, None while it runs."""
        return self._process.exitcode

    def send_signal(self, number: int, /) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it has ended; raises ``subprocess.TimeoutExpired``."""
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("web", timeout or 0)
        return self._process.exitcode


def _serve(listener: socket.socket, log: Path, environment: dict[str, str]) -> None:
    os.setsid()
    die_with_parent(signal.SIGTERM)
    with log.open("ab") as written:
        for descriptor in (1, 2):
            os.dup2(written.fileno(), descriptor)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["helpline.web", "--fd", str(listener.detach())]
    from helpline.web import main

    main()
