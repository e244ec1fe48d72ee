"""What passing on adds to a tenant's own host."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from referrals.pages.directory import directory
from referrals.pages.piece import piece
from referrals.views import arrive, come_home

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/handoffs/arrive", arrive, name="handoff-arrive"),
    path("api/handoffs/return", come_home, name="handoff-return"),
    path("handoffs/piece/", piece, name="handoff-piece"),
    path("directory/", directory, name="directory"),
]
