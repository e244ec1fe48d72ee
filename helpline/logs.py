"""What may be written down, and nothing else.

A log line is built from an allow-list: our own events carry a name and fields that are counts,
durations and slugs; everything that other programs want to say is cut down to who said it and
where. Messages, arguments, paths, addresses and exception texts never reach a formatter that
would print them, so no log ever has to be searched for what a visitor wrote.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

OWN = "helpline"
FIELDS = frozenset(
    {
        "tenant",
        "kind",
        "count",
        "due",
        "done",
        "seconds",
        "process",
        "task",
        "frame",
        "code",
        "child",
    }
)
_SLUG = re.compile(r"[a-z0-9_.-]{1,40}", re.ASCII)
_ROOT = Path(__file__).resolve().parent.parent


class AllowListFormatter(logging.Formatter):
    """Format a record as one JSON line of what the allow-list lets through."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%MZ"),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name.partition(".")[0] == OWN and isinstance(record.msg, str):
            line["event"] = record.msg if _SLUG.fullmatch(record.msg) else "unnamed"
            line |= _allowed(getattr(record, "fields", {}))
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = _where(record.exc_info[2])
        return json.dumps(line)


def _allowed(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name in FIELDS and _harmless(value)}


def _harmless(value: object) -> bool:
    if isinstance(value, str):
        return bool(_SLUG.fullmatch(value))
    return isinstance(value, bool | int | float)


def _where(trace: Any) -> list[str]:
    """Return the frames inside this project, innermost last: file, line, function; no values."""
    frames = traceback.extract_tb(trace)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(_ROOT)] or frames
    return [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in ours[-6:]]


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"allow": {"()": "helpline.logs.AllowListFormatter"}},
    "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "allow"}},
    "root": {"handlers": ["out"], "level": "WARNING"},
    "loggers": {
        OWN: {"level": "INFO"},
        # Their own handlers print messages, addresses and query strings.
        **{
            name: {"handlers": [], "propagate": True, "level": "WARNING"}
            for name in (
                "django",
                "django.server",
                "django.request",
                "uvicorn",
                "uvicorn.error",
                "uvicorn.access",
                "uvicorn.asgi",
                "daphne",
                "celery",
                "celery.task",
                "celery.redirected",
                "celery.worker.strategy",
                "asyncio",
            )
        },
    },
}
