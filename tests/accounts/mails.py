"""Mails as somebody reads them, and links as they follow them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import mail

from tenants.models import Tenant
from tenants.outbox import send_due
from tests.web import Client, host_of

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer

NEW = "four words that nobody guesses"


@dataclass
class Mailed:
    """One mail with a link: to whom, what it says, and the token behind the #."""

    to: list[str]
    subject: str
    body: str
    url: str
    token: str


def sent() -> list[Mailed]:
    """Let the job send what is to be sent; return the mails that went out, and forget them."""
    send_due()
    found = [_read(one) for one in mail.outbox if "#" in str(one.body)]
    mail.outbox.clear()
    return found


def told() -> list[tuple[str, str]]:
    """Let the job send what is to be sent; return to whom and what of the mails that lead nowhere."""
    send_due()
    found = [(one.to[0], str(one.body)) for one in mail.outbox if "://" not in str(one.body)]
    mail.outbox.clear()
    return found


def _read(one: mail.EmailMessage) -> Mailed:
    body = str(one.body)
    (address,) = re.findall(r"^https?://\S+$", body, re.M)
    url, _, token = address.partition("#")
    return Mailed(one.to, str(one.subject), body, url, token)


@dataclass
class Browser:
    """One browser at a desk's host, or at the platform's own where there is no tenant."""

    tenant: Tenant | None = None
    client: Client = field(default_factory=Client)

    @property
    def _path(self) -> str:
        return "/desk/" if self.tenant else "/"

    def get(self, path: str) -> Answer:
        return self.client.get(path, headers=self._headers, secure=True)

    def post(self, path: str, **said: str) -> Answer:
        return self.client.post(path, said, headers=self._headers, secure=True)

    def open_link(self, token: str, **said: str) -> Answer:
        return self.post(f"{self._path}link/?lang=en", token=token, **said)

    def forget(self, email: str) -> Answer:
        return self.post(f"{self._path}forgotten/?lang=en", email=email)

    def signs_in(self, email: str, password: str) -> bool:
        if self.tenant:
            answer = self.post("/desk/login/", login=email, password=password)
        else:
            answer = self.post("/login/", login=email, password=password, next="/")
        return answer.status_code == 302

    @property
    def _headers(self) -> dict[str, str]:
        if self.tenant:
            return {"host": host_of(self.tenant, "desk")}
        return {"host": f"admin.{settings.HELPLINE_BASE}"}


def stage(answer: Answer) -> tuple[int, str]:
    """Return the status of a page of links, and what it shows."""
    (found,) = re.findall(r'data-stage="(\w+)"', answer.content.decode())
    return answer.status_code, found


def page_of(answer: Answer) -> bytes:
    """Return a page without what is another one each time."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", answer.content)
