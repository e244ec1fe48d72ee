"""Whether what a line promises about data can be kept, by what it says and by who works there."""

from __future__ import annotations

from itertools import pairwise

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from tenants import clock
from tenants.charter.shape import Policy as Terms
from tenants.checkup.finding import Finding, Severity, spoken
from tenants.differences import differences
from tenants.drafts import contradictions as contradicting
from tenants.drafts import draft_of
from tenants.durations import deadline
from tenants.fitness import in_place
from tenants.models import Policy, Role, Statement, Tenant
from tenants.policies import NoPolicy, current_policy, later_policies, policy_rules, terms_of
from tenants.promises import in_words
from tenants.scope import tenant_scope

# These have told visitors that no address is kept, and these for how long something is at most.
_NO_ADDRESS = frozenset({"S7", "U3", "B8"})
_AT_MOST = {"D5": (0, "seconds"), "D7": (7, "days"), "T9": (3, "months"), "U7": (1, "working_days")}
_KEEPERS = (Role.OFFICER, Role.ADMINISTRATOR)


def _versions(tenant: Tenant) -> list[tuple[str, Policy]]:
    """Return the version that holds, those to come and the draft, each with its name. In the scope."""
    try:
        current = current_policy(tenant)
    except NoPolicy:
        found = []
    else:
        found = [current, *later_policies(current)]
    named = [(_("version %(number)d") % {"number": one.version}, one) for one in found]
    draft = draft_of(tenant)
    return [*named, (_("the draft"), draft)] if draft else named


def contradictions(tenant: Tenant) -> list[Finding]:
    """A policy is there, and no two of its promises exclude each other."""
    with tenant_scope(tenant):
        versions = _versions(tenant)
        if all(policy.published_at is None for _name, policy in versions):
            words = _("No policy has been published: nothing says what is kept, and for how long.")
            return [Finding("no_policy", Severity.BLOCKS, words, "", "policy")]
        problems = [(name, terms_of(policy)) for name, policy in versions]
        found = [(name, terms, contradicting(terms)) for name, terms in problems]
    return [
        _contradicts(name, terms, each.key, f"{each.found}, {each.expected}")
        for name, terms, those in found
        for each in those
    ]


def _contradicts(name: str, terms: Terms, key: str, problem: str) -> Finding:
    said = {
        "policy.address": _("addresses are never kept, and there is a time for which they are kept")
        if terms.address == Policy.Address.NEVER
        else _("addresses are kept, and nothing says for how long"),
        "policy.erase.allowed": _("a talk may be deleted while it goes on, and is kept afterwards"),
        "policy.access.who": _("talks may be asked for that are gone before anybody has answered"),
        "policy.leave.parks": _("a talk waits for who has left it, and is deleted at its end"),
    }.get(key, f"{key}: {problem}")
    words = _("In %(version)s two promises cannot both be kept: %(said)s.")
    rule = terms.rules.get(key.split(".")[1], "") if "." in key else ""
    told = words % {"version": name, "said": said}
    return Finding("contradiction", Severity.BLOCKS, told, rule, "policy")


def addresses(tenant: Tenant) -> list[Finding]:
    """Who has told visitors that no address is kept keeps none.  Rule: S7, U3, B8"""
    with tenant_scope(tenant):
        versions = _versions(tenant)
        said = set(Statement.objects.values_list("rule", flat=True)) & _NO_ADDRESS
        officer = in_place().filter(role=Role.OFFICER).exists()
    found = []
    for name, policy in versions:
        if policy.address != Policy.Address.VAULT:
            continue
        cited = sorted(said | ({str(policy.rules.get("address"))} & _NO_ADDRESS))
        if cited:
            words = _("Visitors are told that no address is kept, and %(version)s keeps it.")
            told = words % {"version": name}
            found.append(Finding("address", Severity.BLOCKS, told, cited[0], "statements"))
        if not officer:
            words = _("%(version)s keeps addresses, and there is no officer who may open one.")
            told = words % {"version": name.capitalize()}
            rule = str(policy.rules.get("address", ""))
            found.append(Finding("address_officer", Severity.BLOCKS, told, rule, "staff"))
    return found


def sources(tenant: Tenant) -> list[Finding]:
    """What cites a rule keeps nothing for longer than that rule has told.  Rule: D5, D7, T9, U7"""
    now = clock.now()
    with tenant_scope(tenant):
        versions = [(name, policy_rules(policy)) for name, policy in _versions(tenant)]
    found = []
    for name, rules in versions:
        for one in rules:
            if one.rule not in _AT_MOST:
                continue
            told = _AT_MOST[one.rule]
            kept, most = (
                deadline(now, amount=amount, unit=unit, zone=tenant.zone, country=tenant.country)
                for amount, unit in ((one.amount, one.unit), told)
            )
            if kept > most:
                found.append(_too_long(tenant, name, one.rule, (one.amount, one.unit), told))
    return found


def _too_long(
    tenant: Tenant, name: str, rule: str, kept: tuple[int, str], told: tuple[int, str]
) -> Finding:
    language = spoken(tenant)
    words = _("By %(rule)s visitors are told “%(told)s”, and %(version)s keeps it for %(kept)s.")
    said = words % {
        "rule": rule,
        "told": in_words(*told, language=language),
        "version": name,
        "kept": in_words(*kept, language=language),
    }
    return Finding("kept_longer", Severity.BLOCKS, said, rule, "policy")


def coming_versions(tenant: Tenant) -> list[Finding]:
    """A version to come that promises less is seen before it begins."""
    now, found = clock.now(), []
    with tenant_scope(tenant):
        published = [one for _name, one in _versions(tenant) if one.published_at is not None]
        terms = [terms_of(one) for one in published]
    for (before, after), policy in zip(pairwise(terms), published[1:], strict=True):
        told = differences(tenant, before, after, language=spoken(tenant), now=now)
        looser = [one.text for one in told if one.effect == "looser"]
        if looser and policy.begins_at is not None:
            words = _("Version %(number)d promises less from %(day)s on: %(what)s")
            said = words % {
                "number": policy.version,
                "day": date_format(policy.begins_at.astimezone(tenant.tzinfo), "j F Y"),
                "what": " ".join(looser),
            }
            found.append(Finding("looser", Severity.WARNS, said, "", "policy"))
    return found


def hold_keepers(tenant: Tenant) -> list[Finding]:
    """A hold has an owner and a second person, or it is over within a day.  Rule: U8, T10"""
    with tenant_scope(tenant):
        keepers = in_place().filter(role__in=_KEEPERS).count()
        held = [
            (name, one)
            for name, policy in _versions(tenant)
            for one in policy_rules(policy)
            if one.suspended_by
        ]
    if keepers >= len(_KEEPERS) or not held:
        return []
    words = _(
        "Talks may be held (%(reasons)s), which takes two people. Officers and administrators "
        "here: %(count)d."
    )
    named = {
        "investigation": _("an investigation"),
        "danger": _("danger to life"),
        "access": _("somebody asks to read it"),
    }
    asked = sorted({reason for _name, one in held for reason in one.suspended_by})
    reasons = ", ".join(named.get(reason, reason) for reason in asked)
    said = words % {"reasons": reasons, "count": keepers}
    return [Finding("second_person", Severity.BLOCKS, said, held[0][1].suspended_rule, "staff")]
