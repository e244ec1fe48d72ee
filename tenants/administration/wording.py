"""What the fields of a tenant's rows are called, and which rule stands behind each."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from tenants.charter.rules import OURS, RULE_IDS
from tenants.models import Contact, Icon, Partner, Statement, Tenant

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Words: TypeAlias = "str | _StrPromise"

# Each by its own name, as in helpline/speaking.py.
LANGUAGES = {"nb": "Norsk", "sv": "Svenska", "en": "English"}

LABELS: dict[str, Words] = {
    "slug": _("Short name"),
    "rule": _("Source"),
    "active": _("Shown now"),
    "phone": _("Telephone"),
    "beside_hours": _("Also beside the opening hours"),
    "kind": _("Kind"),
    "value": _("Number or address"),
    "abusive": _("The counsellor was abused"),
    "group": _("Group"),
    "years": _("Years of study"),
    "announced": _("Announced on the days when somebody who holds it is there"),
    "mode": _("How visitors are passed on"),
    "on": _("Date"),
    "opens": _("Opens"),
    "closes": _("Closes"),
}
HELPS: dict[str, Words] = {
    "slug": _("Small letters a–z, digits and hyphens. Left empty, it is made from the text."),
    "rule": _("The rule that this promise comes from; “ours” where the organisation chose it itself."),
    "active": _("Visitors see it above everything else for as long as this is on. Rule D3."),
    "phone": _("Whom to call instead, such as 800 99 900. Rule D3."),
    "beside_hours": _("For a correction of the hours whose end is open. Rule D2."),
    "value": _("A telephone number, an e-mail address or an address that begins with https://. Rules S11, B1, T12."),
    "abusive": _("A counsellor who gives this reason is asked how they are, and may take a breather."),
    "group": _("Everybody who answers meets every group; within a group one is enough. Rules S3, B7."),
    "kind": _("A name of a-z, 0-9 and _ such as health_degree. Left empty, it is made from the text."),
    "years": _("0 where no years are promised. Rules S3, B7."),
    "announced": _("Visitors are told on those days, without a name. Rule S3."),
    "mode": _("“Live” hands over the talk itself where both lines have agreed. Rules B3, B4."),
    "on": _("On this date these times hold instead of the usual ones. Rule D2."),
    "closes": _("At or before the opening time it is the next day; 00:00 to 00:00 is the whole day. Rules S1, D2, T1."),
}  # fmt: skip

KINDS: dict[type, dict[str, Words]] = {
    Contact: {
        Contact.Kind.EMERGENCY: _("Emergency number"),
        Contact.Kind.PHONE: _("Telephone"),
        Contact.Kind.SMS: _("SMS"),
        Contact.Kind.EMAIL: _("E-mail"),
        Contact.Kind.LINK: _("Web page"),
    },
    Statement: {
        Statement.Kind.ABOUT: _("What this is for"),
        Statement.Kind.WHO_ANSWERS: _("Who answers, and with which education"),
        Statement.Kind.ANONYMITY: _("What is known about the visitor"),
        Statement.Kind.ACCESS: _("Who may see what is written"),
        Statement.Kind.IDENTITY: _("What happens when the visitor says who they are"),
        Statement.Kind.DUTY: _("Duties to report, inform and avert"),
        Statement.Kind.IN_THE_TALK: _("What one can do during the talk"),
        Statement.Kind.AFTERWARDS: _("What is offered or written after the talk"),
    },
    Partner: {
        Partner.Mode.LIVE: _("Live: the talk itself is handed over"),
        Partner.Mode.SIGNPOST: _("Signpost: the visitor is shown the way"),
    },
}
ICONS: dict[str, Words] = {
    Icon.DOT: _("A grey dot"),
    Icon.NOTE: _("A sheet with lines"),
    Icon.BOOK: _("A book"),
    Icon.CLOUD: _("A cloud"),
}
OPENS: dict[str, Words] = {
    Tenant.BubbleOpens.FRAME: _("In a window on the same page"),
    Tenant.BubbleOpens.TAB: _("In a tab of its own"),
}


def rule_choices() -> list[tuple[str, Words]]:
    """Return the rules that a promise may come from, the organisation's own choice first."""
    ids = sorted(RULE_IDS - {OURS}, key=lambda rule: (rule[0], int(rule[1:])))
    return [(OURS, _("ours")), *((rule, rule) for rule in ids)]


# What Django's administration says and has no Norwegian for.
LACKING = (
    gettext_noop("Select this object for an action - {}"),
    gettext_noop("Select all objects on this page for an action"),
    gettext_noop("Breadcrumbs"),
    gettext_noop("Error:"),
    gettext_noop("Skip to main content"),
    gettext_noop("Hide counts"),
    gettext_noop("Show counts"),
    gettext_noop("Forgotten your login credentials?"),
    gettext_noop("View selected %(model)s"),
    gettext_noop("Thanks for spending some quality time with the web site today."),
)
