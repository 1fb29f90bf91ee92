"""What every act on the shared schema ends with: a line in the audit, a new version, word to all processes."""

from __future__ import annotations

import uuid
from typing import Any, Final

import asyncpg

from nakamise.ids import uuid7

CHANNEL: Final = "nakamise_directory"
# Advisory locks live in one space for the whole database; the first key tells ours apart.
_TENANT_LOCKS: Final = 0x6E6B


async def lock_tenant(connection: asyncpg.Connection, tenant_id: uuid.UUID) -> None:
    """Until the end of the transaction nobody else migrates or switches this tenant."""
    await connection.execute("SELECT pg_advisory_xact_lock($1, hashtext($2))", _TENANT_LOCKS, str(tenant_id))


async def announce(
    connection: asyncpg.Connection,
    tenant_id: uuid.UUID,
    act: str,
    *,
    actor: str = "operator",
    detail: dict[str, Any] | None = None,
) -> None:
    """To be called last in the transaction: the version row is locked until it ends."""
    await connection.execute(
        "INSERT INTO nakamise.control_audit (id, actor, act, tenant_id, detail) VALUES ($1, $2, $3, $4, $5)",
        uuid7(),
        actor,
        act,
        tenant_id,
        detail or {},
    )
    await connection.execute("UPDATE nakamise.tenant SET version = version + 1 WHERE id = $1", tenant_id)
    await connection.execute("UPDATE nakamise.directory_version SET version = version + 1")
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, str(tenant_id))
