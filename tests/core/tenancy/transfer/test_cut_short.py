"""Killed in the middle of an import: nothing is to be seen, and the next import cleans up and works."""

from __future__ import annotations

import asyncio
import secrets
import signal
import sys
from pathlib import Path

import asyncpg
import pytest

from nakamise.runtime import Runtime
from nakamise.tenancy.owner import owner_connection
from nakamise.tenancy.transfer.digest import digest_tenant
from nakamise.tenancy.transfer.enter import Target
from nakamise.tenancy.transfer.export import export_tenant
from nakamise.tenancy.transfer.load import import_tenant
from nakamise.tenancy.transfer.shared import POLICY
from nakamise.testing.fixtures import MakeTenant
from tests.core.tenancy.transfer.parts import furnish

# Dies by SIGKILL at the given step of its import.
CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
from nakamise.building import build_runtime
from nakamise.host.routes import Mounting
from nakamise.settings import Settings
from nakamise.tenancy.transfer.enter import Target
from nakamise.tenancy.transfer.load import import_tenant

def die(what, done, total):
    if what == sys.argv[3] and done >= total:
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    runtime = await build_runtime(Settings.from_env(), mounting=Mounting.NOTHING)
    await import_tenant(runtime, Path(sys.argv[1]), Target(slug=sys.argv[2]), progress=die)

asyncio.run(main())
"""


async def _seen(connection: asyncpg.Connection, runtime: Runtime) -> tuple[set[str], set[str], set[str]]:
    """Tenants, schemas, folders of stored objects."""
    slugs = {row[0] for row in await connection.fetch("SELECT slug FROM nakamise.tenant")}
    schemas = {
        row[0] for row in await connection.fetch("SELECT nspname FROM pg_namespace WHERE nspname ~ '^t_'")
    }
    media = runtime.settings.media_dir
    return slugs, schemas, {path.name for path in media.glob("t_*") if [*path.rglob("*.*")]}


@pytest.mark.req("BX-20")
@pytest.mark.parametrize("step", ["files", "loading"])
async def test_killed(runtime: Runtime, make_tenant: MakeTenant, tmp_path: Path, step: str) -> None:
    source = await make_tenant(plugins=("shop",))
    await furnish(runtime, source)
    path, slug = tmp_path / "x.zip", f"cut-{secrets.token_hex(4)}"
    await export_tenant(runtime, source.slug, path)
    settings = runtime.settings
    async with owner_connection(settings) as connection:
        before = await _seen(connection, runtime)
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", CHILD, str(path), slug, step),
            env={
                "NAKAMISE_DATABASE_URL": settings.database_url or "",
                "NAKAMISE_SECRET_KEY": settings.secret_key.decode(),
                "NAKAMISE_DATA": str(settings.data_dir),
            },
        )
        assert await child.wait() == -signal.SIGKILL
        slugs, schemas, folders = await _seen(connection, runtime)
        assert (slugs, schemas) == before[:2]
        # The control: it did get as far as storing files.
        assert len(folders - before[2]) == 1
        got = await import_tenant(runtime, path, Target(slug=slug))
        after = await _seen(connection, runtime)
    assert after[0] - before[0] == {got.slug}
    assert len(after[2] - before[2]) == 1
    assert not (folders - before[2]) & after[2]
    ours, theirs = await digest_tenant(runtime, source.slug), await digest_tenant(runtime, slug)
    assert ours.files == theirs.files
    # Exported without a passphrase.
    assert {name for name in ours.tables if ours.tables[name] != theirs.tables[name]} == {"core_totp"}


async def test_every_shared_table_has_a_policy(runtime: Runtime) -> None:
    async with owner_connection(runtime.settings) as connection:
        rows = await connection.fetch(
            "SELECT table_name::text FROM information_schema.columns"
            " WHERE table_schema = 'nakamise' AND column_name = 'tenant_id'"
        )
    assert {row[0] for row in rows} == {*POLICY}
