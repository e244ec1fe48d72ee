"""A tenant is written back as the charter that makes it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tenants.charter import Charter, read_charters
from tenants.charter.writing import section
from tenants.drafts import publish_draft, write_draft
from tenants.exporting import charter_of, charter_text
from tenants.loading import load_charters
from tenants.models import (
    Contact,
    EvaluationForm,
    Hours,
    HoursException,
    Notice,
    Requirement,
    Statement,
    Subject,
    Tenant,
)
from tenants.policies import newest_policy, terms_of
from tenants.questions import publish_form
from tenants.scope import tenant_scope
from tests.world import CHARTERS, open_tenants

SHIPPED = sorted(CHARTERS.glob("*.toml"))
SLUGS = [path.stem for path in SHIPPED]
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def exported(slug: str, *arguments: object) -> str:
    out = StringIO()
    call_command("export_charter", slug, *map(str, arguments), stdout=out)
    return out.getvalue()


def read(text: str, folder: Path, *, name: str = "read") -> Charter:
    path = folder / f"{name}.toml"
    path.write_text(text, encoding="utf-8")
    (charter,) = read_charters([path], known=SLUGS)
    return charter


def said(charter: Charter) -> Charter:
    """A charter without where it was read, and without the sources that it says nothing of."""
    rules = {name: rule for name, rule in charter.policy.rules.items() if rule != "ours"}
    return replace(charter, file="", policy=replace(charter.policy, rules=rules))


def test_each_shipped_charter_comes_back_as_it_was(tmp_path: Path) -> None:
    shipped = read_charters(SHIPPED)
    load_charters(shipped, now=NOW)

    again = [read(exported(charter.slug), tmp_path) for charter in shipped]

    assert [said(charter) for charter in again] == [said(charter) for charter in shipped]
    assert [loaded.changes for loaded in load_charters(again, now=NOW)] == [()] * len(shipped)


@pytest.mark.parametrize("slug", SLUGS)
def test_export_makes_the_same_tenant_elsewhere(slug: str, tmp_path: Path) -> None:
    load_charters(read_charters(SHIPPED), now=NOW)
    text = exported(slug)
    other = text.replace(f'slug = "{slug}"', 'slug = "elsewhere"', 1)

    (loaded,) = load_charters([read(other, tmp_path)], now=NOW)

    assert loaded.is_new
    assert exported("elsewhere") == other


def edited(tenant: Tenant) -> None:
    """Change rows as an administrator may, into what no shipped file has. In the scope."""
    Hours.objects.filter(weekday=2).delete()
    Hours.objects.create(tenant=tenant, weekday=5, opens=time(22), closes=time(2), rule="ours")
    HoursException.objects.filter(origin=HoursException.Origin.TRIAL).delete()
    for on, opens, closes in (
        (date(2031, 12, 24), None, None),
        (date(2031, 12, 31), time(8), time(0)),
        (date(2031, 12, 31), time(4), time(6)),
    ):
        HoursException.objects.create(
            tenant=tenant,
            on=on,
            opens=opens,
            closes=closes,
            reason={"nb": 'Jul med "anførsel"', "en": "Back\\slash\tand tab"},
            origin=HoursException.Origin.CHARTER,
            rule="ours",
        )
    # One out of the middle, and the last two the other way round.
    Statement.objects.filter(position=1).delete()
    first, second = Subject.objects.order_by("-position")[:2]
    Subject.objects.filter(pk=first.pk).update(position=second.position)
    Subject.objects.filter(pk=second.pk).update(position=first.position)
    Notice.objects.create(
        tenant=tenant,
        slug="lines",
        texts={"nb": "Første linje.\n\nTredje «linje».", "en": 'One.\n"""Three"""'},
        phone="+47 21 00 00 00",
        active=True,
        beside_hours=True,
        rule="ours",
    )
    Contact.objects.create(
        tenant=tenant,
        kind="sms",
        value="2120",
        label={"nb": "SMS", "en": "Text"},
        position=90,
        rule="ours",
    )
    asked = Requirement.objects.first()
    assert asked is not None
    Requirement.objects.filter(pk=asked.pk).update(announced=not asked.announced, years=2)
    publish_form(tenant, ())
    newest = newest_policy(tenant)
    assert newest is not None
    terms = terms_of(newest)
    keep = tuple(
        replace(one, amount=5, unit="days") if one.starts == "ended" else one
        for one in terms.keep
        if one.kind != "evaluation"
    )
    terms = replace(
        terms,
        may_erase=False,
        evaluation=False,
        colleague_may_read=False,
        texts={"nb": "Med egne ord.\nOg flere.", "en": "In our words.\nAnd more."},
        keep=keep,
    )
    write_draft(tenant, terms)
    publish_draft(tenant, begins_at=newest.begins_at or NOW, now=NOW)
    tenant.queue_cap, tenant.may_pick, tenant.live = 3, False, False
    tenant.bubble_opens, tenant.bubble_origins = "frame", ["https://www.town.no"]
    tenant.theme = {**tenant.theme, "bubble": "#7a3e00", "bubble_text": "#ffffff"}
    tenant.cooldown_minutes = 0
    tenant.save()


def test_rows_that_no_charter_made_come_back(tmp_path: Path) -> None:
    (tenant,) = open_tenants("sexogsamfunn")
    with tenant_scope(tenant):
        edited(tenant)
        before = charter_of(Tenant.objects.get(pk=tenant.pk))
        assert EvaluationForm.objects.count() == 2

    file = tmp_path / "out.toml"
    assert exported(tenant.slug, "--out", file) == ""
    charter = read(file.read_text("utf-8"), tmp_path, name="again")

    assert said(charter) == said(replace(before, identity=charter.identity))
    assert charter.identity == before.identity
    (loaded,) = load_charters([charter], now=NOW)
    assert loaded.changes == ()
    text = file.read_text("utf-8")
    assert 'nb = """\nFørste linje.\n\nTredje «linje»."""\n' in text
    # What is in the trial's hours is no promise.
    assert "trial" not in text


def test_unfinished_rows_are_written_and_told(tmp_path: Path) -> None:
    (tenant,) = open_tenants("tidaholm")
    with tenant_scope(tenant):
        Subject.objects.filter(slug="school").update(label={"sv": "Skolan"})
    out = StringIO()

    with pytest.raises(CommandError) as refused:
        call_command("export_charter", tenant.slug, stdout=out)

    assert str(refused.value).splitlines() == [
        "tidaholm.toml: subjects[0].en: found nothing, expected text",
        "written as it stands; it loads once this is put right",
    ]
    assert 'slug = "school"\nrule = "T3"\nsv = "Skolan"\n' in out.getvalue()
    with pytest.raises(CommandError, match="no such line"):
        call_command("export_charter", "nowhere")


def test_what_no_charter_can_say_is_refused() -> None:
    (tenant,) = open_tenants("detfinneshjelp")
    with tenant_scope(tenant):
        newest = newest_policy(tenant)
        assert newest is not None
        terms = terms_of(newest)
        hours = tuple(
            replace(one, unit="hours") if one.kind == "address" else one for one in terms.keep
        )
        charter = charter_of(tenant)

    changed = replace(charter, policy=replace(terms, keep=hours))

    with pytest.raises(Exception, match="in days, not in hours"):
        charter_text(changed)
    with pytest.raises(TypeError, match="a charter has no float"):
        section("odd", {"key": 1.5})
