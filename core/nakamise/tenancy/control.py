"""What every act on the shared schema ends with: a line in the audit, a new version, word to all processes."""

from __future__ import annotations

import uuid
from typing import Any, Final

import asyncpg
import msgspec

from nakamise.ids import uuid7

CHANNEL: Final = "nakamise_directory"
# Advisory locks live in one space for the whole database; the first key tells ours apart.
TENANT_LOCKS: Final = 0x6E6B


async def lock_tenant(connection: asyncpg.Connection, tenant_id: uuid.UUID) -> None:
    """Until the end of the transaction nobody else migrates or switches this tenant."""
    await connection.execute("SELECT pg_advisory_xact_lock($1, hashtext($2))", TENANT_LOCKS, str(tenant_id))


class By(msgspec.Struct, frozen=True, kw_only=True):
    """A user of an agency's console, who acts."""

    name: str
    user_id: uuid.UUID | None
    agency_id: uuid.UUID


async def announce(
    connection: asyncpg.Connection,
    tenant_id: uuid.UUID,
    act: str,
    *,
    actor: str | By = "operator",
    detail: dict[str, Any] | None = None,
) -> None:
    """To be called last in the transaction: the version row is locked until it ends."""
    await note(connection, act, tenant_id=tenant_id, actor=actor, detail=detail)
    await connection.execute("UPDATE nakamise.tenant SET version = version + 1 WHERE id = $1", tenant_id)
    await connection.execute("UPDATE nakamise.directory_version SET version = version + 1")
    await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, str(tenant_id))


async def note(
    connection: asyncpg.Connection,
    act: str,
    *,
    tenant_id: uuid.UUID | None = None,
    agency_id: uuid.UUID | None = None,
    actor: str | By = "operator",
    detail: dict[str, Any] | None = None,
) -> None:
    """Only the line in the audit: for acts on an agency, and those that change nothing of what processes keep.

    A line about a tenant belongs to the agency that the tenant has now.
    """
    who = (actor, None, None) if isinstance(actor, str) else (actor.name, actor.user_id, actor.agency_id)
    await connection.execute(
        "INSERT INTO nakamise.control_audit"
        " (id, actor, actor_user_id, actor_agency_id, act, detail, tenant_id, tenant_slug, agency_id)"
        " SELECT $1, $2, $3, $4, $5, $6, $7, coalesce(t.slug, ''), coalesce(t.agency_id, $8)"
        " FROM (SELECT $7::uuid AS id) asked LEFT JOIN nakamise.tenant t ON t.id = asked.id",
        *(uuid7(), *who, act, detail or {}, tenant_id, agency_id),
    )
