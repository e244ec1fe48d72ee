from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tenants.charter import Charter, read_charters
from tenants.loading import Loaded, load_charters
from tenants.models import (
    Contact,
    Hours,
    HoursException,
    Notice,
    Operator,
    Partner,
    Policy,
    PolicyRule,
    Subject,
    Tenant,
)
from tenants.scope import tenant_scope

CHARTERS = Path(__file__).parents[2] / "tenants" / "charters"
SHIPPED = sorted(CHARTERS.glob("*.toml"))
PLAIN = Path(__file__).with_name("plain.toml").read_text("utf-8")
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
FIRST_LOAD = (
    "hours: 2 added",
    "exceptions: 1 added",
    "subjects: 1 added",
    "statements: 1 added",
    "requirements: 1 added",
    "notices: 1 added",
    "contacts: 1 added",
    "partners: 1 added",
    "policy: version 1 begins",
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "plain.toml"
    path.write_text(PLAIN, encoding="utf-8")
    return path


def read(path: Path, *changes: tuple[str, str]) -> list[Charter]:
    text = PLAIN
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")
    return read_charters([path], known=["friend"])


def run(*arguments: object, **options: object) -> list[str]:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)  # type: ignore[arg-type]  # a name, then paths
    return out.getvalue().splitlines()


def test_charter_becomes_rows(plain: Path) -> None:
    (loaded,) = load_charters(read(plain), now=NOW)

    tenant = Tenant.objects.select_related("operator").get(slug="plain")
    assert loaded == Loaded("plain", is_new=True, changes=FIRST_LOAD)
    assert (tenant.operator.slug, tenant.languages, tenant.capacity) == ("body", ["nb", "en"], 2)
    with tenant_scope(tenant):
        assert list(Hours.objects.values_list("weekday", "opens", "closes", "rule")) == [
            (0, time(9), time(12), "S1"),
            (1, time(9), time(12), "S1"),
        ]
        assert list(Notice.objects.values_list("slug", "phone", "active")) == [
            ("trouble", "800 99 900", False)
        ]
        assert list(Partner.objects.values_list("slug", "mode")) == [("friend", "signpost")]
        policy = Policy.objects.get()
        assert (policy.version, policy.begins_at, policy.address) == (1, NOW, "never")
        assert list(PolicyRule.objects.values_list("policy", "kind", "amount", "unit")) == [
            (policy.pk, "account", 3, "months"),
            (policy.pk, "audit", 24, "months"),
            (policy.pk, "conversation", 14, "days"),
            (policy.pk, "log", 7, "days"),
            (policy.pk, "session", 12, "hours"),
        ]


def test_second_load_changes_nothing(plain: Path) -> None:
    load_charters(read(plain), now=NOW)

    assert load_charters(read(plain), now=NOW + timedelta(days=1)) == [
        Loaded("plain", is_new=False, changes=())
    ]


def test_change_touches_only_what_changed(plain: Path) -> None:
    load_charters(read(plain), now=NOW)
    tenant = Tenant.objects.get(slug="plain")
    with tenant_scope(tenant):
        contact = Contact.objects.get().pk

    loaded = load_charters(
        read(
            plain,
            ('name = "Plain"', 'name = "Plainer"'),
            ('days = ["mon", "tue"]', 'days = ["mon", "fri"]'),
            ('en = "The clinic"', 'en = "The hospital"'),
            ('slug = "school"', 'slug = "home"'),
        ),
        now=NOW,
    )

    assert loaded == [
        Loaded(
            "plain",
            is_new=False,
            changes=(
                "name changed",
                "hours: 1 added, 1 removed",
                "subjects: 1 added, 1 removed",
                "contacts: 1 changed",
            ),
        )
    ]
    with tenant_scope(tenant):
        assert list(Subject.objects.values_list("slug", flat=True)) == ["home"]
        assert Contact.objects.get().pk == contact


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(("amount = 14", "amount = 7"), id="life"),
        pytest.param(('kept = "never"', 'kept = "vault"\ndays = 7'), id="address"),
        pytest.param(('rule = "U3"', 'rule = "B8"'), id="source"),
        pytest.param(
            (
                'unit = "days"',
                'unit = "days"\nsuspended_by = ["investigation"]\nsuspended_rule = "U8"',
            ),
            id="hold",
        ),
    ],
)
def test_changed_policy_is_a_new_version(plain: Path, change: tuple[str, str]) -> None:
    load_charters(read(plain), now=NOW)
    later = NOW + timedelta(days=1)

    (loaded,) = load_charters(read(plain, change), now=later)

    assert loaded.changes == ("policy: version 2 begins",)
    with tenant_scope(Tenant.objects.get(slug="plain")):
        assert list(Policy.objects.values_list("version", "begins_at")) == [(1, NOW), (2, later)]
        assert set(PolicyRule.objects.values_list("policy__version", flat=True)) == {1, 2}
    assert load_charters(read(plain, change), now=later) == [Loaded("plain", False, ())]


def test_failure_in_the_last_charter_undoes_the_first(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    charters = read(plain)
    second = Charter(**{**vars(charters[0]), "theme": {"accent": object()}})

    with pytest.raises(TypeError):
        load_charters([charters[0], second], now=NOW)

    assert Tenant.objects.count() == 0
    assert Operator.objects.count() == 0


def test_exceptions_of_another_origin_are_left_alone(plain: Path) -> None:
    load_charters(read(plain), now=NOW)
    tenant = Tenant.objects.get(slug="plain")
    with tenant_scope(tenant):
        HoursException.objects.create(
            tenant=tenant, on=date(2026, 11, 22), opens=time(0), closes=time(0), origin="trial"
        )

    load_charters(read(plain, ("on = 2026-12-24", "on = 2026-12-31")), now=NOW)

    with tenant_scope(tenant):
        assert list(HoursException.objects.values_list("on", "origin")) == [
            (date(2026, 11, 22), "trial"),
            (date(2026, 12, 31), "charter"),
        ]


def test_tenants_do_not_see_what_another_promises(plain: Path) -> None:
    load_charters(read_charters(SHIPPED) + read(plain), now=NOW)

    with tenant_scope(Tenant.objects.get(slug="plain")), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tenants_hours")
        assert cursor.fetchone() == (2,)
    with tenant_scope(Tenant.objects.get(slug="tidaholm")):
        assert list(Hours.objects.values_list("weekday", "opens", "closes", "rule")) == [
            (2, time(14), time(17), "T1")
        ]


def test_command_loads_the_seven_and_then_nothing() -> None:
    first = run("load_charters")

    assert first[5] == (
        "tidaholm: new; hours: 1 added; subjects: 7 added; statements: 8 added; "
        "requirements: 1 added; contacts: 5 added; "
        "reasons: 6 added; categories: 13 added; phrases: 6 added; policy: version 1 begins"
    )
    assert run("load_charters") == [f"{path.stem}: unchanged" for path in SHIPPED]


def test_command_answers_bad_files_and_loads_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    good = PLAIN.replace('slug = "friend"', 'slug = "other"')
    bad = good.replace('"plain"', '"other"').replace("cap = 20", "cap = 0")
    bad = bad.replace('slug = "other"\nmode', 'slug = "plain"\nmode')
    for name, text in (("good", good), ("other", bad)):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")

    with pytest.raises(CommandError) as refused:
        run("load_charters", str(tmp_path))

    assert str(refused.value).splitlines() == [
        "other.toml: queue.cap: found 0, expected a whole number from 1 to 500",
        "1 problem; nothing was loaded",
    ]
    assert Tenant.objects.count() == 0


def test_command_counts_problems(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text(PLAIN.replace("cap = 20", "cap = 0").replace('"friend"', '"stranger"'))

    with pytest.raises(CommandError) as refused:
        run("load_charters", str(path))

    assert str(refused.value).splitlines()[-1] == "2 problems; nothing was loaded"


def test_command_refuses_a_folder_without_charters(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as refused:
        run("load_charters", str(tmp_path))

    assert str(refused.value) == "no charter (*.toml) in the given folders; nothing was loaded"


def test_partner_may_be_loaded_already(plain: Path) -> None:
    friend = plain.with_name("friend.toml")
    text = PLAIN.replace('"plain"', '"friend"').replace(
        'slug = "friend"\nmode', 'slug = "plain"\nmode'
    )
    friend.write_text(text, encoding="utf-8")
    run("load_charters", str(plain), str(friend))

    assert run("load_charters", str(plain)) == ["plain: unchanged"]
