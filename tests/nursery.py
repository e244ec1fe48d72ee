"""Read by the process that web processes are forked from (tests/warm.py): all that they load.

Daphne, which settings name, makes an event loop as it is read; nobody runs that one.
"""

from __future__ import annotations

import importlib
import os

import django
from django.utils import translation

from tests import hashing

LIBRARIES = (
    "argon2", "channels.auth", "channels.generic.websocket", "channels.routing",
    "cryptography.hazmat.primitives.asymmetric.x25519", "cryptography.x509", "csp.middleware",
    "django.contrib.staticfiles.storage", "django.core.asgi", "django.core.management",
    "django.db.backends.postgresql.base", "psycopg_pool", "redis.asyncio.cluster",
    "redis.asyncio.sentinel", "uvicorn.lifespan.on", "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.websockets_sansio_impl", "uvloop", "whitenoise.middleware",
    "helpline.urls", "helpline.urls_desk", "helpline.urls_tenant", "helpline.urls_visitor",
)  # fmt: skip

os.environ["DJANGO_SETTINGS_MODULE"] = "helpline.settings"
django.setup()
hashing.lighten()
for name in LIBRARIES:
    importlib.import_module(name)
for language in ("nb", "sv", "en"):
    with translation.override(language):
        translation.gettext("")
