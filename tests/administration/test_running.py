"""A dry run that tells how far it is, to the page of the line's own administrator."""

from __future__ import annotations

import json
from typing import Any

import pytest
from channels.testing import HttpCommunicator
from django.conf import settings

from chat.calls import call
from retention.path.running import LINES
from tenants.models import DryRun, Role, Tenant, User
from tenants.scope import tenant_scope
from tests import web, world
from tests.administration.inside import browser_of
from tests.staffed import staffed_line

pytestmark = pytest.mark.django_db(transaction=True)


def shown_to(user: User, path: str) -> tuple[str, str]:
    """Open a page at the platform's host; return the cookies and what a form of it is sent with."""
    client = browser_of(user)
    client.get(path, secure=True)
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    said = "; ".join(f"{name}={value}" for name, value in cookies.items())
    return said, cookies.get(settings.CSRF_COOKIE_NAME, "")


async def ask_for_lines(user: User, tenant: Tenant) -> tuple[int, str, list[dict[str, Any]]]:
    """Return the status, what kind of answer it is, and its lines."""
    host, path = f"admin.{settings.HELPLINE_BASE}", f"/t/{tenant.slug}/dry-run/"
    cookies, token = await call(shown_to, user, path)
    headers = [
        (b"host", host.encode()),
        (b"x-forwarded-proto", b"https"),
        (b"accept", LINES.encode()),
        (b"cookie", cookies.encode()),
        (b"origin", web.origin_at(host).encode()),
        (b"x-csrftoken", token.encode()),
    ]
    asked = HttpCommunicator(web.application(), "POST", path, b"", headers)
    await asked.send_input({"type": "http.request", "body": b""})
    begun = await asked.receive_output(world.PATIENCE_SECONDS)
    kind = {key.lower(): value for key, value in begun["headers"]}[b"content-type"].decode()
    body, part = b"", dict[str, Any](more_body=True)
    while part.get("more_body"):
        part = await asked.receive_output(world.PATIENCE_SECONDS)
        body += part.get("body", b"")
    await asked.wait(world.PATIENCE_SECONDS)
    lines = [json.loads(line) for line in body.splitlines()] if kind == LINES else []
    return begun["status"], kind, lines


async def test_dry_run_tells_how_far_it_is_and_then_what_came_of_it() -> None:
    tenant = await call(staffed_line, "urph")
    [other] = await call(world.open_tenants, "tidaholm")
    inside = await call(lambda: world.hire(tenant, Role.ADMINISTRATOR, 7).user)
    outsider = await call(lambda: world.hire(other, Role.ADMINISTRATOR).user)
    colleague = await call(lambda: world.hire(tenant, Role.SUPERVISOR, 8).user)

    status, kind, lines = await ask_for_lines(inside, tenant)

    assert (status, kind) == (200, LINES)
    *parts, last = lines
    of = parts[0]["of"]
    assert parts == [{"done": done, "of": of} for done in range(of + 1)]
    assert of > 10
    assert "Nothing is left of the talk, neither a row nor a key." in last["piece"]
    kept = await call(runs_of, tenant)
    assert last["piece"].count('data-mark="done"') == kept
    assert await call(runs_of, other) == 0
    for stranger in (outsider, colleague):
        status, kind, _ = await ask_for_lines(stranger, tenant)
        assert (status, kind != LINES) == (404, True)


def runs_of(tenant: Tenant) -> int:
    with tenant_scope(tenant):
        return sum(run.kept for run in DryRun.objects.all())
