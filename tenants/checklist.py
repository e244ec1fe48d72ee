"""What a line still lacks before it can go live: computed from its rows, never ticked by hand.

Each check is a plain function ``tenant -> list[Item]``, asked inside the tenant's scope. Floors above
add theirs to ``checks`` in ``AppConfig.ready`` (what partners have decided, for one).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from tenants import clock, factors
from tenants.checkup.contacts import missing_emergency
from tenants.digest import digest_of
from tenants.drafts import draft_of
from tenants.fitness import fit_members, in_place, today_at
from tenants.hours import schedule_of
from tenants.languages import lacking
from tenants.models import DryRun, Notice, Policy, Requirement, Role, Tenant
from tenants.policies import newest_policy

ADMINISTRATORS = 2


class Mark(StrEnum):
    """How an item stands. Only what is missing keeps a line from going live."""

    DONE = "done"
    ADVISED = "advised"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing on the list, in the active translation: what it is, how it stands and why.

    ``pages`` are where it is mended: names of addresses in the line's administration, the first that
    there is, or ``desk:`` and a path there.
    """

    name: str
    mark: Mark
    title: str | Promise
    why: str
    rule: str
    pages: tuple[str, ...] = ()


Check = Callable[[Tenant], list[Item]]


def items(tenant: Tenant) -> list[Item]:
    """Return the whole list, in the order in which one goes through it. In the scope."""
    return [item for check in checks for item in check(tenant)]


def missing(tenant: Tenant) -> list[Item]:
    """Return what keeps ``tenant`` from going live. In the scope."""
    return [item for item in items(tenant) if item.mark is Mark.MISSING]


def policy_published(tenant: Tenant) -> list[Item]:
    """Whether it is said what is kept and for how long.  Rule: D5, U7, T9."""
    found = newest_policy(tenant)
    done = Policy.objects.filter(begins_at__lte=clock.NOW).exists()
    if found is not None and not done:
        why = _("Version %(version)s is published, and has not begun yet.")
        why %= {"version": found.version}
    elif found is not None:
        why = _("Version %(version)s is published.") % {"version": found.version}
    elif draft_of(tenant) is not None:
        why = _("There is a draft. Read it, and publish it from a date.")
    else:
        why = _("Nothing has been said yet about what is kept.")
    return [
        Item(
            "policy",
            _mark(done),
            _("What is kept is published"),
            why,
            "D5",
            ("admin:policy", "desk:office/policy/"),
        )
    ]


def hours_set(tenant: Tenant) -> list[Item]:
    """Whether the line will ever be open.  Rule: S1, D2, T1, B1."""
    stands = schedule_of(tenant).standing(clock.now())
    done = stands.open or stands.opens_at is not None
    why = (
        _("There are hours in the next sixty days.")
        if done
        else _("The line would never be open: no hours are set for the next sixty days.")
    )
    pages = ("admin:hours",)
    return [Item("hours", _mark(done), _("Opening hours"), why, "S1", pages)]


def somebody_answers(tenant: Tenant) -> list[Item]:
    """Whether somebody is fit to answer, and has a second factor.  Rule: S3, S4, D1, B7."""
    fit = fit_members(on=today_at(tenant, now=clock.now()))
    count = len(_enrolled(fit.values_list("user_id", flat=True)))
    asks = Requirement.objects.exists()
    if not asks:
        why = _("Nothing is asked of those who answer: say what one must hold.")
    elif not count:
        why = _("Nobody who may answer has both what is asked for and a second factor.")
    else:
        why = (
            _("One person can answer. With two, somebody can be ill.")
            if count == 1
            else _("People who can answer: %(count)s.") % {"count": count}
        )
    mark = Mark.MISSING if not (asks and count) else Mark.ADVISED if count == 1 else Mark.DONE
    pages = ("admin:tenants_membership_changelist", "desk:office/staff/")
    return [Item("staff", mark, _("Somebody who may answer"), why, "S3", pages)]


def two_administrators(tenant: Tenant) -> list[Item]:
    """Whether there are two who can decide together.  Rule: ours."""
    rows = in_place().filter(role=Role.ADMINISTRATOR)
    count = len(_enrolled(rows.values_list("user_id", flat=True)))
    why = _("Administrators with a second factor: %(count)s. Going live takes two.")
    why %= {"count": count}
    pages = ("admin:invitations", "desk:office/staff/")
    title = _("Two administrators")
    return [Item("administrators", _mark(count >= ADMINISTRATORS), title, why, "ours", pages)]


def notice_telephone(tenant: Tenant) -> list[Item]:
    """Whether a notice about trouble, with a number to call instead, lies ready.  Rule: D3."""
    done = Notice.objects.exclude(phone="").exists()
    why = (
        _("A notice with a telephone number lies ready.")
        if done
        else _("If the chat breaks down nobody could tell visitors whom to call instead.")
    )
    pages = ("admin:tenants_notice_changelist",)
    title = _("A number to call when the chat is in trouble")
    return [Item("notice", _mark(done), title, why, "D3", pages)]


def emergency_numbers(tenant: Tenant) -> list[Item]:
    """Whether the numbers for danger to life stand there.  Rule: S8, T8, D10."""
    absent = missing_emergency(tenant)
    why = (
        _("Not among the emergency numbers: %(numbers)s.") % {"numbers": ", ".join(absent)}
        if absent
        else _("Whoever is in danger finds whom to call.")
    )
    pages = ("admin:tenants_contact_changelist",)
    return [Item("emergency", _mark(not absent), _("Emergency numbers"), why, "S8", pages)]


def languages_complete(tenant: Tenant) -> list[Item]:
    """Whether everything is said in each of the line's languages.  Rule: ours."""
    found = lacking(tenant)
    codes = ", ".join(tenant.languages)
    if found:
        why = _("Texts that are not there in every language (%(codes)s): %(count)s.")
        why %= {"count": len(found), "codes": codes}
    else:
        why = _("Every text is there in every language (%(codes)s).") % {"codes": codes}
    pages = ("admin:texts",)
    title = _("Every text in every language")
    return [Item("languages", _mark(not found), title, why, "ours", pages)]


def embedding_checked(tenant: Tenant) -> list[Item]:
    """Whether each page that may show the bubble has asked for it once.  Rule: T2."""
    if not tenant.bubble_opens:
        return []
    unseen = [one for one in tenant.bubble_origins if one not in tenant.bubble_seen]
    why = (
        _("No page there has asked for the bubble yet: %(origins)s.")
        % {"origins": ", ".join(unseen)}
        if unseen
        else _("The organisation's own pages ask for the bubble.")
    )
    pages = ("admin:embedding",)
    title = _("The bubble on the organisation's own pages")
    return [Item("embedding", _mark(not unseen), title, why, "T2", pages)]


def dry_run_passed(tenant: Tenant) -> list[Item]:
    """Whether a dry run has kept every promise since the last change.  Rule: ours."""
    last = DryRun.objects.first()
    if last is None:
        why = _("No dry run has been made yet.")
    elif last.digest != digest_of(tenant):
        why = _("Something has been changed since the last dry run.")
    elif last.broken:
        why = _("Promises that were not kept in the last dry run: %(count)s.")
        why %= {"count": last.broken}
    else:
        why = _("Every promise was kept in the dry run of these settings.")
    done = last is not None and not last.broken and last.digest == digest_of(tenant)
    return [Item("dry-run", _mark(done), _("A dry run"), why, "ours", ("dry-run",))]


# In the order in which one goes through them; the dry run looks at all of the others, and is last.
checks: list[Check] = [
    policy_published, hours_set, emergency_numbers, notice_telephone, languages_complete,
    embedding_checked, two_administrators, somebody_answers, dry_run_passed,
]  # fmt: skip


def add_check(check: Check) -> None:
    """Put a check of a floor above before the dry run; twice is once."""
    if check not in checks:
        checks.insert(-1, check)


def _mark(done: bool) -> Mark:
    return Mark.DONE if done else Mark.MISSING


def _enrolled(users: Collection[int]) -> set[int]:
    """Return which persons have a second factor, where one is asked of everybody."""
    return factors.who_have(users) if factors.is_required() else set(users)
