"""A plugin's data as a zip file: a CSV file for each table, and its settings as JSON.

CSV as PostgreSQL writes it: UTF-8, a header line, empty for NULL, "" for an empty text, timestamps in UTC.
"""

from __future__ import annotations

import asyncio
import tempfile
import zipfile
from collections.abc import AsyncIterator
from typing import IO, Final

import msgspec

from nakamise.admin.site.plugin_data import require_off, table_names
from nakamise.db import Tx
from nakamise.plugin.context import TenantCtx
from nakamise.tenancy.transfer.secrets import blank_columns, without_sealed
from nakamise.tenancy.transfer.tables import STABLE_TEXT, Table, quoted, tables_of

# More than this waits on disk, not in memory.
_SPOOL: Final = 8 * 1024 * 1024
_CHUNK: Final = 256 * 1024


async def export_zip(ctx: TenantCtx, plugin_id: str) -> AsyncIterator[bytes]:
    """All tables of one moment, without secrets. Raises NotFound, Conflict before the first byte."""
    await require_off(ctx, plugin_id)
    settings = without_sealed(dict(await _settings(ctx, plugin_id)))
    spool = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 - closed by ``_chunks``
    try:
        with zipfile.ZipFile(spool, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("settings.json", msgspec.json.format(msgspec.json.encode(settings)))
            await _tables(ctx, plugin_id, archive)
    except BaseException:
        spool.close()
        raise
    async with ctx.begin() as tx:
        await ctx.audit(tx, "core.plugin.exported", plugin_id)
    return _chunks(spool)


async def _settings(ctx: TenantCtx, plugin_id: str) -> dict[str, object]:
    async with ctx.runtime.db.control(read_only=True) as tx:
        found: dict[str, object] = await tx.value(
            "SELECT settings FROM nakamise.plugin_switch WHERE tenant_id = $1 AND plugin = $2",
            ctx.tenant.id,
            plugin_id,
        )
    return found


async def _tables(ctx: TenantCtx, plugin_id: str, archive: zipfile.ZipFile) -> None:
    async with ctx.read() as tx:
        await tx.connection.execute(STABLE_TEXT)
        names = set(await table_names(ctx, tx, plugin_id))
        for table in await tables_of(tx.connection, ctx.tenant.schema):
            if table.name in names:
                await _csv(ctx, tx, table, archive)


async def _csv(ctx: TenantCtx, tx: Tx, table: Table, archive: zipfile.ZipFile) -> None:
    blank = blank_columns(table.name, ctx.runtime.host)
    columns = ", ".join(quoted(name) for name in table.columns if name not in blank)
    order = f" ORDER BY {', '.join(table.key)}" if table.key else ""
    query = f"SELECT {columns} FROM {quoted(table.name)}{order}"  # noqa: S608 - names come from the catalog, quoted
    with archive.open(f"{table.name}.csv", "w") as member:

        async def write(data: bytes) -> None:
            await asyncio.to_thread(member.write, data)

        await tx.connection.copy_from_query(query, output=write, format="csv", header=True)


async def _chunks(spool: IO[bytes]) -> AsyncIterator[bytes]:
    with spool:
        spool.seek(0)
        while chunk := await asyncio.to_thread(spool.read, _CHUNK):
            yield chunk
