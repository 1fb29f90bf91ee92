"""An export from before an upgrade is migrated after the load, never the other way; keys and counters come along."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from nakamise.building import build_runtime, close_runtime
from nakamise.host.registry import PluginHost
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.tenancy import provision, switches
from nakamise.tenancy.history import load
from nakamise.tenancy.owner import owner_connection
from nakamise.tenancy.transfer.enter import Target
from nakamise.tenancy.transfer.errors import ArchiveRefused
from nakamise.tenancy.transfer.export import export_tenant
from nakamise.tenancy.transfer.load import import_tenant
from tests.core.tenancy.sample import Sample, importable

# Rows that name each other across two tables, and a counter.
KNOT = """
    CREATE TABLE {id}_a (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, b_id bigint);
    CREATE TABLE {id}_b (id bigint PRIMARY KEY, a_id bigint NOT NULL REFERENCES {id}_a (id),
        twice bigint GENERATED ALWAYS AS (id * 2) STORED);
    ALTER TABLE {id}_a ADD CONSTRAINT {id}_a_b FOREIGN KEY (b_id) REFERENCES {id}_b (id);
"""


@asynccontextmanager
async def running(settings: Settings, host: PluginHost) -> AsyncIterator[Runtime]:
    runtime = await build_runtime(settings, host=host)
    try:
        yield runtime
    finally:
        await close_runtime(runtime)


async def _made(runtime: Runtime, plugin: str) -> tuple[str, str]:
    """Slug and schema of a tenant with three rows in the knot."""
    slug = f"old-{secrets.token_hex(4)}"
    new = provision.NewTenant(slug=slug, name=slug, hosts=[f"{slug}.localhost"])
    tenant_id = await provision.create(runtime.settings, runtime.host, new)
    await switches.enable(runtime, tenant_id, plugin)
    schema = await _schema(runtime, tenant_id)
    async with owner_connection(runtime.settings) as connection:
        await connection.execute(
            f'SET search_path = "{schema}"; INSERT INTO {plugin}_a DEFAULT VALUES;'
            f"INSERT INTO {plugin}_a DEFAULT VALUES; INSERT INTO {plugin}_b (id, a_id) VALUES (7, 2);"
            f"UPDATE {plugin}_a SET b_id = 7 WHERE id = 1"
        )
    return slug, schema


async def _schema(runtime: Runtime, tenant_id: uuid.UUID) -> str:
    async with owner_connection(runtime.settings) as connection:
        return str(await connection.fetchval("SELECT schema FROM nakamise.tenant WHERE id = $1", tenant_id))


async def test_older_and_newer(settings: Settings, tmp_path: Path) -> None:
    sample = Sample(tmp_path, f"moss{secrets.token_hex(3)}")
    sample.write("0002_knot", KNOT)
    old, new = tmp_path / "old.zip", tmp_path / "new.zip"
    with importable(sample) as host:
        async with running(settings, host) as runtime:
            slug, _ = await _made(runtime, sample.id)
            await export_tenant(runtime, slug, old)
            sample.write(
                "0003_more", "ALTER TABLE {id}_note ADD COLUMN colour text NOT NULL DEFAULT 'green';"
            )
            got = await import_tenant(runtime, old, Target(slug=f"{slug}-new"))
            await export_tenant(runtime, f"{slug}-new", new)
            schema = await _schema(runtime, got.tenant_id)
            async with owner_connection(settings) as connection:
                await connection.execute(f'SET search_path = "{schema}"')
                assert await connection.fetchval(f"SELECT colour FROM {sample.id}_note") == "green"
                assert (
                    await connection.fetchval(f"INSERT INTO {sample.id}_a DEFAULT VALUES RETURNING id") == 3
                )
                assert await connection.fetchval(f"SELECT twice FROM {sample.id}_b") == 14
                keys = await connection.fetchval(
                    "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND convalidated"
                    " AND connamespace = $1::regnamespace AND conname LIKE $2",
                    *(schema, f"{sample.id}%"),
                )
                revision = await connection.fetchval(
                    "SELECT revision FROM nakamise.migration_ledger WHERE tenant_id = $1 AND plugin = $2",
                    *(got.tenant_id, sample.id),
                )
            assert (keys, revision) == (2, 3)
            (sample.folder / "0003_more.sql").unlink()
            load.cache_clear()
            with pytest.raises(ArchiveRefused, match="stands at revision 0003, this installation knows 0002"):
                await import_tenant(runtime, new, Target(slug=f"{slug}-back"))
