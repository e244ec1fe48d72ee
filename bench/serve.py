"""Serve one application of the bench on a listening socket that the parent keeps.

    python -m bench.serve uvicorn bench.applications.ours:application 3

uvicorn is set as in production (helpline/web.py); daphne is as it comes, without its access log.
"""

from __future__ import annotations

import os
import socket
import sys

from bench import profiling


def main() -> None:
    server, application, descriptor = sys.argv[1:]
    if path := os.environ.get("BENCH_PROFILE"):
        profiling.listen(path)
    if server == "uvicorn":
        from helpline.web import serve, server_config

        config = server_config()
        config.app = application
        # Neither the echo nor the plain application knows that word of the server.
        config.lifespan = "auto"
        serve(config, socket.socket(fileno=int(descriptor)))
    else:
        from daphne.cli import CommandLineInterface  # type: ignore[import-untyped]  # it has none

        CommandLineInterface().run(["--fd", descriptor, "--verbosity", "0", application])


if __name__ == "__main__":
    main()
