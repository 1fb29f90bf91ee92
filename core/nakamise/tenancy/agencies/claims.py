"""Addresses of a tenant: asked for, proven by a TXT record, given up. Only proven ones are served.

Facts: a random value for each attempt, a daily look, thirty days of rest after a release.
"""

from __future__ import annotations

import uuid
from typing import Final

import asyncpg

from nakamise.contracts.control import HostClaim
from nakamise.errors import Conflict
from nakamise.ids import new_token
from nakamise.runtime import Runtime
from nakamise.tenancy.agencies.addresses import (
    HOSTS_MAX,
    address_of,
    addresses_of,
    challenge_name,
    clean_host,
    is_below,
    refuse_others,
)
from nakamise.tenancy.agencies.dns import DnsUnsure, txt_values
from nakamise.tenancy.agencies.scope import Scope, find, locked
from nakamise.tenancy.control import announce
from nakamise.tenancy.owner import owner_transaction
from nakamise.ui.i18n import N_

REST_DAYS: Final = 30
NOT_FOUND: Final = N_("The record was not found. New records can take some hours to be seen everywhere.")
NO_ANSWER: Final = N_("The domain's name servers did not answer. Please try again later.")


async def hosts(runtime: Runtime, scope: Scope, tenant_id: uuid.UUID) -> tuple[HostClaim, ...]:
    async with runtime.db.control(read_only=True) as tx:
        await find(tx, scope, tenant_id)
        return await addresses_of(tx.connection, tenant_id)


async def claim(runtime: Runtime, scope: Scope, tenant_id: uuid.UUID, text: str) -> HostClaim:
    base_domain = runtime.settings.base_domain
    host = clean_host(text, base_domain)
    async with owner_transaction(runtime.settings) as connection:
        await locked(connection, scope, tenant_id)
        await enter(connection, tenant_id, host, base_domain)
        await announce(connection, tenant_id, "host.claim", actor=scope.by, detail={"host": host})
        made = await address_of(connection, tenant_id, host)
    await runtime.directory.catch_up()
    return made


async def enter(connection: asyncpg.Connection, tenant_id: uuid.UUID, host: str, base_domain: str) -> None:
    """Serve it, or begin a proof. ``host`` comes from ``clean_host``. Raises Conflict."""
    await refuse_others(connection, tenant_id, host)
    known = {found.host: found.state for found in await addresses_of(connection, tenant_id)}
    if known.get(host) == "served":
        return
    if len(known) >= HOSTS_MAX:
        raise Conflict(N_("A site can have at most %(n)s addresses."), params={"n": HOSTS_MAX})
    if is_below(host, base_domain):
        await _serve(connection, tenant_id, host)
        return
    await connection.execute(
        "INSERT INTO nakamise.host_claim (tenant_id, host, token) VALUES ($1, $2, $3)"
        " ON CONFLICT (tenant_id, host) DO UPDATE SET token = excluded.token, created_at = now(),"
        " checked_at = NULL, misses = 0, error = ''",
        tenant_id,
        host,
        new_token(),
    )


async def _serve(connection: asyncpg.Connection, tenant_id: uuid.UUID, host: str) -> None:
    """Raises Conflict when another tenant was quicker."""
    tag = await connection.execute(
        "INSERT INTO nakamise.tenant_host (host, tenant_id) VALUES ($1, $2) ON CONFLICT (host) DO NOTHING",
        host,
        tenant_id,
    )
    if tag != "INSERT 0 1":
        raise Conflict(N_("This address is taken."), code="host_taken")
    await connection.execute("DELETE FROM nakamise.host_rest WHERE host = $1", host)


async def verify(runtime: Runtime, scope: Scope, tenant_id: uuid.UUID, host: str) -> HostClaim:
    async with runtime.db.control(read_only=True) as tx:
        await find(tx, scope, tenant_id)
        before = await address_of(tx.connection, tenant_id, host)
    if before.state == "served":
        return before
    error = await look(runtime, host, before.txt_value)
    async with owner_transaction(runtime.settings) as connection:
        await locked(connection, scope, tenant_id)
        # A proof that was begun anew meanwhile is another proof.
        noted = await connection.execute(
            "UPDATE nakamise.host_claim SET checked_at = now(), error = $4,"
            " verified_at = CASE WHEN $4 = '' THEN now() END"
            " WHERE tenant_id = $1 AND host = $2 AND token = $3",
            *(tenant_id, host, before.txt_value, error),
        )
        if noted == "UPDATE 1" and not error:
            await refuse_others(connection, tenant_id, host)
            await _serve(connection, tenant_id, host)
            await announce(connection, tenant_id, "host.verify", actor=scope.by, detail={"host": host})
        after = await address_of(connection, tenant_id, host)
    await runtime.directory.catch_up()
    return after


async def look(runtime: Runtime, host: str, token: str) -> str:
    """ "" when the record is there, else what is wrong."""
    try:
        found = await txt_values(runtime.settings, challenge_name(host))
    except DnsUnsure:
        return NO_ANSWER
    return "" if token in found else NOT_FOUND


async def release(runtime: Runtime, scope: Scope, tenant_id: uuid.UUID, host: str) -> None:
    async with owner_transaction(runtime.settings) as connection:
        await locked(connection, scope, tenant_id)
        before = await address_of(connection, tenant_id, host)
        if before.is_canonical:
            raise Conflict(N_("Choose another main address first."), code="canonical")
        await drop(connection, tenant_id, host)
        await announce(connection, tenant_id, "host.release", actor=scope.by, detail={"host": host})
    await runtime.directory.catch_up()


async def drop(connection: asyncpg.Connection, tenant_id: uuid.UUID, host: str) -> None:
    """Served no more, its proof void; a host that was served rests."""
    await connection.execute(
        "DELETE FROM nakamise.host_claim WHERE tenant_id = $1 AND host = $2", tenant_id, host
    )
    await connection.execute(
        "WITH gone AS (DELETE FROM nakamise.tenant_host WHERE tenant_id = $1 AND host = $2 RETURNING host)"
        " INSERT INTO nakamise.host_rest (host, tenant_id, until)"
        " SELECT host, $1, now() + make_interval(days => $3) FROM gone"
        " ON CONFLICT (host) DO UPDATE SET tenant_id = excluded.tenant_id, until = excluded.until",
        *(tenant_id, host, REST_DAYS),
    )


async def set_canonical(runtime: Runtime, scope: Scope, tenant_id: uuid.UUID, host: str) -> None:
    async with owner_transaction(runtime.settings) as connection:
        await locked(connection, scope, tenant_id)
        found = await address_of(connection, tenant_id, host)
        if found.state != "served":
            raise Conflict(N_("This address is not proven yet."), code="host_unproven")
        await make_canonical(connection, tenant_id, host)
        await announce(connection, tenant_id, "host.canonical", actor=scope.by, detail={"host": host})
    await runtime.directory.catch_up()


async def make_canonical(connection: asyncpg.Connection, tenant_id: uuid.UUID, host: str) -> None:
    await connection.execute(
        "UPDATE nakamise.tenant_host SET canonical = false WHERE tenant_id = $1 AND canonical", tenant_id
    )
    await connection.execute(
        "UPDATE nakamise.tenant_host SET canonical = true WHERE tenant_id = $1 AND host = $2", tenant_id, host
    )
