"""What is kept and for how long, said in words. Written from the rows of a policy and only from
them, so that the page cannot say one thing while the purge does another.

The sentences are for somebody who is fourteen and afraid: short, and without a word of law.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from tenants.models import Policy, PolicyRule, Tenant
from tenants.policies import TOGETHER, policy_rules

Kind = Literal[
    "conversation", "flagged", "held", "erase", "address", "access", "journal", "triage",
    "evaluation", "code", "leave", "colleague", "audit", "log", "passing",
]  # fmt: skip

_UNITS = {
    "nb": {
        "seconds": ("sekund", "sekunder"),
        "minutes": ("minutt", "minutter"),
        "hours": ("time", "timer"),
        "days": ("dag", "dager"),
        "working_days": ("arbeidsdag", "arbeidsdager"),
        "months": ("måned", "måneder"),
    },
    "sv": {
        "seconds": ("sekund", "sekunder"),
        "minutes": ("minut", "minuter"),
        "hours": ("timme", "timmar"),
        "days": ("dag", "dagar"),
        "working_days": ("arbetsdag", "arbetsdagar"),
        "months": ("månad", "månader"),
    },
    "en": {
        "seconds": ("second", "seconds"),
        "minutes": ("minute", "minutes"),
        "hours": ("hour", "hours"),
        "days": ("day", "days"),
        "working_days": ("working day", "working days"),
        "months": ("month", "months"),
    },
}

_ANSWERS = (PolicyRule.Starts.GIVEN, PolicyRule.Starts.POOLED)
_NUMBERS = {"nb": {5: "fem"}, "sv": {5: "fem"}, "en": {5: "five"}}

_WORDS = {
    "nb": {
        "gone-at-once": "Når samtalen er slutt, blir alt som er skrevet, slettet med en gang. "
        "Ingen kan lese det etterpå, heller ikke vi.",
        "gone-later": "Når samtalen er slutt, tar vi vare på den i {length}. Så blir den slettet.",
        "flagged": "Står det noe i samtalen som kan vise hvem du er, sletter vi den tidligere: "
        "innen {length} etter at vi oppdager det.",
        "held-investigation": "I helt spesielle tilfeller må vi ta vare på en samtale lenger, fordi "
        "den kan bli krevd i en etterforskning. Den slettes så snart den er utlevert.",
        "held-danger": "Er liv eller helse i fare, kan vi måtte ta vare på en samtale lenger. Den slettes "
        "så snart faren er over.",
        "held-access": "Har noen bedt om å få lese samtalen, blir den ikke slettet før det er "
        "avgjort.",
        "erase": "Mens vi snakker sammen, kan du slette alt som er skrevet så langt, og fortsette.",
        "address-never": "Vi lagrer aldri IP-adressen din, så vi kan ikke se hvor du skriver fra.",
        "address-vault": "IP-adressen din og tidspunktet da chatten startet, blir låst inne i høyst "
        "{length} og så slettet av seg selv.",
        "access-anyone": "Så lenge samtalen er lagret, kan hvem som helst be om å få lese den. Først "
        "går vi gjennom den og holder tilbake det som er følsomt eller kan vise hvem noen er.",
        "access-own_journal": "Du kan be om å få vite hva som står om deg i journalen vår.",
        "journal": "Er det fare for liv og helse, skriver vi en intern journal. Den blir ikke delt "
        "med andre.",
        "triage": "Bare hvis du sier ja, blir noen opplysninger fra samtalen skrevet ned i et eget "
        "dokument som ikke er knyttet til deg. Et nei endrer ingenting.",
        "evaluation": "Spør vi etterpå hvordan det gikk, er det frivillig å svare, og svarene kan "
        "ikke kobles til samtalen.",
        "evaluation-lives": "Spør vi etterpå hvordan det gikk, er det frivillig å svare. Svarene kan "
        "ikke kobles til samtalen, og vi ser dem bare sammen med svarene fra andre. Har ikke minst "
        "{together} svart innen {waits}, blir svarene slettet ulest. Ellers blir de liggende "
        "i {kept}.",
        "code": "Du får tilbud om en kode som bringer deg tilbake til samtalen. Selve koden lagrer vi "
        "ikke, bare et avtrykk som ikke kan regnes tilbake til den. Avtrykket slettes sammen med "
        "samtalen.",
        "leave-ends": "Trykker du på «Forlat siden», er samtalen slutt med en gang.",
        "leave-parks": "Trykker du på «Forlat siden», kan ingen åpne samtalen igjen fra denne "
        "siden. Hos oss står den åpen i inntil {minutes} minutter, og så blir den avsluttet.",
        "colleague": "Spør rådgiveren din en kollega om råd, får du vite det. Kollegaen får ikke se "
        "samtalen. Overtar en annen rådgiver samtalen, får du vite det også.",
        "colleague-reads": "Spør rådgiveren din en kollega om råd, får du vite det. Viser rådgiveren "
        "samtalen til kollegaen, står det på siden din så lenge kollegaen leser med. Overtar en annen "
        "rådgiver samtalen, får du vite det også.",
        "audit-kept": "Åpner noen her en samtale som er lagret, blir det skrevet ned hvem det var, "
        "og hvorfor. Det står der i {length}, uten et ord av det du skrev.",
        "audit-vault": "Låser noen opp en IP-adresse, blir det skrevet ned hvem det var, og "
        "hvorfor. Det står der i {length}.",
        "audit-gone": "Det de som jobber her, bestemmer om denne tjenesten, blir skrevet ned og står "
        "der i {length}. Der står det aldri noe om deg.",
        "log": "Programmene noterer hva de selv gjør, for eksempel at noe gikk galt. Det blir "
        "liggende i {length}, og der står det ingenting om deg eller om det du skriver.",
    },
    "sv": {
        "gone-at-once": "När samtalet är slut raderas allt som har skrivits direkt. Ingen kan läsa "
        "det efteråt, inte heller vi.",
        "gone-later": "När samtalet är slut sparar vi det i {length}. Sedan raderas det.",
        "flagged": "Står det något i samtalet som kan visa vem du är raderar vi det tidigare: inom "
        "{length} efter att vi har upptäckt det.",
        "held-investigation": "I särskilda fall måste vi spara ett samtal längre, för att det kan "
        "krävas in i en utredning. Det raderas så snart det har lämnats ut.",
        "held-danger": "Är liv eller hälsa i fara kan vi behöva spara ett samtal längre. Det raderas så "
        "snart faran är över.",
        "held-access": "Har någon bett om att få läsa samtalet raderas det inte förrän det är "
        "avgjort.",
        "erase": "Medan vi pratar kan du radera allt som har skrivits hittills och fortsätta.",
        "address-never": "Vi sparar aldrig din IP-adress, så vi kan inte se varifrån du skriver.",
        "address-vault": "Din IP-adress och tiden då chatten började låses in i högst {length} och "
        "raderas sedan av sig själva.",
        "access-anyone": "Så länge samtalet är sparat kan vem som helst be att få läsa det. Först "
        "går vi igenom det och håller inne det som är känsligt eller kan visa vem någon är.",
        "access-own_journal": "Du kan be att få veta vad som står om dig i vår journal.",
        "journal": "Är det fara för liv och hälsa skriver vi en intern journal. Den delas inte med "
        "någon annan.",
        "triage": "Bara om du säger ja skrivs några uppgifter från samtalet ner i ett eget dokument "
        "som inte är kopplat till dig. Ett nej ändrar ingenting.",
        "evaluation": "Frågar vi efteråt hur det gick är det frivilligt att svara, och svaren kan "
        "inte kopplas till samtalet.",
        "evaluation-lives": "Frågar vi efteråt hur det gick är det frivilligt att svara. Svaren kan "
        "inte kopplas till samtalet, och vi ser dem bara tillsammans med andras svar. Har inte minst "
        "{together} svarat inom {waits} raderas svaren olästa. Annars ligger de kvar i {kept}.",
        "code": "Du erbjuds en kod som tar dig tillbaka till samtalet. Själva koden sparar vi "
        "inte, bara ett avtryck som inte kan räknas tillbaka till den. Avtrycket raderas tillsammans "
        "med samtalet.",
        "leave-ends": "Trycker du på ”Lämna sidan” är samtalet slut direkt.",
        "leave-parks": "Trycker du på ”Lämna sidan” kan ingen öppna samtalet igen från den här "
        "sidan. Hos oss står det öppet i upp till {minutes} minuter, och sedan avslutas det.",
        "colleague": "Frågar din rådgivare en kollega om råd får du veta det. Kollegan får inte se "
        "samtalet. Tar en annan rådgivare över samtalet får du veta det också.",
        "colleague-reads": "Frågar din rådgivare en kollega om råd får du veta det. Visar rådgivaren "
        "samtalet för kollegan står det på din sida så länge kollegan läser med. Tar en annan "
        "rådgivare över samtalet får du veta det också.",
        "audit-kept": "Öppnar någon här ett samtal som är sparat skrivs det ner vem det var och "
        "varför. Det står kvar i {length}, utan ett ord av det du skrev.",
        "audit-vault": "Låser någon upp en IP-adress skrivs det ner vem det var och varför. Det står "
        "kvar i {length}.",
        "audit-gone": "Det som de som arbetar här bestämmer om tjänsten skrivs ner och står kvar i "
        "{length}. Där står aldrig något om dig.",
        "log": "Programmen antecknar vad de själva gör, till exempel att något gick fel. Det ligger "
        "kvar i {length}, och där står ingenting om dig eller om det du skriver.",
    },
    "en": {
        "gone-at-once": "When the talk ends, everything that was written is deleted at once. Nobody "
        "can read it afterwards, not even us.",
        "gone-later": "When the talk ends, we keep it for {length}. Then it is deleted.",
        "flagged": "If something in the talk could show who you are, we delete it sooner: within "
        "{length} after we notice.",
        "held-investigation": "In special cases we must keep a talk longer, because it may be "
        "demanded for an investigation. It is deleted as soon as it has been handed over.",
        "held-danger": "When life or health is in danger, we may have to keep a talk longer. It is "
        "deleted as soon as the danger is over.",
        "held-access": "If someone has asked to read the talk, it is not deleted before that is "
        "decided.",
        "erase": "While we talk, you can delete everything written so far and go on.",
        "address-never": "We never keep your IP address, so we cannot see where you write from.",
        "address-vault": "Your IP address and the time at which the chat started are locked away for "
        "at most {length} and then deleted by themselves.",
        "access-anyone": "While the talk is kept, anyone may ask to read it. First we go through it "
        "and hold back what is sensitive or could show who somebody is.",
        "access-own_journal": "You may ask to be told what our journal says about you.",
        "journal": "When life and health are in danger, we write an internal journal. It is not "
        "shared with anyone else.",
        "triage": "Only if you say yes, some facts of the talk are written in a separate document "
        "that is not tied to you. A no changes nothing.",
        "evaluation": "If we ask afterwards how it went, answering is voluntary, and the answers "
        "cannot be tied to the talk.",
        "evaluation-lives": "If we ask afterwards how it went, answering is voluntary. The answers "
        "cannot be tied to the talk, and we see them only together with those of others. If fewer "
        "than {together} have answered within {waits}, the answers are deleted unread. Otherwise they "
        "are kept for {kept}.",
        "code": "You are offered a code that brings you back to the talk. We do not keep the code "
        "itself, only an imprint that cannot be turned back into it. The imprint is deleted together "
        "with the talk.",
        "leave-ends": "When you press “Leave this page”, the talk ends at once.",
        "leave-parks": "When you press “Leave this page”, nobody can open the talk from this "
        "page again. With us it stays open for up to {minutes} minutes, and then it ends.",
        "colleague": "If your counsellor asks a colleague for advice, you are told. The colleague does "
        "not see the talk. If another counsellor takes over the talk, you are told that, too.",
        "colleague-reads": "If your counsellor asks a colleague for advice, you are told. If they show "
        "the talk to the colleague, your page says so for as long as the colleague reads along. If "
        "another counsellor takes over the talk, you are told that, too.",
        "audit-kept": "If somebody here opens a kept talk, it is written down who it was and why. "
        "That stands for {length}, without a word of what you wrote.",
        "audit-vault": "If somebody unlocks an IP address, it is written down who it was and why. "
        "That stands for {length}.",
        "audit-gone": "What those who work here decide about this service is written down and stands "
        "for {length}. It never says anything about you.",
        "log": "The programs note what they do themselves, such as that something failed. That lies "
        "there for {length}, and nothing about you or what you write is in it.",
    },
}


@dataclass(frozen=True)
class Promise:
    """One sentence, and the rule that it comes from."""

    text: str
    rule: str
    kind: Kind


def sentences(tenant: Tenant, policy: Policy, *, language: str) -> list[Promise]:
    """Say what ``policy`` keeps and for how long, in ``language``, the most important first.

    One query. A language that is not spoken here falls back: nn to nb, others to the tenant's
    first.  Rule: D5, D6, D7, S7, S9, U3, U7, U8, T9, T10, B8.
    """
    spoken = spoken_at(tenant, language)
    rules = policy_rules(policy)
    return [
        *_about_talks(rules, spoken),
        *_about_the_rest(policy, rules, spoken),
    ]


def all_sentences(tenant: Tenant, policy: Policy, *, language: str) -> list[Promise]:
    """Say the same and what a page about privacy says beside it: codes, leaving, colleagues, logs."""
    lives = policy_rules(policy)
    beside = _about_ourselves(policy, lives, spoken_at(tenant, language))
    return [
        *sentences(tenant, policy, language=language),
        *_about_the_code(tenant, spoken_at(tenant, language)),
        about_leaving(tenant, policy, language=language),
        _about_colleagues(policy, spoken_at(tenant, language)),
        *beside,
    ]


def about_leaving(tenant: Tenant, policy: Policy, *, language: str) -> Promise:
    """Say what becomes of the talk of somebody who presses "leave".  Rule: D12."""
    words = _WORDS[spoken_at(tenant, language)]["leave-parks" if policy.parks else "leave-ends"]
    text = words.format(minutes=tenant.visitor_lost_minutes)
    return Promise(text, policy.rules.get("leave", "ours"), "leave")


def spoken_at(tenant: Tenant, language: str) -> str:
    """Return in which language promises are told to who asked for ``language``: nb, sv or en."""
    spoken = "nb" if language == "nn" else language
    return spoken if spoken in _WORDS else tenant.default_language


def _about_talks(rules: Sequence[PolicyRule], language: str) -> Iterator[Promise]:
    words = _WORDS[language]
    talks = [rule for rule in rules if rule.kind == PolicyRule.Kind.CONVERSATION]
    for rule in talks:
        length = in_words(rule.amount, rule.unit, language=language)
        if rule.starts == PolicyRule.Starts.FLAGGED:
            yield Promise(words["flagged"].format(length=length), rule.rule, "flagged")
        elif rule.amount:
            yield Promise(words["gone-later"].format(length=length), rule.rule, "conversation")
        else:
            yield Promise(words["gone-at-once"], rule.rule, "conversation")
    holds = {hold: rule.suspended_rule for rule in talks for hold in rule.suspended_by}
    for hold, source in holds.items():
        yield Promise(words[f"held-{hold}"], source, "held")


def _about_the_rest(
    policy: Policy, lives: Sequence[PolicyRule], language: str
) -> Iterator[Promise]:
    words, rules = _WORDS[language], policy.rules
    if policy.may_erase:
        yield Promise(words["erase"], rules["erase"], "erase")
    kept = next((one for one in lives if one.kind == PolicyRule.Kind.ADDRESS), None)
    length = in_words(kept.amount, kept.unit, language=language) if kept else ""
    address = words[f"address-{policy.address}"].format(length=length)
    yield Promise(address, rules["address"], "address")
    if policy.journal:
        yield Promise(words["journal"], rules["journal"], "journal")
    if policy.access != Policy.Access.NOBODY:
        yield Promise(words[f"access-{policy.access}"], rules["access"], "access")
    if policy.triage:
        yield Promise(words["triage"], rules["triage"], "triage")
    if policy.evaluation:
        yield Promise(_about_answers(lives, language), rules["evaluation"], "evaluation")


def _about_answers(lives: Sequence[PolicyRule], language: str) -> str:
    """Say how answers afterwards are kept; a version from before it was said promises less."""
    words = _WORDS[language]
    said = {
        one.starts: in_words(one.amount, one.unit, language=language)
        for one in lives
        if one.kind == PolicyRule.Kind.EVALUATION
    }
    if len(said) < len(_ANSWERS):
        return words["evaluation"]
    waits, kept = (said[starts] for starts in _ANSWERS)
    return words["evaluation-lives"].format(
        together=_NUMBERS[language][TOGETHER], waits=waits, kept=kept
    )


def _about_the_code(tenant: Tenant, language: str) -> Iterator[Promise]:
    if tenant.offers_code:
        yield Promise(_WORDS[language]["code"], tenant.code_rule, "code")


def _about_colleagues(policy: Policy, language: str) -> Promise:
    """Say whether a colleague who is asked may be shown the talk.  Rule: S6, S7."""
    words = _WORDS[language]["colleague-reads" if policy.colleague_may_read else "colleague"]
    return Promise(words, policy.rules.get("colleague", "ours"), "colleague")


def _about_ourselves(
    policy: Policy, lives: Sequence[PolicyRule], language: str
) -> Iterator[Promise]:
    words, opened = _WORDS[language], _what_can_be_opened(policy, lives)
    for rule in lives:
        length = in_words(rule.amount, rule.unit, language=language)
        if rule.kind == PolicyRule.Kind.AUDIT:
            yield Promise(words[f"audit-{opened}"].format(length=length), rule.rule, "audit")
        elif rule.kind == PolicyRule.Kind.LOG:
            yield Promise(words["log"].format(length=length), rule.rule, "log")


def _what_can_be_opened(policy: Policy, lives: Sequence[PolicyRule]) -> str:
    if any(one.kind == PolicyRule.Kind.CONVERSATION and one.amount for one in lives):
        return "kept"
    return "vault" if policy.address == Policy.Address.VAULT else "gone"


def in_words(amount: int, unit: str, *, language: str) -> str:
    """Return such as "3 måneder"; ``language`` is nb, sv or en."""
    one, many = _UNITS[language][unit]
    return f"{amount} {one if amount == 1 else many}"
