"""Bring one schema to the head of one history."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import asyncpg

from nakamise.tenancy.history import History, Migration, MigrationError, narrowed, shared_history, statements
from nakamise.tenancy.owner import Names, on_citus
from nakamise.tenancy.scripts import (
    combined_script,
    combined_statements,
    migration_statements,
    path_statement,
)

_SHARED_LOCK = 0x6E6B_7368_6172


class MigrationChanged(MigrationError):
    """A file that was applied somewhere is not what it was."""


def pending(history: History, applied: dict[int, str]) -> list[Migration]:
    """What is to be done; ``applied`` maps revision to sha256. Newer revisions than ours are left alone.

    Raises MigrationChanged for an edited file, MigrationError for one that was slipped in later.
    """
    head = max(applied, default=0)
    todo = []
    for migration in history.migrations:
        known = applied.get(migration.revision)
        if known is None:
            if migration.revision < head:
                raise MigrationError(
                    f"{migration.label} was added after revision {head:04d} had been applied."
                )
            todo.append(migration)
        elif known != migration.sha256:
            raise MigrationChanged(
                f"{migration.label} was changed after it had been applied. Restore the file."
            )
    return todo


async def migrate_shared(connection: asyncpg.Connection, named: Names) -> int:
    """Bring the shared schema to its head, in one transaction; the number of migrations applied."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", _SHARED_LOCK)
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS nakamise.shared_migration (revision integer PRIMARY KEY,"
            " name text NOT NULL, sha256 text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        rows = await connection.fetch("SELECT revision, sha256 FROM nakamise.shared_migration")
        todo = pending(shared_history(), {row["revision"]: row["sha256"] for row in rows})
        for migration in todo:
            await _apply_shared(connection, migration, named)
    return len(todo)


async def _apply_shared(connection: asyncpg.Connection, migration: Migration, named: Names) -> None:
    sql = migration.sql
    for mark, role in (("{app}", named.app), ("{control}", named.control), ("{tenants}", named.tenants)):
        sql = sql.replace(mark, f'"{role}"')
    for statement in statements(sql):
        await connection.execute(statement)
    for rights, table in narrowed(migration):
        await connection.execute(f'REVOKE {rights} ON nakamise."{table}" FROM "{named.control}"')
    await connection.execute(
        "INSERT INTO nakamise.shared_migration (revision, name, sha256) VALUES ($1, $2, $3)",
        migration.revision,
        migration.name,
        migration.sha256,
    )


async def build_schema(
    connection: asyncpg.Connection, schema: str, named: Names, histories: Sequence[History]
) -> None:
    """Role, schema and tables of a new tenant, inside the caller's transaction."""
    if not await on_citus(connection):
        await connection.execute(combined_script(schema, named, histories))
        return
    # Citus refuses an index in a message with other statements.
    for statement in combined_statements(schema, named, histories, shard=True):
        await connection.execute(statement)


async def migrate_schema(connection: asyncpg.Connection, schema: str, history: History) -> int:
    """Inside the caller's transaction, one statement a message; the number of migrations applied."""
    await connection.execute(path_statement(schema))
    rows = await connection.fetch(
        "SELECT revision, sha256 FROM core_migration WHERE plugin = $1", history.plugin
    )
    todo = pending(history, {row["revision"]: row["sha256"] for row in rows})
    for migration in todo:
        for statement in migration_statements(schema, migration):
            await connection.execute(statement)
    return len(todo)


async def write_ledger(connection: asyncpg.Connection, tenant_id: uuid.UUID, history: History) -> None:
    """Mirror that the tenant is at the head of ``history``."""
    await connection.execute(
        "INSERT INTO nakamise.migration_ledger (tenant_id, plugin, revision, digest) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT (tenant_id, plugin) DO UPDATE SET revision = excluded.revision,"
        " digest = excluded.digest, error = NULL, changed_at = now()",
        tenant_id,
        history.plugin,
        history.head,
        history.digest,
    )
