"""What this app adds to a tenant's administration, at ``/t/<slug>/``."""

from __future__ import annotations

from chat.pages.administration import embedding, hours, look, texts, trail

__all__ = ["embedding", "hours", "look", "texts", "trail"]
