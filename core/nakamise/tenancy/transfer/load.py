"""A tenant out of a file: everything is checked before anything is written, and it appears whole or not at all."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from pathlib import Path, PurePosixPath

import asyncpg
import msgspec

from nakamise.errors import Conflict
from nakamise.ids import new_schema_name, uuid7
from nakamise.runtime import Runtime
from nakamise.tenancy.apply import build_schema, migrate_schema, write_ledger
from nakamise.tenancy.control import announce
from nakamise.tenancy.owner import names, owner_transaction
from nakamise.tenancy.transfer import files, sealed_columns, secrets
from nakamise.tenancy.transfer.archive import ArchiveReader, TablePart
from nakamise.tenancy.transfer.compatible import as_exported, check
from nakamise.tenancy.transfer.digest import table_digest
from nakamise.tenancy.transfer.enter import Target, enter
from nakamise.tenancy.transfer.errors import ArchiveDamaged
from nakamise.tenancy.transfer.masks import Pairs, Swapper, pairs_for, swap, unmasking
from nakamise.tenancy.transfer.shared import TenantPart, stream_in
from nakamise.tenancy.transfer.tables import (
    STABLE_TEXT,
    Table,
    add_foreign_keys,
    copy_in,
    drop_foreign_keys,
    set_sequences,
    tables_of,
)

# (what is being done, bytes done, bytes in all)
Progress = Callable[[str, int, int], None]


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """``jobs``: waiting jobs that came along. ``typed_again``: what was left behind with the secrets."""

    tenant_id: uuid.UUID
    slug: str
    hosts: tuple[str, ...]
    rows: int
    files: int
    jobs: int
    typed_again: tuple[str, ...]


async def import_tenant(
    runtime: Runtime, path: Path, target: Target | None = None, *, progress: Progress | None = None
) -> Imported:
    """Raises ArchiveDamaged, ArchiveRefused, PassphraseWrong, Conflict (slug or host taken, no such agency)."""
    reader = await asyncio.to_thread(ArchiveReader, path)
    try:
        run = _Import(runtime, reader, target or Target(), progress or (lambda *_: None))
        return await run.all()
    finally:
        reader.close()


class _Import:
    def __init__(self, runtime: Runtime, reader: ArchiveReader, target: Target, say: Progress) -> None:
        self._runtime = runtime
        self._reader = reader
        self._manifest = reader.manifest
        self._target = target
        self._say = say
        self._tenant_id = uuid7()
        self._schema = new_schema_name()
        self._pairs: Pairs = ()

    async def all(self) -> Imported:
        total = self._manifest.size
        await asyncio.to_thread(self._reader.verify, lambda seen: self._say("checking", seen, total))
        check(self._manifest, self._runtime.host, self._target.without)
        await self._name()
        opened = self._open_secrets()
        async with files.stored(self._runtime, self._schema) as stored:
            count = await stored.take(self._reader, self._pairs, self._say)
            try:
                async with owner_transaction(self._runtime.settings) as connection:
                    result = await self._build(connection, opened)
                    await stored.keep(connection)
            except asyncpg.UniqueViolationError as error:
                raise Conflict(
                    "This name or address is taken: %(detail)s", params={"detail": error.detail or ""}
                ) from error
        await self._runtime.directory.catch_up()
        self._runtime.jobs.wake.set()
        return msgspec.structs.replace(result, files=count)

    async def _name(self) -> None:
        """The id of the source where it is free: what a plugin sealed for it opens under the same secret key."""
        async with self._runtime.db.control(read_only=True) as tx:
            source = self._manifest.tenant_id
            taken = await tx.value("SELECT 1 FROM tenant WHERE id = $1", source)
        self._tenant_id = uuid7() if taken else source
        self._pairs = unmasking(self._schema, self._tenant_id)

    def _open_secrets(self) -> secrets.Secrets | None:
        if not self._manifest.has_secrets or self._target.passphrase is None:
            return None
        return secrets.unlock(self._reader.read("secrets.bin"), self._target.passphrase)

    async def _build(self, connection: asyncpg.Connection, opened: secrets.Secrets | None) -> Imported:
        cut, whole = as_exported(self._manifest, self._runtime.host, self._target.without)
        await build_schema(connection, self._schema, names(self._runtime.settings), cut)
        await connection.execute(STABLE_TEXT)
        rows = await self._load(connection)
        for history in whole:
            await migrate_schema(connection, self._schema, history)
        again = await self._secrets(connection, opened)
        await self._forget_logins(connection)
        tenant = self._tenant()
        hosts = await enter(
            self._runtime, connection, self._tenant_id, self._schema, tenant, self._target, opened
        )
        for history in whole:
            await write_ledger(connection, self._tenant_id, history)
        jobs = await self._shared(connection, tenant)
        slug = self._target.slug or tenant.slug
        await announce(connection, self._tenant_id, "tenant.import", detail={"slug": slug, "rows": rows})
        return Imported(
            tenant_id=self._tenant_id,
            slug=slug,
            hosts=hosts,
            rows=rows,
            files=0,
            jobs=jobs,
            typed_again=tuple(again),
        )

    async def _load(self, connection: asyncpg.Connection) -> int:
        """The number of rows. The stream that went in must come out again."""
        await self._path(connection)
        here = {table.name: table for table in await tables_of(connection, self._schema)}
        wanted = [part for part in self._manifest.tables if part.plugin not in self._target.without]
        tables = [(self._table(here, part), part) for part in wanted]
        keys = await drop_foreign_keys(connection, self._schema)
        total = sum(self._manifest.members[_member(part)].size for part in wanted)
        done = 0
        for table, part in tables:
            await connection.execute(f'DELETE FROM "{part.name}"')  # noqa: S608 - a table of ours, see _table
            await copy_in(connection, self._schema, table, self._stream(_member(part)))
            digest = await table_digest(connection, self._schema, self._tenant_id, table, self._runtime.host)
            if digest.sha256 != self._manifest.members[_member(part)].sha256:
                raise ArchiveDamaged(f"{part.name} did not come out as it went in.")
            done += self._manifest.members[_member(part)].size
            self._say("loading", done, total)
        await add_foreign_keys(connection, keys)
        await set_sequences(connection, self._schema, self._manifest.sequences)
        gone = [*self._target.without]
        await connection.execute("DELETE FROM core_migration WHERE plugin = ANY ($1)", gone)
        return sum(part.rows for part in wanted)

    def _table(self, here: dict[str, Table], part: TablePart) -> Table:
        """The table as the archive wrote it. Raises ArchiveDamaged for what is none of ours."""
        table = here.get(part.name)
        if table is None or not {*part.columns} <= {*table.columns}:
            raise ArchiveDamaged(f"The export has a table {part.name} that its migrations do not make.")
        return msgspec.structs.replace(table, columns=part.columns)

    async def _stream(self, member: str) -> AsyncIterator[bytes]:
        swapper = Swapper(pairs_for(PurePosixPath(member).stem, self._pairs))
        for chunk in self._reader.chunks(member):
            yield await asyncio.to_thread(swapper.feed, chunk)
        yield swapper.end()

    async def _secrets(self, connection: asyncpg.Connection, opened: secrets.Secrets | None) -> list[str]:
        await self._path(connection)
        if opened is None:
            gone = await secrets.leave_behind(connection)
            factors = [f"second factors ({gone} rows)"] if gone else []
            return [*factors, *(f"secret settings of {one}" for one in self._manifest.secret_settings)]
        key = self._runtime.settings.secret_key
        await secrets.seal_again(connection, self._tenant_id, key, opened.values)
        host = self._runtime.host
        await sealed_columns.seal_again(connection, self._tenant_id, host, opened.plugins)
        return []

    async def _forget_logins(self, connection: asyncpg.Connection) -> None:
        """A copy beside its original is another site: nobody is logged in there."""
        if self._target.is_copy:
            await self._path(connection)
            await connection.execute("DELETE FROM core_session; DELETE FROM core_one_time_token")

    async def _shared(self, connection: asyncpg.Connection, tenant: TenantPart) -> int:
        """What waits, when it waits nowhere else: a tenant that is served at its source keeps its jobs there."""
        take = tenant.state != "active" if self._target.take_jobs is None else self._target.take_jobs
        stream = self._stream("shared/job.copy")
        jobs = await stream_in(connection, "job", self._tenant_id, stream) if take else 0
        await stream_in(
            connection, "control_audit", self._tenant_id, self._stream("shared/control_audit.copy")
        )
        return jobs

    def _tenant(self) -> TenantPart:
        return msgspec.json.decode(swap(self._reader.read("tenant.json"), self._pairs), type=TenantPart)

    async def _path(self, connection: asyncpg.Connection) -> None:
        await connection.execute(f'SET LOCAL search_path = "{self._schema}", pg_temp')


def _member(part: TablePart) -> str:
    return f"tables/{part.name}.copy"
