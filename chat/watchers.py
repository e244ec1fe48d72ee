"""What others do in the moment in which a talk is taken or ends, and whom they wait for.

The apps above fill these as they start. ``claimed`` and ``ended`` run in the scope and the
transaction of what has happened, the talk locked; a claim is undone by raising. ``awaited`` says
which talks are not neglected while their visitor is away, since they are expected back. ``parked``
runs where a visitor has fled from a talk that stays open, as ``ended`` does where it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from chat.models import Conversation
from chat.states import By
from tenants.models import Tenant

# Of those alone who stood in front of the queue: all others have just come through its door.
claimed: list[Callable[[Tenant, Conversation], None]] = []
ended: list[Callable[[Tenant, Conversation, By], None]] = []
parked: list[Callable[[Tenant, Conversation], None]] = []
awaited: list[Callable[[], Collection[UUID]]] = []
