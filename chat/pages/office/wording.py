"""Words of the office for what the database says in codes, in the active translation."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from babel.dates import format_date, format_datetime
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chat.pages.languages import locale_of
from chat.states import Author, Closed
from retention.models import Hold
from tenants.models import Role, Tenant

REASONS: dict[str, Promise] = {
    Hold.Reason.INVESTIGATION: _("Investigation"),
    Hold.Reason.DANGER: _("Danger to life or health"),
    Hold.Reason.ACCESS: _("Somebody has asked to read it"),
}

ROLES: dict[str, Promise] = {
    Role.COUNSELLOR: _("Counsellor"),
    Role.SUPERVISOR: _("Shift lead"),
    Role.OFFICER: _("Records officer"),
    Role.ADMINISTRATOR: _("Administrator"),
}

AUTHORS: dict[int, Promise] = {
    Author.VISITOR: _("The visitor"),
    Author.COUNSELLOR: _("The counsellor"),
    Author.SYSTEM: _("The platform"),
}

# By whom a line of a consult is.
ASIDE: dict[str, Promise] = {
    Closed.ASKER: _("The counsellor"),
    Closed.COLLEAGUE: _("A colleague"),
}

# What stands in the trail. An action that is not told here is shown by its code.
ACTIONS: dict[str, Promise] = {
    "conversation.read": _("Opened a kept talk"),
    "member.left": _("Let a member go"),
    "member.joined": _("Took up a place here"),
    "member.password_reset": _("Set a new password by a link"),
    "invitation.made": _("Invited somebody"),
    "invitation.again": _("Sent an invitation again"),
    "invitation.withdrawn": _("Withdrew an invitation"),
    "member.deactivated": _("A person was shut out everywhere"),
    "member.signed_out": _("Signed a member out everywhere"),
    "member.factor_added": _("Added a second key to their own sign-in"),
    "member.factor_removed": _("Removed a second key of their own sign-in"),
    "member.codes_made": _("Made new recovery codes for themselves"),
    "qualification.entered": _("Entered a qualification"),
    "qualification.verified": _("Verified a qualification"),
    "qualification.ended": _("Ended a qualification"),
    "qualification.expires": _("Warned that a qualification runs out"),
    "shift.planned": _("Planned a shift"),
    "shift.cancelled": _("Cancelled a shift"),
    "member.changed": _("Changed a member's place"),
    "policy.published": _("Published a promise"),
    "evaluation.published": _("Published what is asked afterwards"),
    "languages.offered": _("Every text of a language is there: visitors are offered it"),
    "tenant.created": _("The line was created"),
    "tenant.changed": _("An operator changed the line"),
    "operator.changed": _("An operator changed who runs the line"),
    "tenant.dry_run": _("Made a dry run"),
    "tenant.exported": _("Fetched the settings, the ledger and the counts"),
    "tenant.go_live_proposed": _("Proposed that the line goes live"),
    "tenant.go_live_withdrawn": _("Took back that the line goes live"),
    "tenant.live": _("Let the line go live as the second person"),
    "tenant.paused": _("Paused the line"),
    "tenant.resumed": _("Let the line take visitors again"),
    "tenant.leave_proposed": _("Proposed that the line leaves"),
    "tenant.leave_withdrawn": _("Took back that the line leaves"),
    "tenant.left": _("Let the line leave as the second person"),
    "handbook.published": _("Published an article of the handbook"),
    "handbook.withdrawn": _("Withdrew an article of the handbook"),
    "handbook.reviewed": _("Revised an article of the handbook without changing it"),
    "handbook.revision_due": _("A revision of an article of the handbook was due"),
    "handbook.sharing_offered": _("Offered the handbook to another line"),
    "handbook.sharing_accepted": _("Agreed to share the handbook"),
    "handbook.sharing_ended": _("Ended the sharing of the handbook"),
    "talk.flagged": _("Marked a talk as holding personal data"),
    "hold.placed": _("Placed a hold"),
    "hold.confirmed": _("Confirmed a hold as the second person"),
    "hold.read": _("Read what a hold keeps"),
    "hold.reviewed": _("Reviewed a hold"),
    "hold.review_due": _("A review of a hold was due"),
    f"hold.{Hold.Outcome.HANDED_OVER}": _("Handed over and ended a hold"),
    f"hold.{Hold.Outcome.OVER}": _("Ended a hold"),
    f"hold.{Hold.Outcome.REFUSED}": _("Refused a hold as the second person"),
    f"hold.{Hold.Outcome.LAPSED}": _("A hold ended without a second person"),
    f"hold.{Hold.Outcome.GONE}": _("A hold ended because what it held was gone"),
}

# Who has done what no member of this line did, where that may not have been the platform either.
NOBODY: dict[str, Promise] = {}

# What an administrator has set; each of a tenant's models is a word here, and what was done to it another.
SET: dict[str, Promise] = {
    "notice": _("Notice"),
    "subject": _("Subject"),
    "statement": _("Promise in words"),
    "contact": _("Contact"),
    "requirement": _("What one must hold"),
    "phrase": _("Phrase"),
    "closereason": _("Reason for ending a talk"),
    "category": _("Category of talks"),
    "partner": _("Partner"),
    "hoursexception": _("Date that differs"),
    "hours": _("Opening hours"),
    "talk": _("Queue and talk"),
    "name": _("Name and languages"),
    "theme": _("Colours"),
    "bubble": _("The bubble on our own pages"),
}
DONE: dict[str, Promise] = {
    "added": _("added"),
    "changed": _("changed"),
    "removed": _("removed"),
}

# What is wrong with an article of the handbook, by field, and what would be right.
FAULTS: dict[tuple[str, str], Promise] = {
    ("slug", "missing"): _("Give the article an address."),
    ("slug", "long"): _("The address is too long."),
    ("slug", "shape"): _(
        "The address has small letters a–z, digits and single hyphens, such as sleep-and-worry."
    ),
    ("slug", "taken"): _("There is an article at this address already."),
    ("category", "missing"): _("Give the article a category."),
    ("category", "long"): _("The category is too long."),
    ("language", "unknown"): _("Choose the language that it is written in."),
    ("title", "missing"): _("Give the article a title."),
    ("title", "long"): _("The title is too long."),
    ("body", "missing"): _("Write what the article says."),
    ("body", "long"): _("The article is too long. Make two of it."),
    ("body", "lines"): _("The article has more than 1,000 lines. Make two of it."),
}


def action_in_words(action: str) -> str:
    what, _dot, done = action.partition(".")
    if action not in ACTIONS and what in SET and done in DONE:
        return f"{SET[what]}: {DONE[done]}"
    return str(ACTIONS.get(action, action))


def basis_in_words(basis: str) -> str:
    """Return a basis as it was written; the reason that begins that of a hold in words."""
    reason, colon, rest = basis.partition(": ")
    return f"{REASONS[reason]}{colon}{rest}" if colon and reason in REASONS else basis


def short(thing: UUID | None) -> str:
    """Return the beginning of an id: enough to tell one from another on a page."""
    return str(thing)[:8] if thing else ""


def day_in_words(day: date, *, language: str) -> str:
    return str(format_date(day, format="d MMM y", locale=locale_of(language)))


def hour_in_words(moment: datetime, tenant: Tenant, *, language: str) -> str:
    """Return a whole hour on the tenant's own clock."""
    there = moment.astimezone(tenant.tzinfo)
    return str(format_datetime(there, format="d MMM y HH:mm", locale=locale_of(language)))
