"""HTTP at the application's door: the visitor's API, and a member's way to a session."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from http.cookies import SimpleCookie
from typing import Any

from channels.testing import HttpCommunicator
from django import test
from django.conf import settings
from django.test.client import ClientHandler

from tenants import clock, sessions
from tenants.models import Membership, StaffSession, Tenant
from tests.world import PASSWORD, PATIENCE_SECONDS

Header = tuple[bytes, bytes]


@cache
def application() -> Any:
    """Return the ASGI application. Made late: it looks for the static files of this run."""
    from helpline.asgi import application as made

    return made


class Client(test.Client):
    """Django's, whose middleware is made once a process."""

    def __init__(self, enforce_csrf_checks: bool = False, **more: Any) -> None:
        super().__init__(enforce_csrf_checks, **more)
        self.handler = _handler(enforce_csrf_checks)

    def force_login(self, user: Any, backend: str | None = None) -> None:
        """Sign somebody in at the platform's own host, as its door does once all was shown."""
        super().force_login(user, backend)
        key = self.cookies[settings.SESSION_COOKIE_NAME].value
        session = sessions.SessionStore(key)
        # What Django has written would be nobody's to who reads it.
        said = StaffSession.objects.get(session_key=key).session_data
        session._session_cache = session.decode(said)  # type: ignore[attr-defined]  # its own name
        sessions.begin(session, None)
        session.save()


@cache
def _handler(enforce_csrf_checks: bool) -> ClientHandler:
    handler = ClientHandler(enforce_csrf_checks)
    handler.load_middleware()
    return handler


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    cookies: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


def host_of(tenant: Tenant, side: str = "visitor") -> str:
    prefix = "desk-" if side == "desk" else ""
    return f"{prefix}{tenant.slug}.{settings.HELPLINE_BASE}"


def origin_at(host: str) -> str:
    return f"{settings.HELPLINE_SCHEME}://{host}"


async def ask(
    method: str,
    host: str,
    path: str,
    *,
    body: bytes = b"",
    headers: Iterable[Header] = (),
    client: tuple[str, int] | None = None,
) -> Answer:
    """Ask the application over HTTP, as if the proxy in front had ended TLS.

    ``client`` is the address and port that the server's socket has seen.
    """
    about = [(b"host", host.encode("latin-1")), (b"x-forwarded-proto", b"https"), *headers]
    if body:
        about.append((b"content-length", str(len(body)).encode()))
    communicator = HttpCommunicator(application(), method, path, body, about)
    communicator.scope["client"] = client
    found = await communicator.get_response(PATIENCE_SECONDS)
    await communicator.wait(PATIENCE_SECONDS)
    said = {key.decode().lower(): value.decode() for key, value in found["headers"]}
    jar: SimpleCookie = SimpleCookie()
    for key, value in found["headers"]:
        if key.lower() == b"set-cookie":
            jar.load(value.decode())
    cookies = {name: morsel.value for name, morsel in jar.items()}
    return Answer(found["status"], said, cookies, found["body"])


async def post(host: str, path: str, said: object) -> Answer:
    """POST ``said`` as JSON."""
    body = json.dumps(said).encode()
    return await ask(
        "POST", host, path, body=body, headers=[(b"content-type", b"application/json")]
    )


async def start(tenant: Tenant, **said: str | bool) -> Answer:
    """Ask for a new talk; 201 if the line takes it."""
    return await post(host_of(tenant), "/api/conversations", said)


async def sign_in(tenant: Tenant, login: str, *, password: str = PASSWORD) -> str | None:
    """Sign in at the desk's door; return the Cookie header of the session, or None."""
    host = host_of(tenant, "desk")
    page = await ask("GET", host, "/desk/login/")
    token = page.body.decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    form = {"csrfmiddlewaretoken": token, "login": login, "password": password}
    answer = await ask(
        "POST",
        host,
        "/desk/login/",
        body="&".join(f"{name}={_quoted(value)}" for name, value in form.items()).encode(),
        headers=[
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"origin", origin_at(host).encode()),
            (b"cookie", _cookie(page.cookies)),
        ],
    )
    if answer.status != 302:
        return None
    return _cookie(answer.cookies).decode()


def seat_of(member: Membership) -> str:
    """Return the Cookie header of the session that a member has; empty where they have none.

    To sign in anew would end it, and close its windows.
    """
    sessions = StaffSession.objects.filter(user=member.user_id, tenant=member.tenant_id)
    found = sessions.filter(expire_date__gt=clock.NOW).first()
    return f"{settings.SESSION_COOKIE_NAME}={found.session_key}" if found else ""


async def sign_out(tenant: Tenant, cookie: str) -> Answer:
    """Sign out of the session that a Cookie header names, by the form on the desk."""
    host = host_of(tenant, "desk")
    page = await ask("GET", host, "/desk/", headers=[(b"cookie", cookie.encode())])
    token = page.body.decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    return await ask(
        "POST",
        host,
        "/desk/logout/",
        body=f"csrfmiddlewaretoken={token}".encode(),
        headers=[
            (b"content-type", b"application/x-www-form-urlencoded"),
            (b"origin", origin_at(host).encode()),
            (b"cookie", cookie.encode()),
        ],
    )


def _quoted(value: str) -> str:
    return "".join(char if char.isalnum() else f"%{ord(char):02X}" for char in value)


def _cookie(cookies: dict[str, str]) -> bytes:
    return "; ".join(f"{name}={value}" for name, value in cookies.items()).encode()
