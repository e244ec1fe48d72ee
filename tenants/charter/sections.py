"""One function a section of the file, in the order in which the file is read."""

from __future__ import annotations

import re
from difflib import get_close_matches
from zoneinfo import available_timezones

from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext as _

from tenants.charter import shape
from tenants.charter.table import LANGUAGES, SLUG, Table
from tenants.models import Contact, Icon, Partner, Statement, Tenant

COUNTRIES = ("NO", "SE")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_RESERVED = re.compile(r"admin|www|api|desk-.*")
_PHONE = re.compile(r"\+?\d(?:[ -]?\d){2,14}")
_EMAIL = re.compile(r"[^@\s]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+")
_LINK = re.compile(r"https://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[^\s\"<>]*)?")
# What a browser calls a page's origin, letter for letter: it goes into a header as it stands.
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
ORIGIN = re.compile(rf"https://{_LABEL}(?:\.{_LABEL})+(?::\d{{1,5}})?", re.ASCII)
_VALUES = {
    "emergency": (_PHONE, gettext_noop("a telephone number")),
    "phone": (_PHONE, gettext_noop("a telephone number")),
    "sms": (_PHONE, gettext_noop("a telephone number")),
    "email": (_EMAIL, gettext_noop("an e-mail address")),
    "link": (_LINK, gettext_noop("an address that begins with https://")),
}


def read_identity(root: Table) -> shape.Identity:
    table = root.table("tenant")
    operator = table.table("operator")
    identity = shape.Identity(
        slug=_tenant_slug(table, "slug"),
        name=table.text("name"),
        neutral_title=table.text("neutral_title", most=40),
        neutral_icon=_icon(table),
        country=table.choice("country", COUNTRIES),
        zone=_zone(table),
        languages=table.words("languages", LANGUAGES),
        live=table.flag("live"),
        operator_slug=operator.matching("slug", SLUG, _("a slug of a-z, 0-9 and -")),
        operator_name=operator.text("name"),
    )
    if not identity.languages and not table.problems.below(table.at("languages")):
        table.refuse("languages", found=[], expected=_("at least one language"))
    table.rule()
    operator.done()
    table.done()
    return identity


def _icon(table: Table) -> str:
    has_one = table.has("neutral_icon")
    return table.choice("neutral_icon", Icon.values) if has_one else Icon.DOT.value


def _tenant_slug(table: Table, key: str) -> str:
    slug = table.matching(key, SLUG, "a DNS label of a-z, 0-9 and -, at most 40 long")
    if _RESERVED.fullmatch(slug):
        table.refuse(key, found=slug, expected="a slug other than admin, www, api and desk-…")
    return slug


def _zone(table: Table) -> str:
    zone = table.text("zone", most=40)
    known = available_timezones()
    if zone and zone not in known:
        near = get_close_matches(zone, sorted(known), n=1)
        hint = f' (did you mean "{near[0]}"?)' if near else ""
        table.refuse("zone", found=zone, expected=f"a time zone such as Europe/Oslo{hint}")
    return zone


def read_subjects(root: Table, languages: tuple[str, ...]) -> tuple[shape.Subject, ...]:
    found = []
    for entry in root.tables("subjects"):
        slug = entry.matching("slug", SLUG, _("a slug of a-z, 0-9 and -"))
        found.append(shape.Subject(slug, entry.texts(languages, most=80), entry.rule()))
        entry.done()
    return tuple(found)


def read_statements(root: Table, languages: tuple[str, ...]) -> tuple[shape.Statement, ...]:
    found = []
    for entry in root.tables("statements"):
        kind = entry.choice("kind", Statement.Kind.values)
        found.append(shape.Statement(kind, entry.texts(languages), entry.rule()))
        entry.done()
    return tuple(found)


def read_requirements(root: Table, languages: tuple[str, ...]) -> tuple[shape.Requirement, ...]:
    found = [
        _requirement(entry, languages)
        for entry in root.tables("requirements")
    ]  # fmt: skip
    if not found and not root.problems.below(root.at("requirements")):
        root.problems.note(
            root.at("requirements"),
            found=_("nothing"),
            expected=_("what one must hold to answer here"),
        )
    return tuple(found)


def _requirement(entry: Table, languages: tuple[str, ...]) -> shape.Requirement:
    requirement = shape.Requirement(
        group=entry.name("group"),
        kind=entry.name("kind"),
        years=entry.whole("years", least=0, most=12),
        label=entry.texts(languages, most=120),
        rule=entry.rule(),
        announced=entry.has("announced") and entry.flag("announced"),
    )
    entry.done()
    return requirement


def read_notices(root: Table, languages: tuple[str, ...]) -> tuple[shape.Notice, ...]:
    found = []
    for entry in root.tables("notices"):
        phone = _value(entry, "phone", "phone") if entry.has("phone") else ""
        found.append(
            shape.Notice(
                slug=entry.matching("slug", SLUG, _("a slug of a-z, 0-9 and -")),
                texts=entry.texts(languages, most=300),
                phone=phone,
                active=entry.flag("active"),
                rule=entry.rule(),
                beside_hours=entry.has("beside_hours") and entry.flag("beside_hours"),
            )
        )
        entry.done()
    return tuple(found)


def read_contacts(root: Table, languages: tuple[str, ...]) -> tuple[shape.Contact, ...]:
    found = []
    for entry in root.tables("contacts"):
        kind = entry.choice("kind", Contact.Kind.values)
        value = _value(entry, "value", kind)
        found.append(shape.Contact(kind, value, entry.texts(languages, most=120), entry.rule()))
        entry.done()
    return tuple(found)


def _value(entry: Table, key: str, kind: str) -> str:
    # Of an unknown kind only the type of the value can be told.
    pattern, expected = _VALUES.get(kind, (re.compile(".*"), gettext_noop("text")))
    return entry.matching(key, pattern, gettext(expected))


def read_partners(root: Table, languages: tuple[str, ...]) -> tuple[shape.Partner, ...]:
    found = []
    for entry in root.tables("partners"):
        slug = entry.matching("slug", SLUG, _("the slug of a tenant"))
        mode = entry.choice("mode", Partner.Mode.values)
        found.append(shape.Partner(slug, mode, entry.texts(languages), entry.rule()))
        entry.done()
    return tuple(found)


def read_queue(root: Table) -> shape.Queue:
    queue, talk, code = (root.table(name) for name in ("queue", "talk", "code"))
    found = shape.Queue(
        cap=queue.whole("cap", least=1, most=500),
        unstaffed=queue.flag("unstaffed"),
        closing_warning_minutes=queue.whole("closing_warning_minutes", least=0, most=120),
        last_call_minutes=queue.whole("last_call_minutes", least=0, most=120),
        capacity=talk.whole("at_once", least=1, most=10),
        visitor_lost_minutes=talk.whole("visitor_lost_minutes", least=2, most=240),
        shows_first_name=talk.flag("shows_first_name"),
        wrap_up_seconds=(
            talk.whole("wrap_up_seconds", least=0, most=600) if talk.has("wrap_up_seconds") else 0
        ),
        may_pick=queue.flag("pick") if queue.has("pick") else True,
        offers_code=code.flag("offered"),
        code_rule=code.rule(),
    )
    for table in (queue, talk):
        table.rule()
        table.done()
    code.done()
    return found


def read_theme(root: Table) -> dict[str, str]:
    theme = root.table("theme")
    found = {key: theme.colour(key) for key in ("accent", "accent_text", "surface", "text")}
    theme.rule()
    theme.done()
    return found


def read_bubble(root: Table) -> shape.Bubble:
    """Return ``[bubble]``; its colours are part of the theme.  Rule: T2"""
    table = root.table("bubble")
    bubble = shape.Bubble("", (), {})
    if table.choice("shown", ("while_open", "never")) == "while_open":
        opens = table.choice("opens", Tenant.BubbleOpens.values)
        origins: tuple[str, ...] = ()
        if opens == Tenant.BubbleOpens.FRAME:
            origins = table.matches("origins", ORIGIN, _('an origin such as "https://www.town.se"'))
        colours = {"bubble": table.colour("colour"), "bubble_text": table.colour("text")}
        bubble = shape.Bubble(opens, origins, colours)
    table.rule()
    table.done()
    return bubble
