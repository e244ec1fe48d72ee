"""The door to everything: HTTP to Django, sockets to the talk, no address to either."""

from __future__ import annotations

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
django.setup(set_prefix=False)

from channels.routing import ProtocolTypeRouter  # noqa: E402  # needs the apps of the line above
from django.conf import settings  # noqa: E402  # the same

from chat.overhttp.door import with_lines  # noqa: E402  # the same
from chat.routing import sockets  # noqa: E402  # the same
from chat.runtime import lifespan  # noqa: E402  # the same
from helpline.address import WithoutAddress  # noqa: E402  # the same
from helpline.files import Files  # noqa: E402  # the same
from helpline.handler import Handler  # noqa: E402  # the same
from helpline.late import Late  # noqa: E402  # the same
from helpline.turns import InTurn  # noqa: E402  # the same

http = Files(Late(with_lines(InTurn(Handler(), turns=settings.HTTP_TURNS))))
application = WithoutAddress(
    ProtocolTypeRouter({"http": http, "websocket": sockets, "lifespan": lifespan})
)
