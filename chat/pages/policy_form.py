"""A draft as a form: one line for each kind of data, one for each thing that is offered."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tenants.charter.policy import HOLDS
from tenants.charter.rules import OURS, RULE_IDS
from tenants.charter.shape import Keep
from tenants.charter.shape import Policy as Terms
from tenants.charter.table import Problem
from tenants.models import Policy, PolicyRule, Tenant

LONGEST = 3650
TEXT_LENGTH = 600
_UNITS = {
    "seconds": _("seconds"),
    "minutes": _("minutes"),
    "hours": _("hours"),
    "days": _("days"),
    "working_days": _("working days"),
    "months": _("months"),
}
# What may be left empty: an address is then not kept, a talk with personal data lives as others.
_LIVES = {
    ("conversation", "ended"): (_("A talk, from its end (0: deleted at once)"), True),
    ("conversation", "flagged"): (_("A talk with personal data, from when it is noticed"), False),
    ("address", "began"): (_("IP address and start time, from the day of the talk"), False),
    ("audit", "written"): (_("The list of who did what"), True),
    ("account", "left"): (_("A member of staff, after they have left"), True),
    ("session", "signed_in"): (_("Being signed in"), True),
    ("log", "written"): (_("What the programs write about themselves"), True),
    ("evaluation", "given"): (_("Answers afterwards that wait for those of others"), False),
    ("evaluation", "pooled"): (_("Answers afterwards, together with those of others"), False),
}
_FLAGS = {
    "may_erase": ("erase", _("The visitor can delete what has been written so far")),
    "parks": ("leave", _("The talk waits for whoever leaves the page in a hurry")),
    "colleague_may_read": (
        "colleague",
        _("A colleague who is asked for advice may be shown the talk, and the visitor is told"),
    ),
    "journal": ("journal", _("A journal is written when life and health are in danger")),
    "triage": ("triage", _("Some facts are written down if the visitor says yes")),
    "evaluation": ("evaluation", _("Visitors are asked afterwards how it went")),
}
_HOLDS = {
    "investigation": _("An investigation"),
    "danger": _("Danger to life and health"),
    "access": _("Somebody has asked to read it"),
}
# Where a mistake stands in a charter, and the field of it here; lives are found by their place.
_FIELDS = {
    "policy.address": "address_began",
    "policy.access.who": "access",
    "policy.erase.allowed": "may_erase",
    "policy.leave.parks": "parks",
    "policy.evaluation.offered": "evaluation",
    "policy.colleague.may_read": "colleague_may_read",
}
_LIFE = re.compile(r"policy\.keep\[(?P<place>\d+)\](?P<rest>.*)")
_ACCESS = {
    "nobody": _("Nobody"),
    "own_journal": _("A person, for their own journal"),
    "anyone": _("Anyone, after a review"),
}


def rule_choices() -> list[tuple[str, str | Promise]]:
    """Return the rules that a promise can come from, the organisation's own first."""
    ids = sorted(RULE_IDS - {OURS}, key=lambda rule: (rule[0], int(rule[1:])))
    return [(OURS, _("ours")), *((rule, rule) for rule in ids)]


class _Rule(forms.ChoiceField):
    """The rule that a promise comes from, or that it is the organisation's own."""

    def __init__(self) -> None:
        super().__init__(choices=rule_choices(), label=_("Source"))


@dataclass(frozen=True)
class LifeLine:
    """The fields of one life, for the table in the template."""

    label: Any
    amount: forms.BoundField
    unit: forms.BoundField
    rule: forms.BoundField
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class OfferLine:
    """The fields of one thing that is offered or not."""

    answer: forms.BoundField
    rule: forms.BoundField
    problems: list[str] = field(default_factory=list)


class PolicyForm(forms.Form):
    """``terms()`` gives what the form says, once it is valid."""

    access = forms.ChoiceField(
        choices=list(_ACCESS.items()), label=_("Who may ask to read a talk afterwards")
    )
    holds = forms.MultipleChoiceField(
        choices=list(_HOLDS.items()),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        label=_("What may keep a talk beyond its time"),
    )

    def __init__(self, tenant: Tenant, terms: Terms, data: Any = None) -> None:
        super().__init__(data, initial=_initial(terms), auto_id="policy_%s")
        self._languages = list(tenant.languages)
        self._problems: dict[str, list[str]] = {}
        for (kind, starts), (label, required) in _LIVES.items():
            name = f"{kind}_{starts}"
            self.fields[f"{name}_amount"] = forms.IntegerField(
                min_value=0, max_value=LONGEST, required=required, label=label
            )
            self.fields[f"{name}_unit"] = forms.ChoiceField(
                choices=list(_UNITS.items()), label=_("Unit")
            )
            self.fields[f"{name}_rule"] = _Rule()
        for name, (_source, label) in _FLAGS.items():
            self.fields[name] = forms.BooleanField(required=False, label=label)
        for source in (
            *(source for source, _label in _FLAGS.values()),
            "access",
            "address",
            "holds",
        ):
            self.fields[f"{source}_rule"] = _Rule()
        self.fields["words_rule"] = _Rule()
        for language in self._languages:
            self.fields[f"words_{language}"] = forms.CharField(
                required=False,
                max_length=TEXT_LENGTH,
                widget=forms.Textarea,
                label=language,
            )

    def clean(self) -> None:
        """Refuse what no draft can hold: who may ask for their journal must have one."""
        said = self.cleaned_data
        if said.get("access") == Policy.Access.OWN_JOURNAL and not said.get("journal"):
            self.add_error("access", _("Nobody can ask for a journal that is not written."))

    @property
    def lives(self) -> list[LifeLine]:
        return [
            LifeLine(
                label,
                self[f"{kind}_{starts}_amount"],
                self[f"{kind}_{starts}_unit"],
                self[f"{kind}_{starts}_rule"],
                self._problems.get(f"{kind}_{starts}", []),
            )
            for (kind, starts), (label, _required) in _LIVES.items()
        ]

    @property
    def offers(self) -> list[OfferLine]:
        return [
            OfferLine(self[name], self[f"{source}_rule"], self._problems.get(name, []))
            for name, (source, _) in _FLAGS.items()
        ]

    def tell(self, problems: Iterable[Problem], terms: Terms) -> None:
        """Show each of ``problems`` of ``terms`` at its field, in the words of a charter."""
        for one in problems:
            self._problems.setdefault(_field_of(one.key, terms), []).append(one.in_words)

    @property
    def has_problems(self) -> bool:
        return bool(self._problems)

    @property
    def access_problems(self) -> list[str]:
        return self._problems.get("access", [])

    @property
    def holds_problems(self) -> list[str]:
        return self._problems.get("holds", [])

    @property
    def other_problems(self) -> list[str]:
        """What stands at no field."""
        return self._problems.get("", [])

    @property
    def words(self) -> list[forms.BoundField]:
        return [self[f"words_{language}"] for language in self._languages]

    def terms(self) -> Terms:
        """Return what the form says. Call it on a valid form."""
        said = self.cleaned_data
        texts = {language: said[f"words_{language}"] for language in self._languages}
        written = texts if any(texts.values()) else {}
        keep = tuple(self._keep(kind, starts) for kind, starts in _LIVES if self._has(kind, starts))
        vault = self._has("address", "began")
        return Terms(
            address=Policy.Address.VAULT.value if vault else Policy.Address.NEVER.value,
            access=said["access"],
            **{name: said[name] for name in _FLAGS},
            rules={
                "address": said["address_rule"],
                "access": said["access_rule"],
                **{
                    source: said[f"{source}_rule"]
                    for name, (source, _label) in _FLAGS.items()
                    # A charter that says nothing of colleagues has no source for it.
                    if said[name] or source != "colleague"
                },
                **({"words": said["words_rule"]} if written else {}),
            },
            texts=written,
            keep=keep,
        )

    def _has(self, kind: str, starts: str) -> bool:
        return self.cleaned_data[f"{kind}_{starts}_amount"] is not None

    def _keep(self, kind: str, starts: str) -> Keep:
        said, name = self.cleaned_data, f"{kind}_{starts}"
        amount = said[f"{name}_amount"]
        held = kind == PolicyRule.Kind.CONVERSATION and amount and said["holds"]
        return Keep(
            kind=kind,
            starts=starts,
            amount=amount,
            unit=said[f"{name}_unit"],
            suspended_by=tuple(hold for hold in HOLDS if hold in said["holds"]) if held else (),
            suspended_rule=said["holds_rule"] if held else "",
            rule=said[f"{name}_rule"],
        )


def policy_labels() -> Iterator[tuple[str, str | Promise]]:
    """Return what each setting of a policy is called, by its name in the trail."""
    for (kind, starts), (label, _required) in _LIVES.items():
        yield f"keep.{kind}.{starts}", label
    for name, (_source, label) in _FLAGS.items():
        yield name, label
    yield "access", PolicyForm.base_fields["access"].label or ""
    yield "text", _("Your own words on the page about privacy")


def _field_of(key: str, terms: Terms) -> str:
    life = _LIFE.fullmatch(key)
    if life is None:
        return _FIELDS.get(key, "")
    if life["rest"] == ".suspended_by":
        return "holds"
    kept = terms.keep[int(life["place"])]
    return f"{kept.kind}_{kept.starts}"


def _initial(terms: Terms) -> dict[str, object]:
    usual = terms.life("conversation", "ended")
    initial: dict[str, object] = {
        "access": terms.access,
        "holds": list(usual.suspended_by) if usual else [],
        "holds_rule": (usual and usual.suspended_rule) or OURS,
        **{name: getattr(terms, name) for name in _FLAGS},
        "words_rule": OURS,
        "colleague_rule": OURS,
        **{f"{name}_rule": rule for name, rule in terms.rules.items()},
        **{f"words_{language}": text for language, text in terms.texts.items()},
    }
    for kind, starts in _LIVES:
        life = terms.life(kind, starts)
        name = f"{kind}_{starts}"
        initial[f"{name}_amount"] = life.amount if life else None
        initial[f"{name}_unit"] = life.unit if life else PolicyRule.Unit.DAYS.value
        initial[f"{name}_rule"] = life.rule if life else OURS
    return initial
