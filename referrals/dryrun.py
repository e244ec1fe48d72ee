"""What a visitor would be shown of a line's partners, at the moment of a dry run.  Rule: B3, B4, S10"""

from __future__ import annotations

from django.utils.translation import gettext as _

from chat.dryrun import Outcome
from chat.dryrun.stage import Moments, Stage
from chat.signposts import signposts
from referrals.referral import REFERRAL
from tenants.errors import HelplineError
from tenants.models import Partner, Tenant
from tenants.scope import tenant_scope
from tenants.texts import said_in


def partners(stage: Stage) -> Moments:
    """Lay each partner before a visitor, as a counsellor would. Asks, and leaves no trace at them.

    Of the tenant itself and not of its copy, with which nobody has agreed on anything.
    """
    yield stage.opens_at
    with tenant_scope(stage.tenant):
        rows = list(Partner.objects.order_by("slug"))
        shown = {post.value for post in signposts(stage.tenant, language=stage.language)}
    names = dict(Tenant.objects.filter(live=True).values_list("slug", "name"))
    for partner in rows:
        name = names.get(partner.slug, partner.slug)
        if partner.mode == Partner.Mode.LIVE:
            is_kept, said = _live(stage, partner, name)
        else:
            is_kept = f"partner:{partner.slug}" in shown
            said = _("The way to %(name)s can be shown.") % {"name": name}
            if not is_kept:
                said = _("The way to %(name)s cannot be shown.") % {"name": name}
        stage.note(said)
        stage.judge(
            f"partner:{partner.slug}",
            Outcome.KEPT if is_kept else Outcome.BROKEN,
            said,
            sentence=said_in(partner.texts, stage.language, stage.tenant),
            rule=partner.rule,
        )


def _live(stage: Stage, partner: Partner, name: str) -> tuple[bool, str]:
    try:
        card = REFERRAL.offer(stage.tenant, stage.language, {"to": partner.slug, "why": "-"})
    except HelplineError:
        return False, _("A talk cannot be passed on to %(name)s.") % {"name": name}
    if card["mode"] == Partner.Mode.LIVE:
        return True, _("A talk can be passed on to %(name)s now.") % {"name": name}
    said = _("A talk can be passed on to %(name)s, though not now: numbers are shown instead.")
    return True, said % {"name": name}
