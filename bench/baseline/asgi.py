from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "bench.baseline.settings"
_django = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402  # needs the apps of the line above

from bench.baseline.consumers import TalkConsumer  # noqa: E402  # the same

application = ProtocolTypeRouter({"http": _django, "websocket": TalkConsumer.as_asgi()})
