"""What becomes of talks at a line that leaves, and which of its counts it takes with it."""

from __future__ import annotations

import csv
import io

from chat import conversations
from chat.figures import Slugs, course
from chat.models import Conversation, HandoverNote
from chat.periods import periods_over
from chat.states import By, State
from retention import clock
from tenants.models import Tenant
from tenants.scope import tenant_scope


def close_line(tenant: Tenant) -> None:
    """End every talk that is alive, and drop what one shift has told the next. Opens its own scopes.

    The key is gone already: whoever is in a talk is told that it has ended, and where else to turn.
    """
    with tenant_scope(tenant):
        alive = Conversation.objects.exclude(state=State.ENDED)
        talks = list(alive.values_list("pk", flat=True))
    for talk in talks:
        conversations.end_conversation(tenant, talk, by=By.SYSTEM)
    with tenant_scope(tenant):
        HandoverNote.objects.all().delete()


def counts(tenant: Tenant) -> str:
    """Return how many were answered, and how many went unanswered, of each period that is over.

    As a table in text; small numbers are withheld as on the page of figures. In the scope.
    """
    over = periods_over(tenant, now=clock.now())
    of = course(over, Slugs((), ())) if over else None
    out = io.StringIO()
    write = csv.writer(out).writerow
    write(["from", "to", "answered", "went unanswered"])
    for period in over:
        told = (of.answered[period], of.lost[period]) if of else (None, None)
        write([period.first, period.last, *("" if one is None else one for one in told)])
    return out.getvalue()
