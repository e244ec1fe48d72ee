"""What a tenant's own host answers: the visitor's page, what is promised and the proof."""

from __future__ import annotations

from django.urls import path

from chat.pages.bubble import bubble, framed
from chat.pages.privacy import privacy
from chat.pages.proof import ledger_file, proof
from chat.pages.theme import theme
from chat.pages.visitor import visitor
from chat.views import closed_tab, evaluations, leave, resume, start, status
from retention.views import promises

urlpatterns = [
    path("", visitor, name="visitor"),
    path("privacy/", privacy, name="privacy"),
    path("proof/", proof, name="proof"),
    path("proof/ledger.json", ledger_file, name="ledger"),
    path("api/status", status, name="status"),
    path("api/conversations", start, name="start"),
    path("api/evaluations", evaluations, name="evaluations"),
    path("api/conversations/resume", resume, name="resume"),
    path("api/conversations/closed-tab", closed_tab, name="closed_tab"),
    path("api/conversations/leave", leave, name="leave"),
    path("health/promises", promises, name="promises"),
    path("bubble.js", bubble, name="bubble"),
    path("framed/", framed, name="framed"),
    path("theme.css", theme, name="theme"),
]
