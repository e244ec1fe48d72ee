"""What passing on adds to a tenant's own host."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from referrals.pages.directory import directory

urlpatterns: list[URLPattern | URLResolver] = [
    path("directory/", directory, name="directory"),
]
