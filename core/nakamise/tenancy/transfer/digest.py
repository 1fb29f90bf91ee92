"""Are two tenants equal? A hash for each table and object, the same wherever the tenant lives."""

from __future__ import annotations

import hashlib
import uuid

import asyncpg
import msgspec

from nakamise.errors import NotFound
from nakamise.host.registry import PluginHost
from nakamise.runtime import Runtime
from nakamise.tenancy.owner import owner_connection
from nakamise.tenancy.transfer.masks import Swapper, masking, pairs_for, swap
from nakamise.tenancy.transfer.secrets import blank_columns
from nakamise.tenancy.transfer.shared import read_tenant
from nakamise.tenancy.transfer.snapshot import snapshot
from nakamise.tenancy.transfer.tables import Table, copy_out, tables_of


class TableDigest(msgspec.Struct, frozen=True):
    rows: int
    sha256: str


class TenantDigest(msgspec.Struct, frozen=True):
    """``files`` maps object keys, without the schema's name, to SHA-256. Sealed columns are left out."""

    tables: dict[str, TableDigest]
    files: dict[str, str]

    @property
    def sha256(self) -> str:
        """One for all of it."""
        return hashlib.sha256(msgspec.json.encode(self, order="sorted")).hexdigest()


async def digest_tenant(runtime: Runtime, slug: str) -> TenantDigest:
    """Raises NotFound."""
    async with owner_connection(runtime.settings) as connection, snapshot(connection, slug):
        tenant = await read_tenant(connection, slug)
        if tenant is None:
            raise NotFound("There is no tenant %(slug)s.", params={"slug": slug})
        tables = {
            table.name: await table_digest(connection, tenant.schema, tenant.id, table, runtime.host)
            for table in await tables_of(connection, tenant.schema)
        }
        pairs = masking(tenant.schema, tenant.id)
        files = {}
        for key in await runtime.store.keys(tenant.schema):
            stored = await runtime.store.get(key)
            files[swap(key.encode(), pairs).decode()] = hashlib.sha256(stored.data).hexdigest()
    return TenantDigest(tables, files)


async def table_digest(
    connection: asyncpg.Connection, schema: str, tenant_id: uuid.UUID, table: Table, host: PluginHost
) -> TableDigest:
    """Of the stream that an export would write; in a transaction with ``STABLE_TEXT``."""
    swapper = Swapper(pairs_for(table.name, masking(schema, tenant_id)))
    whole = hashlib.sha256()

    async def take(data: bytes) -> None:
        whole.update(swapper.feed(data))

    rows = await copy_out(connection, schema, table, blank_columns(table.name, host), take)
    whole.update(swapper.end())
    return TableDigest(rows, whole.hexdigest())
