"""A tenant into a file, in one snapshot; the tenant goes on meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg
import msgspec

from nakamise import __version__
from nakamise.errors import NotFound
from nakamise.host import sealed_settings
from nakamise.runtime import Runtime
from nakamise.storage import ObjectMissing
from nakamise.tenancy.owner import owner_connection
from nakamise.tenancy.transfer import sealed_columns, secrets
from nakamise.tenancy.transfer.archive import FORMAT, ArchiveWriter, Manifest, Meter, PluginPart, TablePart
from nakamise.tenancy.transfer.masks import Pairs, Swapper, masking, pairs_for, swap
from nakamise.tenancy.transfer.shared import STREAMS, Switch, TenantPart, read_tenant, stream_out
from nakamise.tenancy.transfer.snapshot import snapshot
from nakamise.tenancy.transfer.tables import Write, copy_out, owner_of, sequences_of, size_of, tables_of

# (bytes read so far, bytes to be expected: an estimate until the end)
Progress = Callable[[int, int], None]
BUFFER: Final = 256 * 1024


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """``size`` is the file's, in bytes; ``read`` what went into it."""

    path: Path
    size: int
    read: int
    rows: int
    files: int
    missing_files: tuple[str, ...]


async def export_tenant(
    runtime: Runtime,
    slug: str,
    path: Path,
    *,
    passphrase: str | None = None,
    progress: Progress | None = None,
) -> Exported:
    """Secrets travel only with a ``passphrase``. The file appears when it is complete.

    Raises NotFound, TransferError.
    """
    async with owner_connection(runtime.settings) as connection, snapshot(connection, slug):
        tenant = await read_tenant(connection, slug)
        if tenant is None:
            raise NotFound("There is no tenant %(slug)s.", params={"slug": slug})
        writer = ArchiveWriter(path)
        try:
            run = _Export(runtime, connection, tenant, writer, progress)
            manifest = await run.all(passphrase)
            size = await asyncio.to_thread(writer.finish, manifest)
        finally:
            writer.abandon()
    return Exported(
        path=path,
        size=size,
        read=run.read,
        rows=sum(table.rows for table in manifest.tables),
        files=len([name for name in manifest.members if name.startswith("files/")]),
        missing_files=manifest.missing_files,
    )


class _Export:
    def __init__(
        self,
        runtime: Runtime,
        connection: asyncpg.Connection,
        tenant: TenantPart,
        writer: ArchiveWriter,
        progress: Progress | None,
    ) -> None:
        self._runtime = runtime
        self._connection = connection
        self._tenant = tenant
        self._writer = writer
        self._progress = progress
        self._pairs = masking(tenant.schema, tenant.id)
        self._expected = 0
        self.read = 0

    async def all(self, passphrase: str | None) -> Manifest:
        schema = self._tenant.schema
        self._expected = await size_of(self._connection, schema)
        plugins = await self._plugins()
        switches, secret_settings = self._split_secrets()
        self._put_tenant(switches)
        tables = await self._tables(plugins)
        for name in STREAMS:
            async with self._member(f"shared/{name}.copy") as write:
                await stream_out(self._connection, name, self._tenant.id, write)
        if passphrase is not None:
            settings = self._runtime.settings
            values = await secrets.collect(
                self._connection,
                schema,
                self._tenant.id,
                settings.secret_key,
                settings.old_secret_keys,
            )
            columns = await sealed_columns.collect(
                self._connection, schema, self._tenant.id, self._runtime.host
            )
            locked = secrets.lock(secrets.Secrets(values, secret_settings, columns), passphrase)
            self._writer.put("secrets.bin", locked, packed=False)
        keepers = await sealed_columns.owners_of_values(self._connection, schema, self._runtime.host)
        missing = await self._files()
        return Manifest(
            format=FORMAT,
            product=__version__,
            exported_at=datetime.now(UTC),
            tenant_id=self._tenant.id,
            slug=self._tenant.slug,
            name=self._tenant.name,
            state=self._tenant.state,
            agency=self._tenant.agency,
            base_domain=self._runtime.settings.base_domain,
            plugins=plugins,
            tables=tables,
            sequences=await sequences_of(self._connection, schema),
            has_secrets=passphrase is not None,
            secret_settings=tuple(sorted({*secret_settings, *keepers})),
            missing_files=missing,
            members=self._writer.members,
        )

    async def _plugins(self) -> dict[str, PluginPart]:
        """Everything that has tables or a switch here, installed or not."""
        installed = {manifest.id: manifest for manifest in self._runtime.host.usable}
        on = {switch.plugin for switch in self._tenant.switches if switch.is_on}
        migrations: dict[str, dict[int, str]] = {switch.plugin: {} for switch in self._tenant.switches}
        for row in await self._connection.fetch(
            f'SELECT plugin, revision, sha256 FROM "{self._tenant.schema}".core_migration ORDER BY 1, 2'  # noqa: S608 - a checked name
        ):
            migrations.setdefault(row["plugin"], {})[row["revision"]] = row["sha256"]
        return {
            plugin: PluginPart(
                version=installed[plugin].version if plugin in installed else "",
                is_on=plugin in on,
                requires=tuple(installed[plugin].requires) if plugin in installed else (),
                migrations=applied,
            )
            for plugin, applied in migrations.items()
        }

    def _split_secrets(self) -> tuple[list[Switch], dict[str, dict[str, object]]]:
        """Switches whose secret settings are empty; and, of those that had some, all settings opened."""
        vault, opened, switches = self._runtime.host.vault, {}, []
        for switch in self._tenant.switches:
            blank = secrets.without_sealed(switch.settings)
            if vault is not None and blank != switch.settings:
                opened[switch.plugin] = sealed_settings.unseal(
                    vault, self._tenant.id, switch.plugin, switch.settings
                )
            switches.append(msgspec.structs.replace(switch, settings=blank))
        return switches, opened

    def _put_tenant(self, switches: list[Switch]) -> None:
        part = msgspec.structs.replace(self._tenant, switches=tuple(switches))
        self._writer.put("tenant.json", swap(msgspec.json.encode(part), self._pairs))

    async def _tables(self, plugins: dict[str, PluginPart]) -> tuple[TablePart, ...]:
        parts = []
        schema = self._tenant.schema
        for table in await tables_of(self._connection, schema):
            async with self._member(f"tables/{table.name}.copy", table.name) as write:
                blank = secrets.blank_columns(table.name, self._runtime.host)
                rows = await copy_out(self._connection, schema, table, blank, write)
            parts.append(TablePart(table.name, owner_of(table.name, plugins), table.columns, rows))
        return tuple(parts)

    @contextlib.asynccontextmanager
    async def _member(self, name: str, table: str = "") -> AsyncIterator[Write]:
        """Gathers small chunks: a thread hop for each row would cost more than packing it."""
        with self._writer.member(name) as meter:
            stream = Masked(meter, pairs_for(table, self._pairs), self._count)
            yield stream.write
            await stream.end()

    async def _files(self) -> tuple[str, ...]:
        """Every object of the tenant; the keys of those that went away between listing and reading."""
        store, missing = self._runtime.store, []
        for key in await store.keys(self._tenant.schema):
            try:
                stored = await store.get(key)
            except ObjectMissing:
                missing.append(swap(key.encode(), self._pairs).decode())
                continue
            name = f"files/{swap(key.encode(), self._pairs).decode()}"
            await asyncio.to_thread(self._writer.put, name, stored.data, packed=False)
            self._count(len(stored.data))
        return tuple(missing)

    def _count(self, size: int) -> None:
        self.read += size
        if self._progress is not None:
            self._progress(self.read, max(self._expected, self.read))


class Masked:
    """A member that gets the tenant's own names replaced by masks, in pieces of some size, off the loop."""

    def __init__(self, meter: Meter, pairs: Pairs, count: Callable[[int], None]) -> None:
        self._meter = meter
        self._swapper = Swapper(pairs)
        self._count = count
        self._waiting = bytearray()

    async def write(self, data: bytes) -> None:
        self._waiting += data
        if len(self._waiting) >= BUFFER:
            await asyncio.to_thread(self._flush)

    async def end(self) -> None:
        await asyncio.to_thread(self._flush)
        self._meter.write(self._swapper.end())

    def _flush(self) -> None:
        data = bytes(self._waiting)
        self._waiting.clear()
        self._meter.write(self._swapper.feed(data))
        self._count(len(data))
