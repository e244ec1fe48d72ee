"""The headers of each class of page, whole, as a table: what a browser is told to keep, ask and allow.

What differs from a strict page is said beside it. Left out on purpose: reports of what the policy
has blocked (`report-to`), because a report tells an address and a browser of somebody who asked for
help; nonces, because nothing is inline; `notifications=()`, which no browser knows.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.conf import settings
from django.templatetags.static import static

from tenants.models import Membership, Role, Tenant, User
from tenants.scope import tenant_scope
from tests.engines import Harness
from tests.web import Client, ask

STRICT_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types solver"
)
PERMISSIONS = (
    "accelerometer=(), autoplay=(), browsing-topics=(), camera=(), clipboard-read=(), "
    "display-capture=(), fullscreen=(), geolocation=(), gyroscope=(), hid=(), idle-detection=(), "
    "magnetometer=(), microphone=(), midi=(), payment=(), screen-wake-lock=(), serial=(), usb=()"
)
# What every answer has, files too.
ALWAYS = {
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains; preload",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STRICT = ALWAYS | {
    "Content-Security-Policy": STRICT_CSP,
    "Cache-Control": "no-store",
    "Origin-Agent-Cluster": "?1",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, noarchive",
    "Permissions-Policy": PERMISSIONS,
}
# A form needs an origin that is not "null" for the CSRF check; its path never leaves the host.
FORMS = STRICT | {"Referrer-Policy": "same-origin"}
TABLE = {
    # May be found by a search engine, and not kept by it.
    "visitor page": STRICT | {"X-Robots-Tag": "noarchive"},
    "privacy": STRICT,
    # The same for everybody, with nothing newer than a day, and dear to make.
    "proof": STRICT | {"Cache-Control": "public, max-age=300"},
    "ledger": STRICT | {"Cache-Control": "public, max-age=300"},
    # Public, without anything about a person: any page may read it.
    "API status": STRICT
    | {
        "Cache-Control": "public, max-age=15",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    },
    "API start": STRICT,
    "API leave": STRICT | {"Clear-Site-Data": '"cache"'},
    "theme": STRICT | {"Cache-Control": "no-cache"},
    "desk": FORMS,
    "login": FORMS,
    # Another tenant's desk in the same browser keeps its cookie.
    "logout": STRICT | {"Clear-Site-Data": '"cache", "storage"'},
    # Django's scripts make their buttons from HTML; nothing that a visitor wrote is shown there.
    "admin": FORMS
    | {
        "Content-Security-Policy": STRICT_CSP.partition("; require-trusted-types-for")[0],
    },
    "visitor: no such page": STRICT,
    "desk: no such page": STRICT,
    "form that is refused": STRICT,
    "method that is refused": STRICT,
    "host of nobody": STRICT,
}
# Names a version, a length or a moment, or says in which form the same thing comes.
PASSING = {
    "Allow", "Content-Disposition", "Content-Language", "Content-Length", "Content-Type", "ETag",
    "Expires", "Last-Modified", "Location", "Vary",
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    host: str
    path: str
    method: str = "GET"
    status: int = 200


ASKED = {
    "visitor page": Asked("tidaholm", "/"),
    "privacy": Asked("tidaholm", "/privacy/"),
    "proof": Asked("tidaholm", "/proof/"),
    "ledger": Asked("tidaholm", "/proof/ledger.json"),
    "API status": Asked("tidaholm", "/api/status"),
    "API start": Asked("tidaholm", "/api/conversations", "POST", 400),
    "API leave": Asked("tidaholm", "/api/conversations/leave", "POST", 204),
    "theme": Asked("tidaholm", "/theme.css"),
    "desk": Asked("desk-tidaholm", "/desk/"),
    "login": Asked("desk-tidaholm", "/desk/login/"),
    "logout": Asked("desk-tidaholm", "/desk/logout/", "POST", 302),
    "admin": Asked("admin", "/login/"),
    "visitor: no such page": Asked("tidaholm", "/nowhere/", status=404),
    "desk: no such page": Asked("desk-tidaholm", "/nowhere/", status=404),
    "form that is refused": Asked("desk-tidaholm", "/desk/login/", "POST", 403),
    "method that is refused": Asked("tidaholm", "/privacy/", "POST", 405),
    "host of nobody": Asked("nobody", "/", status=421),
}


def _ask(asked: Asked, *, client: Client, path: str) -> tuple[int, dict[str, str], set[str]]:
    body = {"secret": "x"} if "leave" in path else {"name": "Kari"}
    answer = client.generic(
        asked.method,
        path,
        f"{body}".replace("'", '"') if asked.method == "POST" else "",
        content_type="application/json",
        headers={"host": f"{asked.host}.{settings.HELPLINE_BASE}"},
        secure=True,
    )
    answer.close()
    headers = {name: value for name, value in answer.headers.items() if name not in PASSING}
    return answer.status_code, headers, set(answer.cookies)


def _in_order(headers: dict[str, str]) -> dict[str, str]:
    """Put the directives of the policy in an order; the server writes them in any."""
    name = "Content-Security-Policy"
    if name not in headers:
        return headers
    return headers | {name: "; ".join(sorted(headers[name].split("; ")))}


def _signed_in(tenant: Tenant) -> Client:
    user = User.objects.create_user("kari@example.org", password="fjord-lykt-1234", name="Kari")
    with tenant_scope(tenant):
        Membership.objects.create(
            tenant=tenant, user=user, role=Role.COUNSELLOR, title={"sv": "x"}, first_name="Kari"
        )
    client = Client()
    said = {"login": user.email, "password": "fjord-lykt-1234"}
    host = {"host": f"desk-{tenant.slug}.{settings.HELPLINE_BASE}"}
    assert client.post("/desk/login/", said, headers=host, secure=True).status_code == 302
    return client


@pytest.mark.parametrize("name", TABLE)
def test_class_of_pages_has_the_headers_of_the_table(
    name: str, charters: dict[str, Tenant]
) -> None:
    asked, client, path = ASKED[name], Client(), ASKED[name].path
    if name in {"desk", "logout"}:
        client = _signed_in(charters["tidaholm"])
    elif name == "form that is refused":
        client = Client(enforce_csrf_checks=True)

    status, headers, cookies = _ask(asked, client=client, path=path)

    assert status == asked.status
    assert _in_order(headers) == _in_order(TABLE[name])
    # Visitors never get one.
    assert not cookies or asked.host.startswith(("desk-", "admin"))


async def test_static_file_has_what_every_answer_has_and_is_kept_for_good(
    harness: Harness,
) -> None:
    host = f"tidaholm.{settings.HELPLINE_BASE}"

    answer = await ask("GET", host, static("css/base.css"))

    # Named by its content.
    kept = {"Cache-Control": "max-age=315360000, public, immutable"}
    passing = {name.lower() for name in PASSING}
    headers = {name: value for name, value in answer.headers.items() if name not in passing}
    assert headers == {name.lower(): value for name, value in (ALWAYS | kept).items()}
    assert answer.status == 200
