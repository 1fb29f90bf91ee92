"""Columns that plugins sealed (``Manifest.sealed``), opened for the way and sealed anew for their new owner."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

import asyncpg
import msgspec

from nakamise.errors import Unsealable
from nakamise.host.registry import PluginHost
from nakamise.plugin.manifest import SealedColumn
from nakamise.tenancy.transfer.errors import TransferError
from nakamise.tenancy.transfer.tables import quoted


class PluginValue(msgspec.Struct, frozen=True):
    """``key`` names the row, as text."""

    plugin: str
    table: str
    column: str
    key: str
    plain: str


def declared(host: PluginHost) -> Iterator[tuple[str, SealedColumn]]:
    """(plugin, column)."""
    return ((manifest.id, sealed) for manifest in host.usable for sealed in manifest.sealed)


def names_in(host: PluginHost, table: str) -> frozenset[str]:
    """The declared columns of one table."""
    return frozenset(sealed.column for _, sealed in declared(host) if sealed.table == table)


async def owners_of_values(connection: asyncpg.Connection, schema: str, host: PluginHost) -> list[str]:
    """The plugins that have sealed anything in columns here."""
    found = set()
    for plugin, sealed in declared(host):
        if await _rows(connection, schema, sealed):
            found.add(plugin)
    return sorted(found)


async def collect(
    connection: asyncpg.Connection, schema: str, tenant_id: uuid.UUID, host: PluginHost
) -> list[PluginValue]:
    """Opened. Raises TransferError when this installation's keys do not open one."""
    if host.vault is None:
        return []
    values = []
    for plugin, sealed in declared(host):
        for row in await _rows(connection, schema, sealed):
            try:
                plain = host.vault.unseal(tenant_id, sealed.place(row["key"]), row["value"])
            except Unsealable as error:
                raise TransferError(
                    f"{error}. Take {sealed.table}.{sealed.column} of that row away."
                ) from error
            values.append(PluginValue(plugin, sealed.table, sealed.column, row["key"], plain))
    return values


async def seal_again(
    connection: asyncpg.Connection, tenant_id: uuid.UUID, host: PluginHost, values: Sequence[PluginValue]
) -> None:
    """In a transaction whose path is the tenant's schema. Values whose column is not declared here stay behind."""
    known = {(sealed.table, sealed.column): sealed for _, sealed in declared(host)}
    for value in values:
        sealed = known.get((value.table, value.column))
        if sealed is None or host.vault is None:
            continue
        again = host.vault.seal(tenant_id, sealed.place(value.key), value.plain)
        await connection.execute(
            f"UPDATE {quoted(sealed.table)} SET {quoted(sealed.column)} = $2"  # noqa: S608 - of a manifest
            f" WHERE {quoted(sealed.key)}::text = $1",
            *(value.key, again),
        )


async def _rows(
    connection: asyncpg.Connection, schema: str, sealed: SealedColumn
) -> Sequence[asyncpg.Record]:
    """(key, value) of what is sealed; none for a plugin that was never on here."""
    table = f"{quoted(schema)}.{quoted(sealed.table)}"
    if await connection.fetchval("SELECT to_regclass($1)", table) is None:
        return []
    rows: Sequence[asyncpg.Record] = await connection.fetch(
        f"SELECT {quoted(sealed.key)}::text AS key, {quoted(sealed.column)} AS value FROM {table}"  # noqa: S608 - of a manifest
        f" WHERE {quoted(sealed.column)} <> '' ORDER BY 1"
    )
    return rows
