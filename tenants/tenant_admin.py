"""What a tenant's administrators see to of this app's models, at ``/t/<slug>/``."""

from __future__ import annotations

from tenants.administration import dated, sections

__all__ = ["dated", "sections"]
