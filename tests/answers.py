"""Visitors who have talked, and say afterwards how it went."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from chat.arrivals import Knock, arrive_all
from chat.conversations import end_conversation, open_conversation, secret_hash
from chat.states import By
from retention import clock, shuffled
from tenants.hours import standing
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tenants.trial import open_line
from tests.web import Client, host_of
from tests.world import move_clock

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

API = "/api/evaluations"


def asked(tenant: Tenant) -> tuple[UUID, str]:
    """Hold a talk that ends while its tab is away; return it and the token that the tab gets."""
    now = clock.now()
    with tenant_scope(tenant):
        if not standing(tenant, now=now).open:
            open_line(tenant, now=now, hours=1)
        opened = open_conversation(tenant)
    assert end_conversation(tenant, opened.conversation, by=By.SYSTEM)
    token = token_at(tenant, opened.secret.reveal())
    assert token is not None
    return opened.conversation, token


def token_at(tenant: Tenant, secret: str) -> str | None:
    """Come back to a talk that has ended; return the token that its tab is given."""
    knock = Knock(secret_hash(secret), after=0, socket=uuid4(), process=uuid4())
    with tenant_scope(tenant):
        (goodbye,) = arrive_all(tenant, [knock])
    assert isinstance(goodbye, dict)
    token: str | None = goodbye["ended"]["evaluation"]
    return token


def send(tenant: Tenant, said: object) -> Answer:
    """POST what is said, as the visitor's page does."""
    return Client().post(
        API,
        json.dumps(said),
        content_type="application/json",
        headers={"host": host_of(tenant)},
        secure=True,
    )


def give(tenant: Tenant, *given: Mapping[str, object]) -> None:
    """Have as many talks, and answer so after each."""
    for answers in given:
        _, token = asked(tenant)
        assert send(tenant, {"token": token, "answers": answers}).status_code == 204


def pass_the_night(days: int = 1) -> None:
    """Let the day be over everywhere, and pour what may be poured."""
    move_clock(clock.now() + timedelta(days=days))
    shuffled.pour_all()
