"""What a new version of a policy changes, in plain words, and for whom.

Written for whoever is about to publish it: a stricter promise also shortens what is kept already,
a looser one holds only for talks that begin under it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from tenants.charter.shape import Keep
from tenants.charter.shape import Policy as Terms
from tenants.durations import deadline
from tenants.models import Tenant
from tenants.promises import in_words

Effect = Literal["stricter", "looser", "other"]

_WHAT = {
    "nb": {
        ("conversation", "ended"): "En samtale som er slutt",
        ("conversation", "flagged"): "En samtale med personopplysninger",
        ("address", "began"): "IP-adressen og tidspunktet da chatten startet",
        ("audit", "written"): "Listen over hvem som har gjort hva",
        ("account", "left"): "En ansatt som har sluttet",
        ("session", "signed_in"): "En innlogging",
        ("log", "written"): "Programmenes egne logger",
        ("evaluation", "given"): "Svar etterpå, mens de venter på andres",
        ("evaluation", "pooled"): "Svar etterpå, lest sammen med andres",
    },
    "sv": {
        ("conversation", "ended"): "Ett samtal som är slut",
        ("conversation", "flagged"): "Ett samtal med personuppgifter",
        ("address", "began"): "IP-adressen och tiden då chatten började",
        ("audit", "written"): "Listan över vem som har gjort vad",
        ("account", "left"): "En medarbetare som har slutat",
        ("session", "signed_in"): "En inloggning",
        ("log", "written"): "Programmens egna loggar",
        ("evaluation", "given"): "Svar efteråt, medan de väntar på andras",
        ("evaluation", "pooled"): "Svar efteråt, lästa tillsammans med andras",
    },
    "en": {
        ("conversation", "ended"): "A talk that has ended",
        ("conversation", "flagged"): "A talk with personal data",
        ("address", "began"): "The IP address and the time at which the chat started",
        ("audit", "written"): "The list of who did what",
        ("account", "left"): "A member of staff who has left",
        ("session", "signed_in"): "Being signed in",
        ("log", "written"): "What the programs write about themselves",
        ("evaluation", "given"): "Answers afterwards, waiting for those of others",
        ("evaluation", "pooled"): "Answers afterwards, read together with those of others",
    },
}
_FLAGS = {
    "nb": {
        "may_erase": "Den som skriver, kan slette det som er skrevet så langt",
        "parks": "Samtalen venter på den som forlater siden i en fart",
        "colleague_may_read": "En kollega som blir spurt om råd, kan få lese samtalen",
        "journal": "Det skrives journal ved fare for liv og helse",
        "triage": "Noen opplysninger skrives ned hvis den som skriver, sier ja",
        "evaluation": "Det spørres etterpå hvordan det gikk",
    },
    "sv": {
        "may_erase": "Den som skriver kan radera det som har skrivits hittills",
        "parks": "Samtalet väntar på den som lämnar sidan i en hast",
        "colleague_may_read": "En kollega som får frågan om råd kan få läsa samtalet",
        "journal": "Det skrivs journal vid fara för liv och hälsa",
        "triage": "Några uppgifter skrivs ner om den som skriver säger ja",
        "evaluation": "Det frågas efteråt hur det gick",
    },
    "en": {
        "may_erase": "The visitor can delete what has been written so far",
        "parks": "The talk waits for whoever leaves the page in a hurry",
        "colleague_may_read": "A colleague who is asked for advice may be shown the talk",
        "journal": "A journal is written when life and health are in danger",
        "triage": "Some facts are written down if the visitor says yes",
        "evaluation": "Visitors are asked afterwards how it went",
    },
}
_WORDS = {
    "nb": {
        "at-once": "slettes med en gang",
        "kept": "lagres i {length}",
        "not-kept": "lagres ikke",
        "no-rule": "har ingen egen frist",
        "changed": "{what}: før «{old}», nå «{new}».",
        "hold-more": "{what} kan nå holdes tilbake: {reason}.",
        "hold-less": "{what} kan ikke lenger holdes tilbake: {reason}.",
        "investigation": "etterforskning",
        "danger": "fare for liv og helse",
        "access": "noen har bedt om å lese den",
        "yes": "ja",
        "no": "nei",
        "who-reads": "Hvem som kan be om å lese etterpå",
        "nobody": "ingen",
        "own_journal": "en person om sin egen journal",
        "anyone": "hvem som helst, etter gjennomgang",
        "words": "Teksten på siden om personvern er endret.",
        "source": "Kilden til et løfte er endret: {names}.",
    },
    "sv": {
        "at-once": "raderas direkt",
        "kept": "sparas i {length}",
        "not-kept": "sparas inte",
        "no-rule": "har ingen egen frist",
        "changed": "{what}: förut ”{old}”, nu ”{new}”.",
        "hold-more": "{what} kan nu hållas kvar: {reason}.",
        "hold-less": "{what} kan inte längre hållas kvar: {reason}.",
        "investigation": "utredning",
        "danger": "fara för liv och hälsa",
        "access": "någon har bett om att få läsa det",
        "yes": "ja",
        "no": "nej",
        "who-reads": "Vem som kan be att få läsa efteråt",
        "nobody": "ingen",
        "own_journal": "en person om sin egen journal",
        "anyone": "vem som helst, efter prövning",
        "words": "Texten på sidan om integritet är ändrad.",
        "source": "Källan till ett löfte är ändrad: {names}.",
    },
    "en": {
        "at-once": "is deleted at once",
        "kept": "is kept for {length}",
        "not-kept": "is not kept",
        "no-rule": "has no time of its own",
        "changed": "{what}: before “{old}”, now “{new}”.",
        "hold-more": "{what} can now be held: {reason}.",
        "hold-less": "{what} can no longer be held: {reason}.",
        "investigation": "an investigation",
        "danger": "danger to life and health",
        "access": "somebody has asked to read it",
        "yes": "yes",
        "no": "no",
        "who-reads": "Who may ask to read afterwards",
        "nobody": "nobody",
        "own_journal": "a person, for their own journal",
        "anyone": "anyone, after a review",
        "words": "The text on the page about privacy has changed.",
        "source": "The source of a promise has changed: {names}.",
    },
}
# What is not kept at all where no life is said.
_OPTIONAL = ("address", "evaluation")
# What each answer lets others see of a talk, least first.
_ACCESS = ("nobody", "own_journal", "anyone")


@dataclass(frozen=True)
class Difference:
    """One sentence, and what the change does to talks that have begun already."""

    text: str
    effect: Effect


def differences(
    tenant: Tenant, old: Terms, new: Terms, *, language: str, now: datetime
) -> list[Difference]:
    """Say in ``language`` (nb, sv or en) what ``new`` changes of ``old``, lives first.

    ``now`` is where two lengths of different units are laid side by side.
    """
    return [
        *_lives(tenant, old, new, language, now),
        *_holds(old, new, language),
        *_access(old, new, language),
        *_flags(old, new, language),
        *_texts(old, new, language),
    ]


def _lives(
    tenant: Tenant, old: Terms, new: Terms, language: str, now: datetime
) -> Iterator[Difference]:
    for (kind, starts), what in _WHAT[language].items():
        before, after = old.life(kind, starts), new.life(kind, starts)
        was, will = (_said(one, kind, language) for one in (before, after))
        if was != will:
            text = _WORDS[language]["changed"].format(what=what, old=was, new=will)
            yield Difference(text, _effect(tenant, kind, before, after, now))


def _said(life: Keep | None, kind: str, language: str) -> str:
    words = _WORDS[language]
    if life is None:
        return words["not-kept" if kind in _OPTIONAL else "no-rule"]
    if not life.amount:
        return words["at-once"]
    return words["kept"].format(length=in_words(life.amount, life.unit, language=language))


def _effect(
    tenant: Tenant, kind: str, before: Keep | None, after: Keep | None, now: datetime
) -> Effect:
    if before is None or after is None:
        # An address without a life is not kept; a flagged talk without one lives as long as others.
        absent_is_short = kind in _OPTIONAL
        return "looser" if (before is None) == absent_is_short else "stricter"
    was, will = (
        deadline(now, amount=one.amount, unit=one.unit, zone=tenant.zone, country=tenant.country)
        for one in (before, after)
    )
    if was == will:
        return "other"
    return "stricter" if will < was else "looser"


def _holds(old: Terms, new: Terms, language: str) -> Iterator[Difference]:
    words = _WORDS[language]
    for place, what in _WHAT[language].items():
        before, after = old.life(*place), new.life(*place)
        if before is None or after is None:
            continue
        was, will = set(before.suspended_by), set(after.suspended_by)
        for reason in sorted(will - was):
            text = words["hold-more"].format(what=what, reason=words[reason])
            yield Difference(text, "looser")
        for reason in sorted(was - will):
            text = words["hold-less"].format(what=what, reason=words[reason])
            yield Difference(text, "stricter")


def _access(old: Terms, new: Terms, language: str) -> Iterator[Difference]:
    if old.access != new.access:
        words = _WORDS[language]
        wider = _ACCESS.index(new.access) > _ACCESS.index(old.access)
        text = words["changed"].format(
            what=words["who-reads"], old=words[old.access], new=words[new.access]
        )
        yield Difference(text, "looser" if wider else "stricter")


def _flags(old: Terms, new: Terms, language: str) -> Iterator[Difference]:
    words = _WORDS[language]
    for name, what in _FLAGS[language].items():
        was, will = getattr(old, name), getattr(new, name)
        if was != will:
            text = words["changed"].format(
                what=what, old=words["yes" if was else "no"], new=words["yes" if will else "no"]
            )
            # The eraser is something that visitors have; the others are something that is kept.
            stricter = will == (name == "may_erase")
            yield Difference(text, "stricter" if stricter else "looser")


def _texts(old: Terms, new: Terms, language: str) -> Iterator[Difference]:
    words = _WORDS[language]
    if dict(old.texts) != dict(new.texts):
        yield Difference(words["words"], "other")
    was, will = _sources(old), _sources(new)
    changed = [name for name in sorted(was.keys() & will.keys()) if was[name] != will[name]]
    if changed:
        names = ", ".join(f"{name} {will[name]}" for name in changed)
        yield Difference(words["source"].format(names=names), "other")


def _sources(terms: Terms) -> dict[str, str]:
    return dict(terms.rules) | {f"{one.kind}/{one.starts}": one.rule for one in terms.keep}
