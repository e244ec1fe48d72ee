"""Serve the application with uvicorn, set so that nothing about a visitor is written or echoed.

    python -m helpline.web --host 127.0.0.1 --port 8000
    python -m helpline.web --fd 3        # a listening socket that the parent keeps open

No access log (it prints addresses and query strings), no trust in proxies' headers (the outermost
middleware takes the address out anyway), no server or date header, no per-message deflate (memory,
and lengths that tell what was typed). Logs are the allow-list of helpline.logs.  Rule: D7
"""

from __future__ import annotations

import argparse
import gc
import os
import resource
import socket

import uvicorn

PING_SECONDS = 20
"""A line that has said nothing for one of these and does not answer within another is lost: a dead
line is noticed within 40 s. More often would keep the radios of telephones awake."""
UNSENT_SECONDS = 40
"""The same for a line on which something is on its way: a server does not close a socket before
what it has written has left, which on a dead line would take the kernel a quarter of an hour."""
LARGEST_FRAME_BYTES = 1024 * 1024
"""Above the protocol's 64 KiB, so that the consumer can answer a frame that is too large."""
GRACE_SECONDS = 5
OBJECTS_BETWEEN_LOOKS = 10_000
"""Python's own 700 are a dozen messages."""
MOST_FILES = 65_536
"""A socket is an open file, and the usual limit of 1,024 is that of a shell."""


def server_config() -> uvicorn.Config:
    """Everything but the address to listen on."""
    from helpline.logs import LOGGING

    return uvicorn.Config(
        "helpline.asgi:application",
        loop="uvloop",
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=LARGEST_FRAME_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        lifespan="on",
        log_config=LOGGING,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        backlog=2048,
    )


class Server(uvicorn.Server):
    """A server that, when it stops, tells lines over HTTP what it tells sockets by itself."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        from chat.runtime import RESTARTING, runtime

        runtime().over_http.close(RESTARTING)
        await super().shutdown(sockets)


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="python -m helpline.web")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--fd", type=int, help="serve this listening socket instead")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpline.settings")
    lift_file_limit()
    if options.fd is not None:
        listener = socket.socket(fileno=options.fd)
    else:
        listener = listen(options.host, options.port)
    serve(server_config(), listener)


def serve(config: uvicorn.Config, listener: socket.socket) -> None:
    """Load the application and serve it until a signal ends that."""
    config.load()
    # Whatever has been loaded stays: the collector, which halts everybody while it looks, passes
    # it over, and comes by more rarely.
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS, *gc.get_threshold()[1:])
    Server(config).run(sockets=[listener])


def lift_file_limit() -> None:
    """Let this process hold as many sockets as the system lets it, up to ``MOST_FILES``."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = MOST_FILES if hard == resource.RLIM_INFINITY else min(hard, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, allowed), hard))


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 is any free one. Raises OSError if the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=2048)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux; sockets take it over from their listener
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNSENT_SECONDS * 1000)
    return listener


if __name__ == "__main__":
    main()
