"""Each shipped charter, said back: what the page tells a visitor about what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tenants.charter import read_charters
from tenants.drafts import write_draft
from tenants.loading import load_charters
from tenants.models import Policy, Tenant
from tenants.policies import (
    NoPolicy,
    conversation_rule,
    current_policy,
    flagged_rule,
    terms_of,
)
from tenants.promises import Promise, all_sentences, sentences
from tenants.scope import tenant_scope

CHARTERS = Path(__file__).parents[2] / "tenants" / "charters"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _charters() -> None:
    load_charters(read_charters(sorted(CHARTERS.glob("*.toml"))), now=NOW)


def said(slug: str, language: str) -> list[Promise]:
    tenant = Tenant.objects.get(slug=slug)
    with tenant_scope(tenant):
        return sentences(tenant, current_policy(tenant), language=language)


def test_detfinneshjelp_in_english() -> None:
    assert said("detfinneshjelp", "en") == [
        Promise(
            "When the talk ends, everything that was written is deleted at once. Nobody can read "
            "it afterwards, not even us.",
            "D5",
            "conversation",
        ),
        Promise(
            "While we talk, you can delete everything written so far and go on.", "D6", "erase"
        ),
        Promise(
            "Your IP address and the time at which the chat started are locked away for at most "
            "7 days and then deleted by themselves.",
            "D7",
            "address",
        ),
        Promise(
            "Only if you say yes, some facts of the talk are written in a separate document that "
            "is not tied to you. A no changes nothing.",
            "D8",
            "triage",
        ),
    ]


def test_urph_in_norwegian() -> None:
    assert said("urph", "nb") == [
        Promise(
            "Når samtalen er slutt, tar vi vare på den i 14 dager. Så blir den slettet.",
            "ours",
            "conversation",
        ),
        Promise(
            "Står det noe i samtalen som kan vise hvem du er, sletter vi den tidligere: innen "
            "1 arbeidsdag etter at vi oppdager det.",
            "U7",
            "flagged",
        ),
        Promise(
            "I helt spesielle tilfeller må vi ta vare på en samtale lenger, fordi den kan bli "
            "krevd i en etterforskning. Den slettes så snart den er utlevert.",
            "U8",
            "held",
        ),
        Promise(
            "Vi lagrer aldri IP-adressen din, så vi kan ikke se hvor du skriver fra.",
            "U3",
            "address",
        ),
        Promise(
            "Er det fare for liv og helse, skriver vi en intern journal. Den blir ikke delt med "
            "andre.",
            "U9",
            "journal",
        ),
        Promise("Du kan be om å få vite hva som står om deg i journalen vår.", "U9", "access"),
    ]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (
            "nb",
            "Spør vi etterpå hvordan det gikk, er det frivillig å svare. Svarene kan ikke kobles til "
            "samtalen, og vi ser dem bare sammen med svarene fra andre. Har ikke minst fem svart "
            "innen 30 dager, blir svarene slettet ulest. Ellers blir de liggende i 12 måneder.",
        ),
        (
            "sv",
            "Frågar vi efteråt hur det gick är det frivilligt att svara. Svaren kan inte kopplas till "
            "samtalet, och vi ser dem bara tillsammans med andras svar. Har inte minst fem svarat "
            "inom 30 dagar raderas svaren olästa. Annars ligger de kvar i 12 månader.",
        ),
        (
            "en",
            "If we ask afterwards how it went, answering is voluntary. The answers cannot be tied to "
            "the talk, and we see them only together with those of others. If fewer than five have "
            "answered within 30 days, the answers are deleted unread. Otherwise they are kept for 12 "
            "months.",
        ),
    ],
)
def test_answers_afterwards_are_told_with_their_lives(language: str, text: str) -> None:
    assert said("sexogsamfunn", language)[-1] == Promise(text, "S9", "evaluation")


def test_policy_from_before_the_lives_of_answers_promises_less() -> None:
    tenant = Tenant.objects.get(slug="sexogsamfunn")
    with tenant_scope(tenant):
        terms = terms_of(current_policy(tenant))
        keep = tuple(each for each in terms.keep if each.kind != "evaluation")
        older = write_draft(tenant, replace(terms, keep=keep))
        found = sentences(tenant, older, language="en")[-1]

    assert found.text == (
        "If we ask afterwards how it went, answering is voluntary, and the answers cannot be tied "
        "to the talk."
    )


def test_tidaholm_in_swedish() -> None:
    assert said("tidaholm", "sv") == [
        Promise(
            "När samtalet är slut sparar vi det i 3 månader. Sedan raderas det.",
            "T9",
            "conversation",
        ),
        Promise(
            "Har någon bett om att få läsa samtalet raderas det inte förrän det är avgjort.",
            "ours",
            "held",
        ),
        Promise(
            "Vi sparar aldrig din IP-adress, så vi kan inte se varifrån du skriver.",
            "ours",
            "address",
        ),
        Promise(
            "Så länge samtalet är sparat kan vem som helst be att få läsa det. Först går vi igenom "
            "det och håller inne det som är känsligt eller kan visa vem någon är.",
            "T10",
            "access",
        ),
    ]


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        pytest.param("nn", "nb", id="nynorsk-falls-to-bokmal"),
        pytest.param("de", "nb", id="unknown-falls-to-the-tenants-first"),
    ],
)
def test_language_that_is_not_spoken_falls_back(asked: str, spoken: str) -> None:
    assert said("sexogsamfunn", asked) == said("sexogsamfunn", spoken)


def test_every_tenant_promises_the_same_things_in_every_language() -> None:
    for tenant in Tenant.objects.all():
        kinds = {
            language: [(each.kind, each.rule) for each in said(tenant.slug, language)]
            for language in ("nb", "sv", "en")
        }

        assert kinds["nb"] == kinds["sv"] == kinds["en"]


@pytest.mark.parametrize(
    ("slug", "life", "flagged"),
    [
        pytest.param("detfinneshjelp", (0, "seconds", "D5"), None, id="D5"),
        pytest.param("urph", (14, "days", "ours"), (1, "working_days", "U7"), id="U7"),
        pytest.param("tidaholm", (3, "months", "T9"), None, id="T9"),
        pytest.param("alarmtelefonen", (0, "seconds", "ours"), None, id="ours"),
    ],
)
def test_life_of_a_talk(
    slug: str, life: tuple[int, str, str], flagged: tuple[int, str, str] | None
) -> None:
    tenant = Tenant.objects.get(slug=slug)

    with tenant_scope(tenant):
        policy = current_policy(tenant)
        rule, other = conversation_rule(policy), flagged_rule(policy)

    assert (rule.amount, rule.unit, rule.rule) == life
    assert (other and (other.amount, other.unit, other.rule)) == flagged


@pytest.mark.parametrize(
    ("language", "never", "visibly"),
    [
        pytest.param(
            "nb", "Kollegaen får ikke se samtalen.", "så lenge kollegaen leser med.", id="nb"
        ),
        pytest.param(
            "sv", "Kollegan får inte se samtalet.", "så länge kollegan läser med.", id="sv"
        ),
        pytest.param(
            "en", "The colleague does not see the talk.", "as the colleague reads along.", id="en"
        ),
    ],
)
def test_whether_a_colleague_sees_the_talk_is_told(language: str, never: str, visibly: str) -> None:
    tenant = Tenant.objects.get(slug="urph")

    with tenant_scope(tenant):
        policy = current_policy(tenant)
        assert policy.colleague_may_read is False
        before = all_sentences(tenant, policy, language=language)
        policy.colleague_may_read = True
        after = all_sentences(tenant, policy, language=language)

    ((was, will),) = [
        (one, other) for one, other in zip(before, after, strict=True) if one != other
    ]
    assert (was.kind, will.kind) == ("colleague", "colleague")
    assert never in was.text
    assert never not in will.text
    assert visibly in will.text


def test_tenant_without_a_policy_is_refused_rather_than_guessed() -> None:
    known = Tenant.objects.get(slug="urph")
    tenant = Tenant.objects.create(
        slug="silent",
        operator=known.operator,
        name="Silent",
        neutral_title="Notes",
        country="NO",
        zone="Europe/Oslo",
        languages=["nb"],
        closed_on_holidays=True,
        queue_cap=1,
        queues_unstaffed=True,
        capacity=1,
        last_call_minutes=1,
        closing_warning_minutes=1,
        visitor_lost_minutes=30,
        shows_first_name=False,
    )

    with tenant_scope(tenant):
        with pytest.raises(NoPolicy) as refused:
            current_policy(tenant)
        policy = Policy.objects.create(
            tenant=tenant,
            version=1,
            address="never",
            may_erase=False,
            access="nobody",
            journal=False,
            triage=False,
            evaluation=False,
        )
        with pytest.raises(NoPolicy) as lifeless:
            conversation_rule(policy)

    assert str(refused.value) == "silent has no policy: run manage.py load_charters"
    assert str(lifeless.value) == "policy 1 does not say how long a talk is kept"
