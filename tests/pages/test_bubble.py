"""The bubble's script, and the one page that may be framed: by whom, and nothing else of ours.  Rule: T2"""

from __future__ import annotations

import gzip
import json
import re

import pytest
from django.core.management import call_command

from chat.models import Presence
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.pages.conftest import TENANTS, Get
from tests.web import Client
from tests.world import hire

SLUG = "tidaholm"
ORIGINS = "https://tidaholm.se https://www.tidaholm.se"
BUDGET = 5_000
PAGES = ["/", "/privacy/", "/proof/", "/bubble.js", "/api/status", "/nowhere"]


def ancestors_of(csp: str) -> list[str]:
    return re.findall(r"frame-ancestors ([^;]*)", csp)


def test_only_the_named_pages_may_frame_and_only_the_one_page(
    get: Get, charters: dict[str, Tenant]
) -> None:
    answer = get(SLUG, "/framed/")
    others = {(slug, path): get(slug, path) for slug in TENANTS for path in PAGES}
    others |= {(slug, "/framed/"): get(slug, "/framed/") for slug in TENANTS if slug != SLUG}
    others |= {(slug, "desk"): get(f"desk-{slug}", "/desk/login/") for slug in TENANTS}

    assert (answer.status_code, ancestors_of(answer.headers["Content-Security-Policy"])) == (
        200,
        [ORIGINS],
    )
    assert "X-Frame-Options" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    wrong = {
        place: (ancestors_of(one.headers["Content-Security-Policy"]), one.headers)
        for place, one in others.items()
        if ancestors_of(one.headers["Content-Security-Policy"]) != ["'none'"]
        or one.headers["X-Frame-Options"] != "DENY"
    }
    assert wrong == {}
    assert {get(slug, "/framed/").status_code for slug in TENANTS if slug != SLUG} == {404}


@pytest.mark.parametrize(
    "origin",
    ["https://a.se; script-src *", "*", "'self'", "https://a.se https://b.se", "data:", ""],
)
def test_what_is_no_origin_gets_into_no_header(
    get: Get, charters: dict[str, Tenant], origin: str
) -> None:
    Tenant.objects.filter(slug=SLUG).update(bubble_origins=[origin])

    answer = get(SLUG, "/framed/")

    assert ancestors_of(answer.headers["Content-Security-Policy"]) == ["'none'"]
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_script_is_small_in_the_lines_colours_and_languages_and_for_any_page(get: Get) -> None:
    answer = get(SLUG, "/bubble.js")
    text = answer.content.decode()
    about = json.loads(text[text.rindex(")({") + 2 : -3])
    packed = Client(headers={"accept-encoding": "gzip"})
    squeezed = get(SLUG, "/bubble.js", client=packed).content

    assert len(answer.content) <= BUDGET
    assert (len(squeezed) <= BUDGET / 2, gzip.decompress(squeezed)) == (True, answer.content)
    assert {name: answer.headers[name] for name in ("Content-Type", "Cache-Control")} == {
        "Content-Type": "text/javascript; charset=utf-8",
        "Cache-Control": "public, max-age=300",
    }
    assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert "Set-Cookie" not in answer.headers
    assert about["words"]["sv"] == {
        "open": "Öppna chatten",
        "back": "Tillbaka till chatten",
        "tab": "Öppna chatten i en ny flik",
        "hide": "Dölj",
    }
    assert (list(about["words"]), about["language"]) == (["sv", "en"], "sv")
    assert "--bubble:#f58220;--bubble-text:#1f1200;" in about["css"]


def test_script_keeps_nothing_and_asks_its_own_line_alone(
    get: Get, charters: dict[str, Tenant]
) -> None:
    text = get(SLUG, "/bubble.js").content.decode()

    hosts = re.findall(r"https?://([\w.:-]+)", text)
    found = re.findall(r"cookie|localStorage|sessionStorage|indexedDB|innerHTML|eval\(", text)

    assert found == []
    assert [host for host in hosts if not host.startswith(f"{SLUG}.")] == ["www.smhi.se"]


def test_line_without_a_bubble_has_no_script_and_one_with_a_tab_no_frame(
    get: Get, charters: dict[str, Tenant]
) -> None:
    found = {slug: get(slug, "/bubble.js").status_code for slug in TENANTS}
    Tenant.objects.filter(slug=SLUG).update(bubble_opens="tab", bubble_origins=[])
    text = get(SLUG, "/bubble.js").content.decode()

    assert {slug for slug, status in found.items() if status == 200} == {SLUG}
    assert '"framed":false' in text
    assert get(SLUG, "/framed/").status_code == 404


def test_bubble_is_to_be_seen_only_while_the_line_takes_visitors_and_somebody_is_there(
    get: Get, charters: dict[str, Tenant]
) -> None:
    tenant = charters[SLUG]

    def standing() -> tuple[bool, bool]:
        script = get(SLUG, "/bubble.js", standing="").content.decode()
        match = re.fullmatch(r"document\.currentScript\.heard\((\{.*\})\);\n", script)
        assert match
        said, status = json.loads(match[1]), get(SLUG, "/api/status").json()
        assert said == {name: status[name] for name in ("accepting", "staffed")}
        return said["accepting"], said["staffed"]

    member = hire(tenant)
    closed = standing()
    call_command("open_lines", verbosity=0)
    nobody = standing()
    with tenant_scope(tenant):
        Presence.objects.create(tenant=tenant, membership=member, ready=True)
    somebody = standing()
    Tenant.objects.filter(slug=SLUG).update(queue_cap=0)

    assert nobody == (True, False)
    assert somebody == (True, True)
    assert standing() == (False, True)
    assert closed[1] is False
