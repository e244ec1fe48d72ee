"""What the pages of the vault say: the bases in plain words, and each refusal."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from retention.models import VaultRequest
from retention.vault.days import NoShare
from retention.vault.openings import Nobody, Over
from retention.vault.people import NotEnrolled, PasswordChanged, WrongPassword
from tenants.errors import HelplineError, Invalid, NotFound

Basis = VaultRequest.Basis


@dataclass(frozen=True)
class BasisChoice:
    """One legal basis: its code, when it fits, and the rule that it stands on."""

    code: str
    label: str | Promise
    rule: str | Promise


BASES = (
    BasisChoice(
        Basis.DUTY,
        _("Life or health is in serious danger, and the emergency services can help."),
        _("Duty to tell: hpl § 31"),
    ),
    BasisChoice(
        Basis.RIGHT,
        _("There is great danger to somebody, and telling weighs more than silence."),
        _("Right to tell: hpl § 23 no 4"),
    ),
    BasisChoice(
        Basis.CRIME,
        _("A serious crime is about to happen, such as abuse of a child, and can be averted."),
        _("Duty to avert: strl § 196"),
    ),
    BasisChoice(
        Basis.NECESSITY,
        _("Somebody must be saved from harm, and there is no other way."),
        _("Necessity: strl § 17"),
    ),
    BasisChoice(
        Basis.ORDER,
        _("A court or a prosecutor has ordered it in writing."),
        _("Order of a court or prosecutor"),
    ),
)

_REFUSALS: tuple[tuple[type[HelplineError], Promise], ...] = (
    (WrongPassword, _("That is not your password. Nothing has happened; try again.")),
    (
        PasswordChanged,
        _("Your password is a new one. Sign out and in once; it opens new days only."),
    ),
    (NotEnrolled, _("You have no key yet. Sign out and in again: it is made then, for new days.")),
    (NoShare, _("You have no share in that day: you came later, or changed your password.")),
    (Nobody, _("Nobody of the other group could open that day. Call the platform’s duty officer.")),
    (Over, _("The time for this is over. Ask again if it is still needed.")),
    (NotFound, _("No address is kept of a talk with that reference. Check the eight signs.")),
    (Invalid, _("Choose a reason, and write who is to be told.")),
)


def basis_called(code: str) -> BasisChoice:
    return next(one for one in BASES if one.code == code)


def refusal_of(problem: HelplineError) -> str:
    """Return what a page says of a refusal. Raises ``problem`` again if it is none of the vault's."""
    for kind, text in _REFUSALS:
        if isinstance(problem, kind):
            return str(text)
    raise problem
