from __future__ import annotations

import re
from pathlib import Path

from tenants.charter import read_charters
from tenants.charter.rules import RULE_IDS

CHARTERS = Path(__file__).parents[2] / "tenants" / "charters"
SHIPPED = sorted(CHARTERS.glob("*.toml"))


def test_shipped_charters_are_the_seven_and_named_for_their_tenants() -> None:
    charters = read_charters(SHIPPED)

    assert [charter.slug for charter in charters] == [path.stem for path in SHIPPED]
    assert [path.stem for path in SHIPPED] == [
        "alarmtelefonen",
        "detfinneshjelp",
        "sexogsamfunn",
        "snakkommobbing",
        "snakkompsyken",
        "tidaholm",
        "urph",
    ]


def test_shipped_charters_cite_every_rule() -> None:
    cited = {
        rule
        for path in SHIPPED
        for rule in re.findall(r'^(?:suspended_)?rule = "(\w+)"', path.read_text("utf-8"), re.M)
    }

    assert cited == RULE_IDS


def test_shipped_charters_say_why_where_a_value_is_ours() -> None:
    unsaid = [
        f"{path.name}: {line}"
        for path in SHIPPED
        for line in path.read_text("utf-8").splitlines()
        if '"ours"' in line and line.startswith(("rule", "suspended")) and "  # " not in line
    ]

    assert unsaid == []
