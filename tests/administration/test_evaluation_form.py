"""What is asked after a talk, written without a script and published as a version of its own.  Rule: S9"""

from __future__ import annotations

import re

import pytest

from tenants.models import Tenant
from tenants.questions import asked_by, forms
from tenants.scope import tenant_scope
from tests import world
from tests.administration.inside import Inside, trail

pytestmark = pytest.mark.django_db(transaction=True)

WRITE = "evaluation/write/"


@pytest.fixture
def tenant() -> Tenant:
    return world.open_tenants("sexogsamfunn", "tidaholm")[0]


def fields_of(html: str) -> dict[str, str]:
    """Return what the form on a page would send."""
    found = dict(re.findall(r'<input[^>]*name="(\d+-[^"]+)" value="([^"]*)"', html))
    found |= dict(re.findall(r'<textarea[^>]*name="(\d+-[^"]+)"[^>]*>([^<]*)', html))
    for name, options in re.findall(r'<select name="(\d+-rule)">(.*?)</select>', html):
        found[name] = re.findall(r'value="(\w+)" selected', options)[0]
    return found


def slugs_of(tenant: Tenant) -> list[list[str]]:
    with tenant_scope(tenant):
        return [[one.slug for one in asked_by(form)] for form in forms(tenant)]


def test_question_is_added_moved_and_published_and_what_stood_keeps_its_name(
    tenant: Tenant,
) -> None:
    inside = Inside.of(tenant)
    (before,) = slugs_of(tenant)
    html = inside.get(WRITE).content.decode()
    unchanged = inside.post(WRITE, {**fields_of(html), "act": "publish"})
    assert (unchanged.status_code, slugs_of(tenant)) == (302, [before])

    html = inside.post(WRITE, {**fields_of(html), "act": "add:choice"}).content.decode()
    place = len(before)
    said = fields_of(html) | {f"{place}-rule": "ours"}
    wrong = inside.post(WRITE, {**said, "act": "publish"})
    assert wrong.status_code == 400
    assert f'data-question="{place}"' in wrong.content.decode()
    for language in tenant.languages:
        said[f"{place}-label-{language}"] = f"Again ({language})?"
        said[f"{place}-choices-{language}"] = "Yes\nNo"
    html = inside.post(WRITE, {**said, "act": f"up:{place}"}).content.decode()
    html = inside.post(WRITE, {**fields_of(html), "act": "remove:0"}).content.decode()
    said = fields_of(html)
    language = tenant.default_language
    shown = inside.client.post(
        f"/t/{tenant.slug}/evaluation/preview/?in={language}", said, secure=True
    )
    assert f"Again ({language})?" in shown.content.decode()
    assert slugs_of(tenant) == [before]

    assert inside.post(WRITE, {**said, "act": "publish"}).status_code == 302

    new = f"again-{language}"
    assert slugs_of(tenant) == [[*before[1:-1], new, before[-1]], before]
    (entry,) = trail(tenant)
    assert (entry.action, entry.basis) == ("evaluation.published", "version 2")
    assert entry.changes[new][0] == ""
    assert entry.changes[before[0]][1] == ""


def test_mistake_stands_at_its_question_and_too_many_above(tenant: Tenant) -> None:
    inside = Inside.of(tenant)
    said = {
        f"{place}-{name}": value
        for place in range(3)
        for name, value in (
            ("kind", "text"),
            ("slug", ""),
            ("rule", "ours"),
            *((f"label-{language}", f"What {place}") for language in tenant.languages),
        )
    }
    said[f"1-label-{tenant.default_language}"] = "x" * 200

    html = inside.post(WRITE, {**said, "act": "publish"}).content.decode()

    assert html.count("data-problem>") == 1
    assert "3 of them for a text" in html
    assert len(slugs_of(tenant)) == 1
