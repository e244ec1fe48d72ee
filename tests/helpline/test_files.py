"""Files of a page come whole, and whoever waits for something else does not hold them up."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Any

import pytest
from channels.testing import HttpCommunicator
from django.conf import settings
from django.templatetags.static import static

from helpline.files import Files
from helpline.turns import InTurn
from tests.web import ask
from tests.world import PATIENCE_SECONDS

HOST = f"tidaholm.{settings.HELPLINE_BASE}"
NAME = "css/base.css"


@pytest.fixture
def path(django_db_setup: None) -> str:
    """Where a file of every page is to be had; its name tells its content."""
    url = static(NAME)
    assert url != f"{settings.STATIC_URL}{NAME}"
    return url


@pytest.fixture
def written(path: str) -> bytes:
    """What stands in the file, in which other files are called by their own such names."""
    return (Path(settings.STATIC_ROOT) / path.removeprefix(settings.STATIC_URL)).read_bytes()


async def test_file_comes_whole_in_what_the_browser_can_read(path: str, written: bytes) -> None:
    plain = await ask("GET", HOST, path)
    packed = await ask("GET", HOST, path, headers=[(b"accept-encoding", b"gzip")])
    part = await ask("GET", HOST, path, headers=[(b"range", b"bytes=2-9")])
    named = await ask("HEAD", HOST, path)

    assert (plain.status, plain.body) == (200, written)
    assert (packed.headers["content-encoding"], gzip.decompress(packed.body)) == ("gzip", written)
    assert (part.status, part.body) == (206, written[2:10])
    assert (named.status, named.headers, named.body) == (200, plain.headers, b"")


async def test_file_that_is_there_already_is_not_sent_and_none_is_changed(path: str) -> None:
    first = await ask("GET", HOST, path)
    tag = first.headers["etag"].encode()

    again = await ask("GET", HOST, path, headers=[(b"if-none-match", tag)])
    changed = await ask("POST", HOST, path, body=b"x")

    assert (again.status, again.body) == (304, b"")
    assert (changed.status, changed.headers["allow"]) == (405, "GET, HEAD")


@pytest.mark.django_db(transaction=True)
async def test_file_that_is_nowhere_is_asked_of_the_application() -> None:
    assert (await ask("GET", HOST, f"{settings.STATIC_URL}nowhere.css")).status == 421
    outside = f"{settings.STATIC_URL}../settings.py"
    assert (await ask("GET", HOST, outside)).status == 421


async def test_file_comes_while_every_turn_is_taken(path: str) -> None:
    taken, over = asyncio.Event(), asyncio.Event()

    async def slow(scope: Any, receive: Any, send: Any) -> None:
        taken.set()
        await over.wait()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"slow"})

    app: Any = Files(InTurn(slow, turns=1))
    waits = HttpCommunicator(app, "GET", "/")
    waiting = asyncio.ensure_future(waits.get_response(PATIENCE_SECONDS))
    async with asyncio.timeout(PATIENCE_SECONDS):
        await taken.wait()

    file = await HttpCommunicator(app, "GET", path).get_response(PATIENCE_SECONDS)

    assert file["status"] == 200
    assert not waiting.done()
    over.set()
    assert (await waiting)["body"] == b"slow"
