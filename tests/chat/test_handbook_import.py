"""Articles from Markdown files: all of them or none, and nothing twice."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from chat.handbook import articles
from chat.handbook.articles import Wording
from chat.management.commands.load_demo_handbooks import HANDBOOKS
from chat.models import Version
from retention import clock
from tenants.models import Tenant
from tenants.scope import tenant_scope

pytestmark = pytest.mark.django_db(transaction=True)

SLEEP = """+++
slug = "sovn"
category = "Søvn"
language = "nb"
revise_by = 2031-05-01
+++

# Vansker med å sove

Stå opp til *samme* tid.
"""
NIGHT = SLEEP.replace('"sovn"', '"natt"').replace("Vansker", "Natta og vansker")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.md").write_text(SLEEP, "utf-8")
    (tmp_path / "b.md").write_text(NIGHT, "utf-8")
    return tmp_path


def imported(tenant: Tenant, path: Path, **options: bool) -> list[str]:
    said = StringIO()
    call_command("import_handbook", tenant.slug, str(path), stdout=said, **options)
    return said.getvalue().splitlines()


def refused(tenant: Tenant, folder: Path) -> list[str]:
    with pytest.raises(CommandError) as problem:
        imported(tenant, folder)
    home = folder if folder.is_dir() else folder.parent
    return str(problem.value).replace(f"{home}/", "").splitlines()


def versions(tenant: Tenant) -> list[tuple[str, int, str, str]]:
    with tenant_scope(tenant):
        rows = Version.objects.select_related("article").order_by("article__slug", "number")
        return [
            (row.article.slug, row.number, row.title, str(row.article.revise_by)) for row in rows
        ]


def test_second_run_changes_nothing_and_what_has_changed_is_a_new_version(
    tenant: Tenant, folder: Path
) -> None:
    assert imported(tenant, folder, dry_run=True) == [
        "sovn: new, version 1",
        "natt: new, version 1",
        "nothing was imported: this was a dry run",
    ]
    assert versions(tenant) == []
    assert imported(tenant, folder) == ["sovn: new, version 1", "natt: new, version 1"]
    assert imported(tenant, folder) == ["sovn: unchanged", "natt: unchanged"]

    (folder / "a.md").write_text(SLEEP.replace("samme", "fast"), "utf-8")
    (folder / "b.md").write_text(NIGHT.replace("2031", "2032"), "utf-8")
    assert imported(tenant, folder) == ["sovn: changed, version 2", "natt: moved"]
    assert versions(tenant) == [
        ("natt", 1, "Natta og vansker med å sove", "2032-05-01"),
        ("sovn", 1, "Vansker med å sove", "2031-05-01"),
        ("sovn", 2, "Vansker med å sove", "2031-05-01"),
    ]


def test_draft_that_somebody_is_at_work_on_stays(tenant: Tenant, folder: Path) -> None:
    imported(tenant, folder / "a.md")
    mine = Wording("nb", "Utkast", "Halvferdig.\n")
    with tenant_scope(tenant):
        articles.redraft(tenant, None, "sovn", category="Søvn", wording=mine)
    (folder / "a.md").write_text(SLEEP.replace("samme", "fast"), "utf-8")
    imported(tenant, folder / "a.md")

    with tenant_scope(tenant):
        article = articles.article_named("sovn")
        draft, holds = articles.draft_of(article), articles.version_in_force(article, clock.now())
    assert draft
    assert holds
    assert (holds.number, holds.body) == (2, "Stå opp til *fast* tid.\n")
    assert (draft.number, articles.wording_of(draft)) == (3, mine)


def test_every_problem_names_its_line_and_what_would_be_right(tenant: Tenant, folder: Path) -> None:
    imported(tenant, folder / "a.md")
    before = versions(tenant)
    (folder / "a.md").write_text(SLEEP.replace("samme", "fast"), "utf-8")
    bad = {
        "b.md": SLEEP.replace('"nb"', "nb"),
        "c.md": NIGHT.replace("category", "kategori").replace("2031-05-01", '"2031"'),
        "d.md": "# Uten hode\n\nTekst.\n",
        "e.md": NIGHT.replace("# Vansker", "Vansker").replace("# Natta", "Natta"),
        "f.md": SLEEP,
    }
    for name, text in bad.items():
        (folder / name).write_text(text, "utf-8")

    head = "the head has slug, category, language, revise_by"
    assert refused(tenant, folder) == [
        'b.md:4: the head is not TOML; a line such as `language = "nb"` would be right',
        "c.md:2: `category` is missing; a few words, at most 60 signs would be right",
        f"c.md:3: `kategori` is not known; {head}",
        "c.md:5: `revise_by` is no date; a date such as 2027-01-31, without quotation marks"
        " would be right",
        "d.md:1: has no head; an article begins with a head between two lines `+++`: slug,"
        " category, language, revise_by",
        "e.md:7: has no title; a first heading such as `# Sleep`, of at most 200 signs would be"
        " right",
        "f.md:2: `sovn` is the slug of a.md too; each article has one of its own",
        "7 problems; nothing was imported",
    ]
    assert versions(tenant) == before


def test_what_is_wrong_in_the_text_undoes_the_files_before_it(tenant: Tenant, folder: Path) -> None:
    text = NIGHT.replace("nb", "da").replace("Stå", "Stå [opp](http://example.org)")
    (folder / "b.md").write_text(text, "utf-8")
    (folder / "c.md").write_text(SLEEP.replace('"sovn"', '"lang"') + "a\n" * 1_000, "utf-8")

    assert refused(tenant, folder / "c.md") == [
        "c.md:10: `body` has too many lines; text below the heading, at most 40000 signs in 1000"
        " lines would be right",
        "1 problem; nothing was imported",
    ]
    (folder / "c.md").unlink()
    assert refused(tenant, folder) == [
        "b.md:4: `language` is not known; one of nb, sv, en would be right",
        "b.md:10: a link leads to `http://example.org`; https://… or another article (`slug.md`)"
        " is right",
        "2 problems; nothing was imported",
    ]
    assert versions(tenant) == []


def test_demo_gives_each_line_its_articles_and_leaves_alone_what_somebody_wrote(
    tenant: Tenant, other: Tenant
) -> None:
    call_command("load_demo_handbooks", verbosity=0, stdout=StringIO())
    here = sorted(path.stem for path in (HANDBOOKS / other.slug).glob("*.md"))
    with tenant_scope(other):
        articles.redraft(
            other, None, here[0], category="Annat", wording=Wording("sv", "Eget", "Eget.\n")
        )
        articles.publish_draft(other, None, here[0])
    call_command("load_demo_handbooks", verbosity=0, stdout=StringIO())

    assert [(slug, number) for slug, number, *_ in versions(other)] == [
        (here[0], 1),
        (here[0], 2),
        *((slug, 1) for slug in here[1:]),
    ]
    assert versions(tenant) == []
