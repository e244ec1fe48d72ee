"""What a tenant's administrators see to of the talk, at ``/t/<slug>/``: each page adds itself."""

from chat.pages.administration import evaluation, handbook, members, policy, rota

__all__ = ["evaluation", "handbook", "members", "policy", "rota"]
