"""One moment of a tenant, with nobody changing its tables."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from nakamise.tenancy.control import TENANT_LOCKS
from nakamise.tenancy.transfer.tables import STABLE_TEXT


@asynccontextmanager
async def snapshot(connection: asyncpg.Connection, slug: str) -> AsyncIterator[None]:
    """REPEATABLE READ, read only, under the tenant's lock: migrations and switches wait, everything else goes on.

    The lock comes first and by session: a snapshot taken while waiting for it would be older than the
    tables that it then reads. It is released when the transaction ends.
    """
    lock = "(SELECT hashtext(id::text) FROM nakamise.tenant WHERE slug = $2)"
    await connection.execute("SET lock_timeout = '30s'")
    await connection.execute(f"SELECT pg_advisory_lock($1, {lock})", TENANT_LOCKS, slug)
    try:
        await connection.execute(f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {STABLE_TEXT}")
        try:
            yield
        finally:
            await connection.execute("ROLLBACK")
    finally:
        await connection.execute(f"SELECT pg_advisory_unlock($1, {lock})", TENANT_LOCKS, slug)
