"""Panels: what stands beside the talks on the desk, from whichever app has something to show there.

An app fills the registry in ``AppConfig.ready``. The desk shows one panel at a time, and gives it
a place, a title, a way to open and close, and a shortcut. Everything else is the panel's own: its
template and its ES module. They speak with the desk by three events and nothing else:

- the desk sends ``panel:open`` to the panel's element (``[data-panel="<name>"]``) each time that it
  opens;
- a panel that sends ``desk:quote`` from inside itself (bubbling, ``detail: {text, name}``) puts text
  into the draft of the talk in front. It is never sent by itself;
- one that sends ``desk:card`` (``detail: {kind, content}``) lays a card in the talk in front. The
  desk cancels either where there is no such talk. How a card of its kind looks there a panel says by
  ``giveLook`` (static/chat/js/cards.js).

Which talk is in front stands on the page: ``[data-pane][data-selected]``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from tenants.models import Membership, Tenant


@dataclass(frozen=True)
class Panel:
    """One panel; ``label`` is a lazy translation of whoever registers it.

    ``template`` is included with ``panel`` and ``page``; ``script`` is a static file, as is ``style``
    where it has one. ``key`` is the letter that opens it together with Alt. ``shown(tenant, member)``
    runs in the tenant's scope. ``section`` is the office page that shows the same at length: the
    panel leads there.
    """

    name: str
    label: str | Promise
    template: str
    script: str
    key: str
    shown: Callable[[Tenant, Membership], bool]
    section: str = ""
    style: str = ""

    @property
    def place(self) -> str:
        """Return which key that is on the keyboard, whatever it types."""
        return f"Key{self.key}"


# Taken by the desk itself: static/chat/js/shortcuts.js.
TAKEN = frozenset("NUJKPLQMWRX")

_panels: dict[str, Panel] = {}


def register_panel(panel: Panel) -> None:
    """Add ``panel``; a second registration under the same name replaces the first.

    Raises ValueError for a key that already does something.
    """
    others = {one.key for one in _panels.values() if one.name != panel.name}
    if panel.key in TAKEN | others:
        raise ValueError(f"Alt+{panel.key} already does something; choose another key")
    _panels[panel.name] = panel


def panels_for(tenant: Tenant, member: Membership) -> list[Panel]:
    """Return the panels that ``member`` finds on the desk of ``tenant``, in order. In the scope."""
    return [panel for panel in _panels.values() if panel.shown(tenant, member)]
