"""Where the line is, on whose pages it may be shown, and whether it can be read."""

from __future__ import annotations

from django.utils.translation import gettext as _

from tenants.charter.contradictions import refuse_contradictions
from tenants.charter.sections import ORIGIN
from tenants.charter.table import Problems
from tenants.checkup.finding import Finding, Severity
from tenants.exporting import charter_of
from tenants.models import Country, Tenant
from tenants.policies import newest_policy
from tenants.scope import tenant_scope

ZONES = {
    Country.NORWAY.value: ("Europe/Oslo", "Arctic/Longyearbyen", "Atlantic/Jan_Mayen"),
    Country.SWEDEN.value: ("Europe/Stockholm",),
}


def time_zone(tenant: Tenant) -> list[Finding]:
    """Hours and working days are those of the line's country, told by its clock."""
    known = ZONES[tenant.country]
    if tenant.zone in known:
        return []
    words = _("The clock of this line is that of %(zone)s, and its country goes by %(known)s.")
    said = words % {"zone": tenant.zone, "known": known[0]}
    return [Finding("zone", Severity.BLOCKS, said, "", "tenant")]


def embedding(tenant: Tenant) -> list[Finding]:
    """A page is let in by its origin, letter for letter.  Rule: T2"""
    if tenant.bubble_opens != Tenant.BubbleOpens.FRAME:
        return []
    if not tenant.bubble_origins:
        words = _("The bubble opens the chat in a page, and no page may show it.")
        return [Finding("no_origin", Severity.BLOCKS, words, "T2", "bubble")]
    words = _(
        "“%(origin)s” is no address of a page: write it as https://www.town.se, without a path."
    )
    return [
        Finding("origin", Severity.BLOCKS, words % {"origin": origin}, "T2", "bubble")
        for origin in tenant.bubble_origins
        if not ORIGIN.fullmatch(origin)
    ]


def looks(tenant: Tenant) -> list[Finding]:
    """What a charter file would be refused for, beside its policy."""
    with tenant_scope(tenant):
        if newest_policy(tenant) is None:
            return []
        charter = charter_of(tenant)
        problems = Problems(charter.file)
        refuse_contradictions(charter, problems)
    words = _("“%(key)s” has %(found)s, and should have %(expected)s.")
    return [
        Finding("contradiction", Severity.BLOCKS, words % vars(each), "", each.key.split(".")[0])
        for each in problems.all
        if not each.key.startswith("policy")
    ]
