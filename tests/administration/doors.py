"""A tenant's administration as its administrators come in, and what its forms are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from django.conf import settings

from tenants.models import AuditEntry, Role, Tenant, User
from tenants.scope import tenant_scope
from tests import world
from tests.web import Client, host_of


class Fields(HTMLParser):
    """What a browser would send back of a page's forms, and what the page says is wrong."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.mistakes: list[str] = []
        self._select = self._text = ""
        self._in_mistake = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "input" and name and kind not in ("submit", "button"):
            is_choice = kind in ("checkbox", "radio")
            if not is_choice or "checked" in given:
                value = given.get("value", "on" if is_choice else "")
                self.values.setdefault(name, []).append(value)
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.values.setdefault(self._select, []).append(given.get("value", ""))
        elif tag == "textarea":
            self._text = name
            self.values[name] = [""]
        self._in_mistake = self._in_mistake or "errorlist" in given.get("class", "").split()

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # The first end of a line is not of the text, as a browser reads it.
            self.values[self._text] = [self.values[self._text][0].removeprefix("\n")]
            self._text = ""
        self._in_mistake = self._in_mistake and tag != "ul"

    def handle_data(self, data: str) -> None:
        if self._text:
            self.values[self._text][0] += data
        elif self._in_mistake and data.strip():
            self.mistakes.append(data.strip())


@dataclass(frozen=True)
class Office:
    """One person at the administration of one line, in English."""

    tenant: Tenant
    client: Client

    @classmethod
    def of(cls, tenant: Tenant, user: User | None = None) -> Office:
        client = Client(headers={"host": f"admin.{settings.HELPLINE_BASE}"})
        client.force_login(user or world.hire(tenant, Role.ADMINISTRATOR).user)
        client.get(f"/t/{tenant.slug}/?lang=en", secure=True)
        return cls(tenant, client)

    def get(self, page: str = "", **query: str) -> Any:
        return self.client.get(f"/t/{self.tenant.slug}/{page}", query, secure=True)

    def fields(self, page: str) -> dict[str, list[str]]:
        return Fields(self.get(page).content.decode()).values

    def send(self, page: str, said: Mapping[str, object]) -> Any:
        """Fill in the form that is on the page and send all of it, as a browser does."""
        filled = {**self.fields(page), **said}
        filled = {name: value for name, value in filled.items() if value is not None}
        return self.client.post(f"/t/{self.tenant.slug}/{page}", filled, secure=True)

    def mistakes(self, page: str, said: Mapping[str, object]) -> list[str]:
        """Send it and return what the page says is wrong; it stays where it is."""
        answer = self.send(page, said)
        assert answer.status_code == 200
        return Fields(answer.content.decode()).mistakes

    def trail(self) -> list[tuple[str, dict[str, list[str]]]]:
        """What was done since the charter was loaded."""
        with tenant_scope(self.tenant):
            entries = AuditEntry.objects.exclude(action="policy.published").order_by("pk")
            return [(one.action, one.changes) for one in entries]

    def front(self, language: str = "") -> str:
        """The visitor's page as it is now."""
        query = {"lang": language} if language else {}
        headers = {"host": host_of(self.tenant)}
        return Client(headers=headers).get("/", query, secure=True).content.decode()
