"""Where somebody stands before the vault: whose it is, who they are, and the page around it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse

from retention.vault.openings import Opener
from tenants.models import Tenant


@dataclass(frozen=True)
class VaultDesk(ABC):
    """One person before the vault of one tenant, in the language of the page."""

    tenant: Tenant
    actor: Opener
    language: str

    @property
    @abstractmethod
    def url(self) -> str:
        """The address of the vault's own page."""

    @abstractmethod
    def url_of(self, request_id: UUID) -> str:
        """The address of one opening."""

    @abstractmethod
    def show(self, template: str, content: object, *, status: int = 200) -> HttpResponse:
        """Render ``template`` with ``content`` in the frame of this desk."""
