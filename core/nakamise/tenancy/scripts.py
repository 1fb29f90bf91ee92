"""SQL text that brings a tenant schema forward, from its migrations."""

from __future__ import annotations

from collections.abc import Sequence

from nakamise.ids import check_schema_name
from nakamise.tenancy.history import History, Migration, narrowed, statements
from nakamise.tenancy.owner import EXTENSION_SCHEMA, Names
from nakamise.tenancy.roles import tenant_role_script


def path_statement(schema: str) -> str:
    """Where migrations run: the tenant's schema, and operator classes of extensions."""
    return f'SET LOCAL search_path = "{check_schema_name(schema)}", {EXTENSION_SCHEMA}, pg_temp'


def migration_statements(schema: str, migration: Migration) -> list[str]:
    """Its statements, the rights it takes away and the row that says it was applied."""
    check_schema_name(schema)
    # All four values come from checked names and hashes, never from outside.
    applied = (
        "INSERT INTO core_migration (plugin, revision, name, sha256)"  # noqa: S608
        f" VALUES ('{migration.plugin}', {migration.revision}, '{migration.name}', '{migration.sha256}')"
    )
    return [
        *statements(migration.sql),
        *(f'REVOKE {rights} ON "{table}" FROM "{schema}"' for rights, table in narrowed(migration)),
        applied,
    ]


def combined_statements(
    schema: str, named: Names, histories: Sequence[History], *, shard: bool = False
) -> list[str]:
    """Everything for a new tenant: role, schema, and all migrations in order."""
    parts = [*statements(tenant_role_script(schema, named, shard=shard)), path_statement(schema)]
    for history in histories:
        for migration in history.migrations:
            parts += migration_statements(schema, migration)
    return parts


def combined_script(schema: str, named: Names, histories: Sequence[History]) -> str:
    """The same as one message."""
    return ";\n".join(combined_statements(schema, named, histories)) + ";\n"
