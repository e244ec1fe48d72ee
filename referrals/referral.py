"""The card by which a visitor is shown a partner, and chooses.  Rule: B3, B4, B5, S10

Where the talk itself cannot be passed on, the same card shows the way: numbers first, no choice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal, get_args
from uuid import UUID

from chat.cards import CardKind, Frame
from chat.models import Conversation
from chat.pace import outlook
from chat.queue import said_of
from referrals import outgoing
from referrals.counts import count
from referrals.differing import differences, told_by, who_answers
from referrals.handoffs import call_back, go_on
from referrals.incoming import takes
from referrals.models import Incoming, Partnership
from referrals.partnerships import pact_with
from referrals.states import Outcome
from retention import clock
from tenants.errors import Invalid
from tenants.hosts import url_of
from tenants.hours import standing
from tenants.models import Contact, Partner, Tenant
from tenants.scope import tenant_scope
from tenants.texts import said_in

WHY_LENGTH, SUMMARY_LENGTH = 1000, 4000
LASTS = timedelta(minutes=15)
Choice = Literal["stay", "nothing", "summary", "all"]
_CHOICES = get_args(Choice)
_PHONES = (Contact.Kind.EMERGENCY, Contact.Kind.PHONE)
Side, Mode = Partnership.Side, Partner.Mode


def _offer(tenant: Tenant, language: str, content: Frame) -> Frame:
    """Return what both are shown of a partner. Opens its own scopes, one after the other."""
    to, why, summary = _content(content)
    now = clock.now()
    with tenant_scope(tenant):
        pact = pact_with(tenant, to, now=now)
        is_full = pact is not None and outgoing.is_full(pact)
    line = Tenant.objects.filter(slug=to, live=True).first() if pact else None
    if pact is None or line is None:
        raise Invalid("`to` is one of this line's partners")
    here, there = told_by(tenant, language=language), told_by(line, language=language)
    with tenant_scope(line):
        shown = _partner(line, pact, language, now)
    if is_full or pact.mode != Mode.LIVE:
        shown["mode"] = Mode.SIGNPOST.value
    return {
        "to": to,
        "why": why,
        "summary": summary,
        "criteria": said_in(pact.criteria, language, tenant),
        "differs": differences(here, there),
        **shown,
    }


def _content(content: Frame) -> tuple[str, str, str]:
    if not {"to", "why"} <= content.keys() <= {"to", "why", "summary"}:
        raise Invalid("a referral has `to`, `why` and `summary`")
    to = content["to"]
    if not isinstance(to, str):
        raise Invalid("`to` is one of this line's partners")
    why = _text(content["why"], "why", WHY_LENGTH)
    summary = content.get("summary", "")
    return to, why, _text(summary, "summary", SUMMARY_LENGTH) if summary != "" else ""


def _text(said: Any, name: str, most: int) -> str:
    plain = unicodedata.normalize("NFC", said).strip() if isinstance(said, str) else ""
    if not 1 <= len(plain) <= most or "\0" in plain:
        raise Invalid(f"`{name}` has 1 to {most} characters")
    return plain


def _partner(line: Tenant, pact: Partnership, language: str, now: datetime) -> dict[str, Any]:
    """Return how a partner stands now. In its own scope."""
    phones = phones_of(line, language)
    shown: dict[str, Any] = {
        "name": line.name,
        "url": url_of(line.slug, "visitor"),
        "open": standing(line, now=now).open,
        "wait_seconds": said_of(outlook(line, now=now), 1),
        "who": who_answers(line, language=language),
        "mode": (Mode.LIVE if takes(line, pact.pact, now=now) else Mode.SIGNPOST).value,
        "phones": phones,
    }
    return shown | ({"phone": phones[0]["phone"]} if phones else {})


def phones_of(line: Tenant, language: str) -> list[dict[str, str]]:
    """Return the numbers of a line. In its scope."""
    rows = Contact.objects.filter(kind__in=_PHONES).order_by("position")
    return [{"name": said_in(one.label, language, line), "phone": one.value} for one in rows]


def _digits(phone: Mapping[str, str]) -> str:
    """Return a number as it is dialled: each line writes it in its own manner."""
    return re.sub(r"[\s-]", "", phone["phone"])


def _suits(tenant: Tenant, talk: Conversation, shown: Frame) -> Frame:
    """Show the way alone where somebody has passed this visitor on before.

    Not from queue to queue: whoever has been passed on already is shown numbers at which people are.
    """
    if Incoming.objects.filter(conversation=talk.pk).exists():
        theirs: list[dict[str, str]] = shown["phones"]
        known = {_digits(one) for one in theirs}
        own = [one for one in phones_of(tenant, talk.language) if _digits(one) not in known]
        return shown | {"mode": Mode.SIGNPOST.value, "phones": theirs + own}
    if shown["mode"] == Mode.LIVE:
        return {name: value for name, value in shown.items() if name != "phones"}
    return shown


def _answerable(shown: Frame) -> bool:
    return bool(shown["mode"] == Mode.LIVE)


def _answered(tenant: Tenant, talk: Conversation, shown: Frame, value: Any) -> Frame:
    choice, summary = _chosen(shown, value)
    if choice == "stay":
        count(tenant, shown["to"], Side.GIVES, Outcome.DECLINED, now=clock.now())
        return {"choice": choice, "state": "declined"}
    state = outgoing.agree(tenant, talk, shown["to"], UUID(shown["id"]))
    said = {"choice": choice, "state": str(state)}
    return said | ({"summary": summary} if choice == "summary" else {})


def _chosen(shown: Frame, value: Any) -> tuple[str, str]:
    """Return what the visitor has chosen, and the summary as they leave it. Raises Invalid."""
    if isinstance(value, Mapping):
        if set(value) != {"choice", "summary"} or value["choice"] != "summary":
            raise Invalid("a changed summary is {choice: summary, summary: …}")
        return "summary", _text(value["summary"], "summary", SUMMARY_LENGTH)
    if not isinstance(value, str) or value not in _CHOICES:
        raise Invalid(f"the answer is one of {', '.join(_CHOICES)}")
    if value == "summary" and not shown["summary"]:
        raise Invalid("there is no summary yet: say what it is to be")
    return value, shown["summary"]


REFERRAL = CardKind(
    name="referral",
    offer=_offer,
    answered=_answered,
    lasts=LASTS,
    suits=_suits,
    answerable=_answerable,
    follow=go_on,
    call_back=call_back,
)
