"""Members of staff at the pages of their desk host, each with a session of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from retention import clock
from tenants.models import Membership, Tenant
from tests.web import Client, host_of, seat_of
from tests.world import PASSWORD, address_of, hire

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


A_SHIFT = timedelta(hours=12)


@dataclass
class Door:
    """One browser of one member who has signed in."""

    tenant: Tenant
    member: Membership
    client: Client
    login: str = ""
    signed_in_at: datetime | None = None

    @classmethod
    def of(cls, tenant: Tenant, role: str, number: int = 1) -> Door:
        member = hire(tenant, role, number)
        door = cls(tenant, member, Client(), address_of(tenant, role, number))
        assert door.sit_down() or door.sign_in()
        return door

    def sit_down(self) -> bool:
        """Go on with the session that the member has; to sign in anew would end it."""
        name, _, key = seat_of(self.member).partition("=")
        if key:
            self.client.cookies[name] = key
        return bool(key)

    def sign_in(self) -> bool:
        """Sign in, and say whether that opened the door."""
        self.signed_in_at = clock.now()
        said = {"login": self.login, "password": PASSWORD}
        return self.post("/desk/login/", said).status_code == 302

    def _come_back(self) -> None:
        # Months go by in tests, and a session lasts a shift: who comes another day signs in anew.
        if self.signed_in_at and clock.now() - self.signed_in_at > A_SHIFT:
            self.sign_in()

    def get(self, path: str, **query: str) -> Answer:
        self._come_back()
        return self.client.get(path, query, headers=self._host, secure=True)

    def post(self, path: str, said: Mapping[str, object] | None = None) -> Answer:
        self._come_back()
        return self.client.post(path, said or {}, headers=self._host, secure=True)

    def read(self, path: str, **query: str) -> str:
        """Return the text of a page that opens, without its tags."""
        answer = self.get(path, **query)
        assert answer.status_code == 200
        return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())

    @property
    def _host(self) -> dict[str, str]:
        return {"host": host_of(self.tenant, "desk")}
