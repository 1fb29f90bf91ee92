"""One request of the matrix, and what stands in a tenant's tables before and after."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

import asyncpg
import httpx

from tests.isolation.table import Route, fill, query

_CHECKSUM: Final = "SELECT coalesce(md5(string_agg(t::text, '' ORDER BY t::text)), '') FROM {} t WHERE {}"
_SHARED: Final = (
    "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'nakamise'"
    " AND (column_name = 'tenant_id' OR (table_name = 'tenant' AND column_name = 'id'))"
    " AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = 'nakamise')"
)
# These change whenever somebody is signed in, whoever it is.
_RESTLESS: Final = ("core_session", "core_rate_bucket")


async def ask(
    client: httpx.AsyncClient, route: Route, things: Mapping[str, str], headers: Mapping[str, str]
) -> httpx.Response:
    client.cookies.clear()
    return await client.request(
        route.method, fill(route.path, things), params=query(route, things), headers=dict(headers)
    )


async def snapshot(owner: asyncpg.Connection, *tenants: uuid.UUID) -> dict[str, str]:
    """What stands in every table of these tenants, and of theirs in the shared schema, as checksums."""
    found = {}
    for tenant_id in tenants:
        schema = await owner.fetchval("SELECT schema FROM nakamise.tenant WHERE id = $1", tenant_id)
        for table in await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", schema):
            if table["tablename"] not in _RESTLESS:
                name = f'"{schema}"."{table["tablename"]}"'
                found[name] = await owner.fetchval(_CHECKSUM.format(name, "true"))
        for table in await owner.fetch(_SHARED):
            name = f'nakamise."{table["table_name"]}"'
            where = f"{table['column_name']} = '{tenant_id}'"
            found[f"{name} of {tenant_id}"] = await owner.fetchval(_CHECKSUM.format(name, where))
    return found
