"""What partners have decided, as the checklist of a line asks before it goes live.  Rule: B3, B4"""

from __future__ import annotations

from django.utils.translation import gettext as _

from referrals.models import Partnership
from referrals.partnerships import pact_with
from retention import clock
from tenants.checklist import Item, Mark
from tenants.models import Partner, Tenant

_PROPOSED = Partnership.State.PROPOSED


def partners_decided(tenant: Tenant) -> list[Item]:
    """Whether each line to which talks are handed over has agreed to it. In the scope.

    Nothing where no visitor is passed on. What is only signposted needs nobody's yes.
    """
    now = clock.now()
    live = Partner.objects.filter(mode=Partner.Mode.LIVE)
    open_ones = [row.slug for row in live if pact_with(tenant, row.slug, now=now) is None]
    waiting = Partnership.objects.filter(state=_PROPOSED).values_list("partner", flat=True)
    undecided = sorted({*open_ones, *waiting})
    if not undecided and not live.exists() and not Partnership.objects.exists():
        return []
    why = (
        _("Not decided yet: %(lines)s.") % {"lines": ", ".join(undecided)}
        if undecided
        else _("Every line to which talks are handed over has agreed to it.")
    )
    pages = ("admin:pacts", "desk:office/partners/")
    mark = Mark.MISSING if undecided else Mark.DONE
    return [Item("partners", mark, _("What is agreed with partners"), why, "B3", pages)]
