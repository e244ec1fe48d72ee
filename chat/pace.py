"""What is known of a line's pace: who is ready now, and how long its talks have lasted.  Rule: D7

Of a talk that is over nothing stays here but one more in a class of lengths: no id, no time.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from django.db.models import Q

from chat.estimates import Crew, Outlook, count_length, usual_lengths
from chat.models import Conversation, Pace, Presence
from chat.rests import rests_until
from chat.states import State
from tenants.fitness import fit_members, today_at
from tenants.models import Tenant

# Who loads the desk's page anew is not away.
RELOADS_WITHIN = timedelta(seconds=60)


def crew(tenant: Tenant, *, now: datetime) -> Crew | None:
    """Return who can take somebody, and what they have; None where nobody is ready. In the scope."""
    here = Q(lost_at__isnull=True) | Q(lost_at__gt=now - RELOADS_WITHIN)
    fit = fit_members(on=today_at(tenant, now=now))
    there = Presence.objects.filter(here, ready=True, membership__in=fit)
    ready = {row.membership_id: row for row in there}
    if not ready:
        return None
    talks = Conversation.objects.filter(
        counsellor__in=ready, state__in=[State.ACTIVE, State.PAUSED]
    ).values_list("counsellor", "claimed_at")
    rows = list(talks)
    has = Counter(counsellor for counsellor, _ in rows)
    ages = [(now - claimed_at).total_seconds() for _, claimed_at in rows if claimed_at]
    free, rests = 0, []
    for member, presence in ready.items():
        places = max(0, tenant.capacity - has[member])
        until = rests_until(presence, now=now)
        if until:
            rests += [(until - now).total_seconds()] * places
        else:
            free += places
    return Crew(free, tuple(max(0.0, age) for age in ages), tuple(rests))


def outlook(tenant: Tenant, *, now: datetime) -> Outlook | None:
    """Return when whose turn comes; None where nobody is ready. Three queries, in the scope."""
    ready = crew(tenant, now=now)
    if ready is None:
        return None
    lengths = Pace.objects.values_list("lengths", flat=True).first()
    return Outlook(ready, lengths or usual_lengths())


def note_length(tenant: Tenant, seconds: float) -> None:
    """Count a talk that is over, in the transaction that ends it."""
    known, _ = Pace.objects.select_for_update().get_or_create(
        tenant=tenant, defaults={"lengths": usual_lengths()}
    )
    known.lengths = count_length(known.lengths or usual_lengths(), seconds)
    known.save(update_fields=["lengths"])
