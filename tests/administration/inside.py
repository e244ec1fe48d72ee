"""An administrator inside their line's own administration, and whoever tries to be one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings

from tenants.models import AuditEntry, Membership, Role, Tenant, User
from tenants.scope import tenant_scope
from tests.web import Client
from tests.world import hire

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


@dataclass
class Inside:
    """One browser of one person, at the administration of ``tenant``."""

    tenant: Tenant
    client: Client
    member: Membership

    @classmethod
    def of(cls, tenant: Tenant, role: str = Role.ADMINISTRATOR, number: int = 1) -> Inside:
        member = hire(tenant, role, number)
        return cls(tenant, browser_of(member.user), member)

    def at(self, tenant: Tenant) -> Inside:
        """The same person at another line's administration."""
        return Inside(tenant, self.client, self.member)

    def get(self, path: str, **query: str) -> Answer:
        return self.client.get(f"/t/{self.tenant.slug}/{path}", query, secure=True)

    def post(self, path: str, said: Mapping[str, object] | None = None) -> Answer:
        return self.client.post(f"/t/{self.tenant.slug}/{path}", said or {}, secure=True)

    def read(self, path: str, **query: str) -> str:
        """Return the text of a page that opens, without its tags."""
        answer = self.get(path, **query)
        assert answer.status_code == 200
        return words_of(answer)


def browser_of(user: User, *, language: str = "en") -> Client:
    host = f"admin.{settings.HELPLINE_BASE}"
    client = Client(headers={"host": host})
    client.force_login(user)
    session = client.session
    session["language"] = language
    session.save()
    return client


def words_of(answer: Answer) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())


def trail(tenant: Tenant) -> list[AuditEntry]:
    """Return what members did, the oldest first."""
    with tenant_scope(tenant):
        return list(AuditEntry.objects.filter(actor__isnull=False).order_by("pk"))
