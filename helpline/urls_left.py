"""What the host of a line answers that has left: that it is closed, who else is there, the proof."""

from __future__ import annotations

from django.urls import path

from chat.pages.left import departure_file, left
from chat.pages.privacy import privacy
from chat.pages.proof import ledger_file, proof
from chat.pages.theme import theme

handler404 = "chat.pages.missing.missing"
urlpatterns = [
    path("", left, name="visitor"),
    path("privacy/", privacy, name="privacy"),
    path("proof/", proof, name="proof"),
    path("proof/ledger.json", ledger_file, name="ledger"),
    path("proof/departure.json", departure_file, name="departure"),
    path("theme.css", theme, name="theme"),
]
