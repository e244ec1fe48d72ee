"""What passing on adds to a tenant's desk host."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from referrals.pages.passing_on import handoffs, send_them_back

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/handoffs/", handoffs, name="handoffs"),
    path("desk/handoffs/<uuid:conversation>/send-back/", send_them_back, name="handoff-send-back"),
]
