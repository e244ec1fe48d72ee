"""The second wall: code that touches a tenant's rows says for which tenant.

A row reaches Python only through ``TenantManager``, and the manager refuses to work unless
``tenant_scope(tenant)`` is open. The scope also tells PostgreSQL, inside the transaction that
does the work, so that row security (the third wall) filters by the same tenant even where a
query forgets to.

The setting is transaction-local on purpose: a session-level setting survives into the next
request on a pooled connection and hands it the previous tenant's rows.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, ClassVar, TypeVar

from django.db import connection, models, transaction

from tenants.errors import CrossTenant, Unscoped

if TYPE_CHECKING:
    from tenants.models.tenant import Tenant

M = TypeVar("M", bound=models.Model)

_active: ContextVar[Tenant | None] = ContextVar("helpline_tenant", default=None)


def active_tenant() -> Tenant | None:
    """Return the tenant of the open scope, or None outside every scope."""
    return _active.get()


@contextmanager
def tenant_scope(tenant: Tenant) -> Generator[None]:
    """Open a transaction in which only ``tenant``'s rows exist.

    Nesting with the same tenant does nothing more. Raises CrossTenant for another one: work
    for two tenants is two scopes, one after the other.
    """
    current = _active.get()
    if current is not None:
        if current.pk != tenant.pk:
            raise CrossTenant(f"scope of {current.slug} is open; close it before {tenant.slug}")
        yield
        return
    token = _active.set(tenant)
    goes_on = connection.in_atomic_block
    try:
        with transaction.atomic():
            _tell_database(str(tenant.pk))
            yield
            if goes_on:
                # The outer transaction must not keep the tenant; one of our own ends with it.
                _tell_database("")
    finally:
        _active.reset(token)


def _tell_database(tenant: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.tenant', %s, true)", [tenant])


@contextmanager
def database_role(role: str) -> Generator[None]:
    """Do the enclosed statements as ``role``, then as the application again.

    ``role`` is one of the names in tenants/wall.py. Needs an open transaction, because the
    role must not outlive it. Raises TransactionManagementError outside one.
    """
    transaction.get_connection().validate_no_broken_transaction()
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError(f"role {role} needs a transaction")
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {connection.ops.quote_name(role)}")
    yield
    # Not in a finally: after a failed statement the transaction is lost, and with it the role.
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE NONE")


class TenantManager(models.Manager[M]):
    """The only way to a tenant's rows; refuses outside ``tenant_scope``."""

    def get_queryset(self) -> models.QuerySet[M]:
        tenant = _active.get()
        if tenant is None:
            raise Unscoped(f"{self.model.__name__} was reached outside tenant_scope()")
        return super().get_queryset().filter(tenant_id=tenant.pk)


class TenantModel(models.Model):
    """A row that belongs to one tenant.

    A subclass is a ``Kind`` in the registry of ``retention`` or sets ``NOT_PERSONAL``;
    ``manage.py check`` refuses one that is neither.
    """

    NOT_PERSONAL: ClassVar[bool] = False

    # No index of its own: each model has one that begins with the tenant, for what is asked of it.
    tenant = models.ForeignKey(
        "tenants.Tenant", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    objects = TenantManager()

    class Meta:
        abstract = True
