"""Words of the office: pacts, and what is done and what is wrong in the directory."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referrals.models import Partnership, Service
from tenants.models import Partner

State = Partnership.State

# What stands in the trail.
ACTS: dict[str, Promise] = {
    "service.listed": _("Listed a service"),
    "service.changed": _("Changed a service"),
    "service.checked": _("Checked a service"),
    "service.hidden": _("Hid a service"),
    "service.shown": _("Showed a service again"),
    "service.check_due": _("A check of a service was due"),
}

# Acts on pacts, as they stand in the trail.
PACT_ACTS: dict[str, Promise] = {
    "partnership.proposed": _("A pact with another line was proposed"),
    "partnership.accepted": _("A pact with another line was accepted"),
    "partnership.declined": _("A pact with another line was turned down"),
    "partnership.revoked": _("A pact with another line was ended"),
    "partnership.ends": _("A pact with another line ends soon"),
}

_THEY = _("The other line, or the platform")
# What the other line does stands in this one's trail without a name of theirs.
PACT_NOBODY: dict[str, Promise] = {
    f"partnership.{what}": _THEY for what in ("proposed", "accepted", "declined", "revoked")
}

PACT_STATES: dict[str, Promise] = {
    State.PROPOSED: _("Proposed"),
    State.ACCEPTED: _("In force"),
    State.DECLINED: _("Turned down"),
    State.REVOKED: _("Ended"),
}
# The terms of a pact as the trail has them.
PACT_VALUES: dict[tuple[str, str], Promise] = {
    ("side", Partnership.Side.GIVES): _("This line's visitors can go on to them"),
    ("side", Partnership.Side.TAKES): _("Their visitors can go on to this line"),
    ("mode", Partner.Mode.LIVE): _("Talk and all, if the visitor says yes"),
    ("mode", Partner.Mode.SIGNPOST): _("The visitor is shown the way"),
    **{("state", state): words for state, words in PACT_STATES.items()},
}

# What two lines say differently, by the names of referrals/differing.py.
DIFFERS: dict[str, Promise] = {
    "hours": _("When it is open"),
    "who": _("Who answers there and here"),
    "kept": _("How long the talk is kept"),
    "address": _("Your IP address"),
    "erase": _("Deleting while you talk"),
    "flagged": _("If it can be seen who you are"),
    "held": _("When it is kept longer"),
    "journal": _("What is written down about it"),
    "access": _("Who may read it afterwards"),
    "triage": _("Facts for research"),
    "evaluation": _("Questions after the talk"),
    "code": _("A code to come back with"),
    "colleague": _("Colleagues who read along"),
    "audit": _("What is noted about those who work there"),
    "log": _("Technical records"),
    "leave": _("Leaving the page at once"),
}

STATUSES: dict[str, Promise] = {
    Service.Status.ACTIVE: _("Shown"),
    Service.Status.CLOSED: _("Shown, closed for the time being"),
    Service.Status.INACTIVE: _("Hidden"),
    Service.Status.DEFUNCT: _("Hidden, there is no such service any more"),
}

# What is wrong, by field and kind, and what would be right. ``{found}`` is what was written.
FAULTS: dict[tuple[str, str], Promise] = {
    ("name", "missing"): _("Give the service a name, in one language at least."),
    ("name", "long"): _("The name is too long: at most 120 signs."),
    ("name", "many"): _("The directory is full: at most 500 services."),
    ("alternate_name", "long"): _("The other name is too long: at most 120 signs."),
    ("description", "long"): _(
        "The words on what they help with are too long: at most 1000 signs."
    ),
    ("eligibility_description", "long"): _(
        "The words on whom it is for are too long: at most 1000 signs."
    ),
    ("organization", "long"): _("The name of who runs it is too long: at most 120 signs."),
    ("location", "long"): _("The place to go to is too long: at most 120 signs."),
    ("url", "shape"): _("{found} is no web address. Write one such as https://example.org/."),
    ("chat", "shape"): _("{found} is no web address. Write one such as https://example.org/chat."),
    ("email", "shape"): _("{found} is no e-mail address."),
    ("assurer_email", "shape"): _("{found} is no e-mail address."),
    ("phones", "shape"): _("{found} is no telephone number. Write digits, such as 116 117."),
    ("minimum_age", "shape"): _("{found} is no age. Write a number from 0 to 120."),
    ("maximum_age", "shape"): _("{found} is no age. Write a number from 0 to 120."),
    ("maximum_age", "order"): _("The oldest age is below the youngest."),
    ("languages", "unknown"): _("{found} is no language."),
    ("schedules", "shape"): _("{found} are no hours. Write them such as 9–15, 18–20."),
    ("service_areas", "long"): _("The name of a place is too long: at most 60 signs."),
    ("subjects", "unknown"): _("{found} is no subject of this line any more."),
}
OTHER_FAULT = _("Something cannot be saved as it is written: {found}")
