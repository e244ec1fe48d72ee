"""Every address of the office that names something, asked with what belongs to another line."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest
from django.urls import URLPattern

from chat.pages.office.urls import urlpatterns
from tenants.models import Role, Tenant
from tests import holds
from tests.office.doors import Door

pytestmark = pytest.mark.django_db(transaction=True)

NAMING = [pattern for pattern in urlpatterns if pattern.pattern.converters]


def path_of(pattern: URLPattern, named: UUID) -> str:
    return "/desk/office/" + re.sub(r"<uuid:\w+>", str(named), str(pattern.pattern))


def answer(door: Door, path: str, *, posting: bool) -> tuple[int, str]:
    said = {
        "purpose": "to look",
        "outcome": "over",
        "review_on": "2031-01-01",
        "password": "x" * 20,
    }
    found = door.post(path, said) if posting else door.get(path)
    page = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", found.content.decode())
    return found.status_code, re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", page)


@pytest.mark.parametrize("posting", [False, True], ids=["get", "post"])
@pytest.mark.parametrize("pattern", NAMING, ids=lambda pattern: pattern.name)
def test_what_is_anothers_is_answered_like_what_is_not_there(
    tenant: Tenant, other: Tenant, pattern: URLPattern, posting: bool
) -> None:
    talk = holds.ended(other, "hei")
    hold = holds.hold(other, talk)
    door = Door.of(tenant, Role.OFFICER)

    unknown = answer(door, path_of(pattern, uuid4()), posting=posting)
    foreign = [answer(door, path_of(pattern, one), posting=posting) for one in (talk, hold.pk)]

    assert foreign == [unknown, unknown]
    assert unknown[0] in {302, 404, 405}
    assert holds.read_through(other, holds.owner_of(other), hold) == ["hei"]


def test_every_address_that_names_something_is_tried() -> None:
    assert {pattern.name for pattern in NAMING} >= {"office-hold", "office-opening", "office-flag"}
