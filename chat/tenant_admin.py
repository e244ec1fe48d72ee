"""What a tenant's administrators see to of the talk, at ``/t/<slug>/``: each page adds itself."""

from chat.pages.administration import evaluation, handbook, invitations, members, policy, rota

__all__ = ["evaluation", "handbook", "invitations", "members", "policy", "rota"]
