"""Somebody with a browser and an authenticator app, at a desk or at the platform's own host."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import struct
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.conf import settings

from tenants.models import Tenant
from tests.web import Client, host_of
from tests.world import PASSWORD

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Answer


def digits(secret: str, *, steps: int = 0) -> str:
    """Return what an app shows by RFC 6238, ``steps`` half minutes from now."""
    key = base64.b32decode(secret.replace(" ", ""))
    counter = int(time.time()) // 30 + steps
    mac = hmac.digest(key, struct.pack(">Q", counter), hashlib.sha1)
    at = mac[-1] & 15
    number = struct.unpack(">I", mac[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


@dataclass
class Visit:
    """One browser at one host."""

    host: str
    login: str
    client: Client = field(default_factory=Client)
    root: str = "/desk/"
    secret: str = ""
    # The first code, with which the app was taken in.
    used: str = ""
    codes: list[str] = field(default_factory=list)

    @classmethod
    def desk(cls, tenant: Tenant, login: str) -> Visit:
        return cls(host_of(tenant, "desk"), login)

    @classmethod
    def platform(cls, login: str) -> Visit:
        return cls(f"admin.{settings.HELPLINE_BASE}", login, root="/")

    def get(self, path: str, **headers: str) -> Answer:
        about = {"host": self.host, **headers}
        return self.client.get(path, headers=about, secure=True)

    def post(self, path: str, accept: str = "text/html", **said: str) -> Answer:
        about = {"host": self.host, "accept": accept}
        return self.client.post(path, said, headers=about, secure=True)

    def sign_in(self, password: str = PASSWORD) -> Answer:
        return self.post(f"{self.root}login/", login=self.login, password=password)

    def factor(self, code: str) -> Answer:
        return self.post(f"{self.root}login/factor/", factor_code=code)

    def set_up_app(self) -> Answer:
        """Read the picture's letters, and send the first code of them."""
        page = self.get(f"{self.root}account/app/").content.decode()
        self.secret = re.findall(r"data-secret>([A-Z2-7 ]+)<", page)[0]
        self.used = digits(self.secret)
        answer = self.post(f"{self.root}account/app/", factor_code=self.used)
        self.codes = re.findall(r"<li>(\d+)</li>", answer.content.decode())
        return answer

    def enter(self) -> None:
        """Sign in for the first time, second factor and all."""
        assert self.sign_in().status_code == 302
        assert self.set_up_app().status_code == 200

    @property
    def cookie(self) -> str:
        name = settings.SESSION_COOKIE_NAME
        return f"{name}={self.client.cookies[name].value}"
