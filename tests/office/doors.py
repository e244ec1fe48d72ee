"""Members of staff at the pages of their desk host, each with a session of their own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.test import Client

from tenants.models import Membership, Tenant
from tests.web import host_of
from tests.world import PASSWORD, address_of, hire

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


@dataclass
class Door:
    """One browser of one member who has signed in."""

    tenant: Tenant
    member: Membership
    client: Client

    @classmethod
    def of(cls, tenant: Tenant, role: str, number: int = 1) -> Door:
        member = hire(tenant, role, number)
        door = cls(tenant, member, Client())
        said = {"login": address_of(tenant, role, number), "password": PASSWORD}
        assert door.post("/desk/login/", said).status_code == 302
        return door

    def get(self, path: str, **query: str) -> Answer:
        return self.client.get(path, query, headers=self._host, secure=True)

    def post(self, path: str, said: Mapping[str, object] | None = None) -> Answer:
        return self.client.post(path, said or {}, headers=self._host, secure=True)

    def read(self, path: str, **query: str) -> str:
        """Return the text of a page that opens, without its tags."""
        answer = self.get(path, **query)
        assert answer.status_code == 200
        return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())

    @property
    def _host(self) -> dict[str, str]:
        return {"host": host_of(self.tenant, "desk")}
