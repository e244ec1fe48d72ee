"""What this app adds to a tenant's administration, at ``/t/<slug>/``: each page adds itself."""

from __future__ import annotations

from chat.pages.administration import (
    embedding,
    evaluation,
    handbook,
    hours,
    invitations,
    look,
    members,
    policy,
    rota,
    texts,
    trail,
)

__all__ = [
    "embedding",
    "evaluation",
    "handbook",
    "hours",
    "invitations",
    "look",
    "members",
    "policy",
    "rota",
    "texts",
    "trail",
]
