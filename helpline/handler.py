"""Django's handler, with all of a request in one thread, from the first middleware to the last.

Django makes the page for an address where nothing is, and for an error, in a thread of the event
loop's own. Such a thread would keep its connection to the database for good, one taken from those
who write, and a restart of the database would leave the page broken.
"""

from __future__ import annotations

from collections.abc import Callable

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class Handler(ASGIHandler):
    """The application over HTTP. Views and middleware are plain functions; none is a coroutine."""

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)
        chain: Callable[[HttpRequest], HttpResponseBase] = self._middleware_chain  # type: ignore[has-type]
        self._middleware_chain = sync_to_async(chain, thread_sensitive=True)
