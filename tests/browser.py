"""With which flags browser tests drive Chromium."""

from __future__ import annotations

FLAGS = [
    "--no-sandbox",  # root has no other way, and the pages are our own
    "--disable-gpu",
    "--no-first-run",
    # Nothing but our server is to be asked for anything.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
]
