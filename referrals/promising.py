"""What a line promises to whoever is passed on, made from the rows of its pacts.  Rule: B3

It stands on the page about privacy for as long as there is a partner to go on to, and no longer.
"""

from __future__ import annotations

from babel.lists import format_list

from chat.pages.languages import locale_of
from referrals.models import Partnership
from referrals.partnerships import in_force
from retention import clock
from tenants.models import Partner, Tenant
from tenants.promises import Promise, spoken_at

_WORDS = {
    "nb": "Vi kan foreslå at du går videre til {names}. Du blir spurt først, og du kan si nei. Du "
    "bestemmer hva som blir med: ingenting, et sammendrag som du leser og kan endre, eller hele "
    "samtalen. Når noen der har svart deg, er samtalen her slutt, og med det som ble sagt her, gjør "
    "vi det som står på denne siden. Det du tar med og det du skriver der, gjelder løftene deres "
    "for. De står på siden deres.",
    "sv": "Vi kan föreslå att du går vidare till {names}. Du blir tillfrågad först, och du kan säga "
    "nej. Du bestämmer vad som följer med: ingenting, en sammanfattning som du läser och kan ändra, "
    "eller hela samtalet. När någon där har svarat dig är samtalet här slut, och med det som sades "
    "här gör vi det som står på den här sidan. För det du tar med och det du skriver där gäller "
    "deras löften. De står på deras sida.",
    "en": "We may suggest that you go on to {names}. You are asked first, and you may say no. You "
    "choose what goes along: nothing, a summary that you read and may change, or the whole talk. Once "
    "somebody there has answered you, the talk here ends, and what was said here is treated as this "
    "page says. For what you bring along and what you write there, their promises hold. They stand "
    "on their page.",
}


def about_passing_on(tenant: Tenant, language: str) -> list[Promise]:
    """Say what becomes of whoever goes on to a partner; nothing where nobody can. In the scope.

    A sentence for each rule that pacts go by: mostly one.
    """
    spoken = spoken_at(tenant, language)
    pacts = in_force(tenant, Partnership.Side.GIVES, now=clock.now())
    rules = {pact.partner: pact.rule for pact in pacts if pact.mode == Partner.Mode.LIVE}
    named: dict[str, list[str]] = {}
    for line in Tenant.objects.filter(slug__in=rules, live=True).order_by("name"):
        named.setdefault(rules[line.slug], []).append(line.name)
    return [Promise(_said(names, spoken), rule, "passing") for rule, names in sorted(named.items())]


def _said(names: list[str], language: str) -> str:
    return _WORDS[language].format(names=format_list(names, style="or", locale=locale_of(language)))
