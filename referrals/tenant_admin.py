"""What a tenant's administrators see to of passing on, at ``/t/<slug>/``: each page adds itself."""

from referrals.pages.administration import pacts, services

__all__ = ["pacts", "services"]
