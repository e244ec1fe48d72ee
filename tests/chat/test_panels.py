"""The registry of what stands beside the talks."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from chat import panels
from chat.pages.handbook import HANDBOOK
from chat.panels import TAKEN, Panel, panels_for, register_panel
from tenants.models import Membership, Role, Tenant
from tenants.scope import tenant_scope
from tests import world
from tests.pages.test_source import PROJECT

JOURNAL = Panel("journal", "Journal", "x.html", "x.js", "G", lambda tenant, member: True)


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> dict[str, Panel]:
    """The registry of this test alone, with what the application has put there."""
    monkeypatch.setattr(panels, "_panels", dict(panels._panels))
    return panels._panels


@pytest.mark.django_db(transaction=True)
def test_each_member_finds_the_panels_that_are_shown_to_them(
    tenant: Tenant, other: Tenant, registry: dict[str, Panel]
) -> None:
    def leads_here(line: Tenant, member: Membership) -> bool:
        return line == tenant and member.role == Role.SUPERVISOR

    register_panel(replace(JOURNAL, shown=leads_here))
    people = [(tenant, Role.SUPERVISOR), (tenant, Role.COUNSELLOR), (other, Role.SUPERVISOR)]

    found = []
    for line, role in people:
        with tenant_scope(line):
            found.append([one.name for one in panels_for(line, world.hire(line, role))])
    assert found == [["journal"], [], []]


def test_panel_takes_no_key_that_does_something_already(registry: dict[str, Panel]) -> None:
    register_panel(JOURNAL)
    register_panel(replace(JOURNAL, label="Anew"))

    for key in (*TAKEN, HANDBOOK.key):
        with pytest.raises(ValueError, match=rf"Alt\+{key} already does something"):
            register_panel(replace(JOURNAL, key=key))
    assert registry["journal"].label == "Anew"


def test_keys_of_the_desk_are_those_that_its_script_has() -> None:
    script = (PROJECT / "static" / "chat" / "js" / "shortcuts.js").read_text("utf-8")

    assert set(re.findall(r"Key([A-Z])\b", script)) == TAKEN
