"""The daily look at proofs: a domain that was lost or sold is served no more."""

from __future__ import annotations

import uuid
from typing import Final

import asyncpg
import msgspec

from nakamise.runtime import Runtime
from nakamise.tenancy.agencies.claims import NO_ANSWER, NOT_FOUND, look, make_canonical
from nakamise.tenancy.control import announce, lock_tenant
from nakamise.tenancy.owner import owner_transaction

# One lost record must not close a shop: an owner who moves name servers has this many days.
MISSES_MAX: Final = 3
_DUE: Final = (
    "SELECT tenant_id, host, token FROM nakamise.host_claim"
    " WHERE verified_at IS NOT NULL AND checked_at < now() - interval '20 hours' ORDER BY checked_at"
)


class Due(msgspec.Struct, frozen=True):
    tenant_id: uuid.UUID
    host: str
    token: str


async def recheck(runtime: Runtime) -> list[str]:
    """The hosts that are served no more."""
    async with runtime.db.control(read_only=True) as tx:
        due = await tx.all(Due, _DUE)
    lost = [claim.host for claim in due if await _check(runtime, claim)]
    if lost:
        await runtime.directory.catch_up()
    return lost


async def _check(runtime: Runtime, due: Due) -> bool:
    """Whether the host was lost by this look."""
    error = await look(runtime, due.host, due.token)
    async with owner_transaction(runtime.settings) as connection:
        await lock_tenant(connection, due.tenant_id)
        misses = await connection.fetchval(
            "UPDATE nakamise.host_claim SET checked_at = now(), error = $4,"
            " misses = CASE WHEN $4 = $5 THEN misses + 1 WHEN $4 = '' THEN 0 ELSE misses END"
            " WHERE tenant_id = $1 AND host = $2 AND token = $3 RETURNING misses",
            *(due.tenant_id, due.host, due.token, error, NOT_FOUND),
        )
        if error in ("", NO_ANSWER) or misses is None or misses < MISSES_MAX:
            return False
        return await _withdraw(connection, due)


async def _withdraw(connection: asyncpg.Connection, due: Due) -> bool:
    """False for a tenant's only address: without one nobody could reach its administration."""
    other = await connection.fetchval(
        "SELECT h.host FROM nakamise.tenant_host h WHERE h.tenant_id = $1 AND h.host <> $2"
        " ORDER BY h.canonical DESC, h.created_at LIMIT 1",
        due.tenant_id,
        due.host,
    )
    if other is None:
        return False
    await connection.execute(
        "DELETE FROM nakamise.tenant_host WHERE tenant_id = $1 AND host = $2", due.tenant_id, due.host
    )
    await connection.execute(
        "UPDATE nakamise.host_claim SET verified_at = NULL WHERE tenant_id = $1 AND host = $2",
        due.tenant_id,
        due.host,
    )
    await make_canonical(connection, due.tenant_id, other)
    detail = {"host": due.host}
    await announce(connection, due.tenant_id, "host.lost", actor="system", detail=detail)
    return True
