"""From rows to a charter: what a tenant promises now, as data and as the file that says so.

``load_charters`` reads the file back into the same rows, so that what was edited in the admin can be
looked at, kept beside the others, compared, and taken to another installation.

What stands in a charter and in no row is written anew: the comments, and the ``rule`` of those
sections that have no row of their own (``[holidays]``, ``[queue]`` …), which is "ours".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tenants.charter import shape
from tenants.charter.rules import OURS
from tenants.charter.sections import WEEKDAYS
from tenants.charter.writing import comment, heading, section, sections
from tenants.errors import Invalid, NotFound
from tenants.models import (
    Category,
    CloseReason,
    Contact,
    EvaluationQuestion,
    Hours,
    HoursException,
    Notice,
    Partner,
    Phrase,
    PolicyRule,
    Requirement,
    Statement,
    Subject,
    Tenant,
)
from tenants.policies import newest_policy, terms_of
from tenants.questions import asked_by, newest_form

Entry = dict[str, object]

_BUBBLE = {"bubble": "colour", "bubble_text": "text"}
_INTRODUCTION = """\
{name}.

Written from the rows of this line by `manage.py export_charter`. `rule` names the line of the rules
that a promise comes from; "ours" means that the organisation says nothing and the most protective
value that still works was chosen.
"""


# Rows as data.


def charter_of(tenant: Tenant) -> shape.Charter:
    """Return what ``tenant``'s rows promise, in the shape that a file is read into. In the scope.

    Of the policy the version that was published last, begun or not: the one that loading compares
    with. Raises NotFound for a tenant that has none.
    """
    policy = newest_policy(tenant)
    if policy is None:
        raise NotFound(f"{tenant.slug} promises nothing yet: publish a policy first")
    form = newest_form(tenant)
    colours = {key: str(tenant.theme[key]) for key in _BUBBLE if key in tenant.theme}
    return shape.Charter(
        file=f"{tenant.slug}.toml",
        identity=_identity(tenant),
        opens=_opens(tenant),
        subjects=_all(shape.Subject, Subject.objects.order_by("position", "pk")),
        statements=_all(shape.Statement, Statement.objects.order_by("position", "pk")),
        requirements=_all(shape.Requirement, Requirement.objects.order_by("pk")),
        policy=_in_order(terms_of(policy)),
        evaluation=asked_by(form) if form else (),
        notices=_all(shape.Notice, Notice.objects.order_by("pk")),
        contacts=_all(shape.Contact, Contact.objects.order_by("position", "pk")),
        partners=_all(shape.Partner, Partner.objects.order_by("pk")),
        queue=_queue(tenant),
        phrases=_all(shape.Phrase, Phrase.objects.order_by("position", "pk")),
        theme=dict(tenant.theme),
        bubble=shape.Bubble(tenant.bubble_opens, tuple(tenant.bubble_origins), colours),
        reasons=_all(shape.CloseReason, CloseReason.objects.order_by("position", "pk")),
        categories=_all(shape.Category, Category.objects.order_by("position", "pk")),
        after_talk=_picked(shape.AfterTalk, tenant),
    )


def _all(wanted: type[Any], rows: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(_picked(wanted, row) for row in rows)


def _picked(wanted: type[Any], row: object) -> Any:
    """Return the columns of ``row`` that are called as the fields of ``wanted`` are."""
    return wanted(**{name: getattr(row, name) for name in wanted.__dataclass_fields__})


def _identity(tenant: Tenant) -> shape.Identity:
    return shape.Identity(
        slug=tenant.slug,
        name=tenant.name,
        neutral_title=tenant.neutral_title,
        neutral_icon=tenant.neutral_icon,
        country=tenant.country,
        zone=tenant.zone,
        languages=tuple(tenant.languages),
        live=tenant.live,
        operator_slug=tenant.operator.slug,
        operator_name=tenant.operator.name,
    )


def _opens(tenant: Tenant) -> shape.Opens:
    # What was opened for trying out is no promise, and is gone by itself.
    dated = HoursException.objects.exclude(origin=HoursException.Origin.TRIAL)
    return shape.Opens(
        usual=_all(shape.Opening, Hours.objects.order_by("weekday", "opens")),
        dated=_all(shape.DatedOpening, dated.order_by("on", "opens")),
        closed_on_holidays=tenant.closed_on_holidays,
    )


def _in_order(terms: shape.Policy) -> shape.Policy:
    """Put talks first, as a reader looks for them."""
    kinds, starts = PolicyRule.Kind.values, PolicyRule.Starts.values
    keep = sorted(terms.keep, key=lambda one: (kinds.index(one.kind), starts.index(one.starts)))
    return replace(terms, keep=tuple(keep))


def _queue(tenant: Tenant) -> shape.Queue:
    return shape.Queue(
        cap=tenant.queue_cap,
        unstaffed=tenant.queues_unstaffed,
        capacity=tenant.capacity,
        closing_warning_minutes=tenant.closing_warning_minutes,
        last_call_minutes=tenant.last_call_minutes,
        visitor_lost_minutes=tenant.visitor_lost_minutes,
        shows_first_name=tenant.shows_first_name,
        wrap_up_seconds=tenant.wrap_up_seconds,
        may_pick=tenant.may_pick,
        offers_code=tenant.offers_code,
        code_rule=tenant.code_rule,
    )


# Data as a file.


def charter_text(charter: shape.Charter) -> str:
    """Return ``charter`` as TOML, in the order and with the headings of the shipped files.

    Raises Invalid for what no charter can say.
    """
    languages = charter.identity.languages
    parts = [
        comment(_INTRODUCTION.format(name=charter.identity.name)),
        _tenant_section(charter.identity),
        heading("When"),
        *_hours_sections(charter),
        *sections("notices", (_notice(one, languages) for one in charter.notices)),
        heading("What about, and with whom"),
        *sections("subjects", (_slug(one, one.label, languages) for one in charter.subjects)),
        *sections("statements", (_statement(one, languages) for one in charter.statements)),
        *sections("requirements", (_requirement(one, languages) for one in charter.requirements)),
        heading("What is kept, for how long, and who may ask for it"),
        *_policy_sections(charter.policy, languages),
        *_evaluation_sections(charter, languages),
        heading("Other ways to get help"),
        *sections("contacts", (_contact(one, languages) for one in charter.contacts)),
        *sections("partners", (_partner(one, languages) for one in charter.partners)),
        heading("The line at work"),
        *_queue_sections(charter.queue),
        heading("When a talk ends"),
        *sections("reasons", (_reason(one, languages) for one in charter.reasons)),
        *sections("categories", (_slug(one, one.label, languages) for one in charter.categories)),
        section("closing", {**vars(charter.after_talk), "rule": OURS}),
        *_phrase_sections(charter, languages),
        heading("How it looks"),
        section("theme", {**_colours(charter), "rule": OURS}),
        _bubble_section(charter.bubble),
    ]
    return "\n".join(parts)


def _texts(texts: Mapping[str, str], languages: Iterable[str]) -> Entry:
    return {language: texts[language] for language in languages if texts.get(language)}


def _tenant_section(identity: shape.Identity) -> str:
    operator = {"slug": identity.operator_slug, "name": identity.operator_name}
    said: Entry = {"slug": identity.slug, "name": identity.name, "operator": operator}
    for key in ("neutral_title", "neutral_icon", "country", "zone", "languages", "live"):
        said[key] = getattr(identity, key)
    return section("tenant", {**said, "rule": OURS})


def _hours_sections(charter: shape.Charter) -> list[str]:
    days: dict[tuple[str, str, str], list[str]] = {}
    for one in charter.opens.usual:
        times = (f"{one.opens:%H:%M}", f"{one.closes:%H:%M}", one.rule)
        days.setdefault(times, []).append(WEEKDAYS[one.weekday])
    usual: list[Entry] = [
        {"days": names, "opens": opens, "closes": closes, "rule": rule}
        for (opens, closes, rule), names in days.items()
    ]
    languages = charter.identity.languages
    return [
        *sections("hours", usual),
        section("holidays", {"closed": charter.opens.closed_on_holidays, "rule": OURS}),
        *sections("exceptions", (_dated(one, languages) for one in charter.opens.dated)),
    ]


def _dated(one: shape.DatedOpening, languages: Iterable[str]) -> Entry:
    times: Entry = {"closed": True}
    if one.opens is not None and one.closes is not None:
        times = {"opens": f"{one.opens:%H:%M}", "closes": f"{one.closes:%H:%M}"}
    return {"on": one.on, **times, "rule": one.rule, **_texts(one.reason, languages)}


def _notice(one: shape.Notice, languages: Iterable[str]) -> Entry:
    said: Entry = {"slug": one.slug, "active": one.active}
    said |= {"beside_hours": True} if one.beside_hours else {}
    said |= {"phone": one.phone} if one.phone else {}
    return {**said, "rule": one.rule, **_texts(one.texts, languages)}


def _slug(
    one: shape.Subject | shape.Category, label: Mapping[str, str], languages: Iterable[str]
) -> Entry:
    return {"slug": one.slug, "rule": one.rule, **_texts(label, languages)}


def _statement(one: shape.Statement, languages: Iterable[str]) -> Entry:
    return {"kind": one.kind, "rule": one.rule, **_texts(one.texts, languages)}


def _requirement(one: shape.Requirement, languages: Iterable[str]) -> Entry:
    said: Entry = {"group": one.group, "kind": one.kind, "years": one.years}
    said |= {"announced": True} if one.announced else {}
    return {**said, "rule": one.rule, **_texts(one.label, languages)}


def _contact(one: shape.Contact, languages: Iterable[str]) -> Entry:
    return {
        "kind": one.kind,
        "value": one.value,
        "rule": one.rule,
        **_texts(one.label, languages),
    }


def _partner(one: shape.Partner, languages: Iterable[str]) -> Entry:
    return {"slug": one.slug, "mode": one.mode, "rule": one.rule, **_texts(one.texts, languages)}


def _reason(one: shape.CloseReason, languages: Iterable[str]) -> Entry:
    said: Entry = {"slug": one.slug}
    said |= {"abusive": True} if one.abusive else {}
    return {**said, "rule": one.rule, **_texts(one.label, languages)}


def _policy_sections(policy: shape.Policy, languages: Iterable[str]) -> list[str]:
    rules = policy.rules
    said = {
        "erase": ("allowed", policy.may_erase),
        "leave": ("parks", policy.parks),
        "access": ("who", policy.access),
        "journal": ("written", policy.journal),
        "triage": ("offered", policy.triage),
        "evaluation": ("offered", policy.evaluation),
    }
    if policy.colleague_may_read or "colleague" in rules:
        said["colleague"] = ("may_read", policy.colleague_may_read)
    found = [section("policy.address", _address(policy))]
    for name, (key, value) in said.items():
        found.append(section(f"policy.{name}", {key: value, "rule": rules.get(name, OURS)}))
    if policy.texts or "words" in rules:
        words = {"rule": rules.get("words", OURS), **_texts(policy.texts, languages)}
        found.append(section("policy.words", words))
    kept = (one for one in policy.keep if one.kind != PolicyRule.Kind.ADDRESS)
    return [*found, *sections("policy.keep", (_keep(one) for one in kept))]


def _address(policy: shape.Policy) -> Entry:
    life = policy.life(PolicyRule.Kind.ADDRESS, PolicyRule.Starts.BEGAN)
    if life is not None and life.unit != PolicyRule.Unit.DAYS:
        raise Invalid(f"a charter counts how long an address is kept in days, not in {life.unit}")
    days = {} if life is None else {"days": life.amount}
    return {"kept": policy.address, **days, "rule": policy.rules.get("address", OURS)}


def _keep(one: shape.Keep) -> Entry:
    said: Entry = {
        "what": one.kind,
        "starts": one.starts,
        "amount": one.amount,
        "unit": one.unit,
    }
    if one.suspended_by or one.suspended_rule:
        said |= {"suspended_by": one.suspended_by, "suspended_rule": one.suspended_rule}
    return {**said, "rule": one.rule}


def _evaluation_sections(charter: shape.Charter, languages: Iterable[str]) -> list[str]:
    if not charter.evaluation:
        return []
    asked = (_question(one, languages) for one in charter.evaluation)
    return [heading("What is asked afterwards"), *sections("evaluation", asked)]


def _question(one: shape.Question, languages: Iterable[str]) -> Entry:
    said: Entry = {
        "slug": one.slug,
        "kind": one.kind,
        "rule": one.rule,
        **_texts(one.label, languages),
    }
    labels = [_texts(option.label, languages) for option in one.choices]
    if one.kind == EvaluationQuestion.Kind.SCALE:
        said |= dict(zip(("low", "high"), labels, strict=False))
    elif one.choices:
        slugs = [option.slug for option in one.choices]
        said["choices"] = [
            {"slug": slug, **label} for slug, label in zip(slugs, labels, strict=True)
        ]
    return said


def _queue_sections(queue: shape.Queue) -> list[str]:
    waits: Entry = {"cap": queue.cap, "unstaffed": queue.unstaffed}
    waits |= {} if queue.may_pick else {"pick": False}
    for key in ("closing_warning_minutes", "last_call_minutes"):
        waits[key] = getattr(queue, key)
    talk: Entry = {"at_once": queue.capacity}
    for key in ("visitor_lost_minutes", "wrap_up_seconds", "shows_first_name"):
        talk[key] = getattr(queue, key)
    return [
        section("queue", {**waits, "rule": OURS}),
        section("talk", {**talk, "rule": OURS}),
        section("code", {"offered": queue.offers_code, "rule": queue.code_rule}),
    ]


def _phrase_sections(charter: shape.Charter, languages: Iterable[str]) -> list[str]:
    if not charter.phrases:
        return []
    said = (
        {"slug": one.slug, "rule": one.rule, **_texts(one.texts, languages)}
        for one in charter.phrases
    )
    return [heading("What counsellors say often"), *sections("phrases", said)]


def _colours(charter: shape.Charter) -> Entry:
    return {key: value for key, value in charter.theme.items() if key not in _BUBBLE}


def _bubble_section(bubble: shape.Bubble) -> str:
    if not bubble.opens:
        return section("bubble", {"shown": "never", "rule": OURS})
    said: Entry = {"shown": "while_open", "opens": bubble.opens}
    said |= {"origins": bubble.origins} if bubble.opens == Tenant.BubbleOpens.FRAME else {}
    said |= {_BUBBLE[key]: colour for key, colour in bubble.colours.items()}
    return section("bubble", {**said, "rule": OURS})
