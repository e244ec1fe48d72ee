"""The third wall: PostgreSQL itself keeps tenants apart and the expired out of sight.

``Wall`` is a migration operation, one for each tenant-owned model. It forces row security on
the table, gives each role just the rights that are named, and turns every foreign key between
two tenant-owned tables into a composite one, because foreign-key checks look past row security:
without the tenant in the key, a row of one tenant could point at a row of another.

The roles (helpline/provision.py makes them; none may bypass row security):

| role   | may                                                                                |
|--------|------------------------------------------------------------------------------------|
| owner  | own the schema; migrations only                                                    |
| app    | what ``app=`` says, on living rows of the tenant that the transaction has named    |
| purge  | what ``purge=`` says, on expired rows of that tenant that nobody holds; no content |
| hold   | read held rows of that tenant, expired or not                                      |
| writer | what ``writer=`` says; nobody logs in as it: it owns the functions that write      |

``referenced`` tables are what others point at; a field in ``keyed_elsewhere`` has its composite
key in SQL of its own.

An expired row is a row past ``alive`` (an SQL condition over the row). It disappears for the
application at that moment, whether or not any job runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.db import models, router
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

OWNER, APP, PURGE, HOLD, WRITER = (
    f"helpline_{name}" for name in ("owner", "app", "purge", "hold", "writer")
)

# nullif: after a transaction that set it, the setting reads '' and not NULL.
# The sub-select makes PostgreSQL look the setting up once a statement and not once a row.
MINE = "tenant_id = (SELECT nullif(current_setting('app.tenant', true), '')::int)"
NOW = "(SELECT retention_now())"


class Wall(Operation):
    """Put one table behind row security. Not reversible: a wall is not taken down."""

    reversible: ClassVar[bool] = False

    def __init__(
        self,
        model: str,
        *,
        app: str,
        alive: str = "",
        held: str = "",
        purge: Sequence[str] = (),
        purge_sees: str = "",
        writer: Sequence[str] = (),
        hold: str = "",
        referenced: bool = False,
        keyed_elsewhere: Sequence[str] = (),
    ) -> None:
        self.model, self.app, self.alive, self.held = model, app, alive, held
        self.purge, self.purge_sees = tuple(purge), purge_sees
        self.writer, self.hold = tuple(writer), hold
        self.referenced, self.keyed_elsewhere = referenced, tuple(keyed_elsewhere)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        said = {name: value for name, value in vars(self).items() if name != "model"}
        return (type(self).__qualname__, [self.model], said)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing in Django's eyes: the columns stay as they are."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if not router.allow_migrate(schema_editor.connection.alias, app_label):
            return
        model = to_state.apps.get_model(app_label, self.model)
        for statement in self.statements(model):
            schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return f"Put {self.model} behind row security"

    def statements(self, model: type[models.Model]) -> list[str]:
        """Return the SQL for ``model``, in order."""
        table = model._meta.db_table
        alive = f" AND ({self.alive})" if self.alive else ""
        sql = [
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY owner ON {table} TO {OWNER} USING (true) WITH CHECK (true)",
            f"CREATE POLICY app ON {table} TO {APP} USING ({MINE}{alive}) WITH CHECK ({MINE}{alive})",
            f"GRANT {self.app} ON {table} TO {APP}",
            *self._for_purge(table),
            *self._for_writer(table),
            *self._for_hold(table),
        ]
        if self.referenced:
            sql.append(
                f"ALTER TABLE {table} ADD CONSTRAINT {table}_in_tenant UNIQUE (tenant_id, id)"
            )
        fields = [f for f in _inside_the_wall(model) if f.name not in self.keyed_elsewhere]
        return sql + [_composite(table, field) for field in fields]

    def _for_purge(self, table: str) -> list[str]:
        if not self.purge:
            return []
        sees = self.purge_sees or f"NOT ({self.alive})"
        return [
            f"CREATE POLICY purge ON {table} TO {PURGE} USING ({MINE} AND {sees}) WITH CHECK ({MINE})",
            *(f"GRANT {right} ON {table} TO {PURGE}" for right in self.purge),
        ]

    def _for_writer(self, table: str) -> list[str]:
        if not self.writer:
            return []
        return [
            f"CREATE POLICY writer ON {table} TO {WRITER} USING (true) WITH CHECK (true)",
            *(f"GRANT {right} ON {table} TO {WRITER}" for right in self.writer),
        ]

    def _for_hold(self, table: str) -> list[str]:
        if not self.hold:
            return []
        return [
            f"CREATE POLICY hold ON {table} FOR SELECT TO {HOLD} USING ({MINE} AND {self.held})",
            f"GRANT {self.hold} ON {table} TO {HOLD}",
        ]


def _inside_the_wall(model: type[models.Model]) -> list[models.ForeignKey[Any, Any]]:
    return [
        field
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
        and field.name != "tenant"
        and any(other.name == "tenant" for other in field.related_model._meta.local_fields)
    ]


def _composite(table: str, field: models.ForeignKey[Any, Any]) -> str:
    target = field.related_model._meta.db_table
    return (
        f"ALTER TABLE {table} ADD CONSTRAINT {table}_{field.name}_in_tenant "
        f"FOREIGN KEY (tenant_id, {field.column}) REFERENCES {target} (tenant_id, id) "
        "DEFERRABLE INITIALLY IMMEDIATE"
    )
