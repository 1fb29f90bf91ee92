"""All tenants reach the same tables, whatever happens on the way."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import msgspec
import pytest

from nakamise.db import Database
from nakamise.host.registry import PluginHost
from nakamise.settings import Settings
from nakamise.tenancy import provision
from nakamise.tenancy.apply import MigrationChanged, pending
from nakamise.tenancy.history import MigrationError, parse, statements
from nakamise.tenancy.migrations import behind, migrate_all
from tests.core.tenancy.sample import Sample, importable

COLUMNS = (
    "SELECT count(*) FROM information_schema.columns"
    " WHERE table_schema = ANY ($1) AND table_name = $2 AND column_name = $3"
)


@pytest.fixture
def crops(tmp_path: Path, request: pytest.FixtureRequest) -> Sample:
    # A test's tenants stay in the database, so each test has a plugin of its own.
    return Sample(tmp_path, f"crop{abs(hash(request.node.name)) % 10**8}")


@pytest.fixture
def field(crops: Sample) -> Iterator[PluginHost]:
    with importable(crops) as host:
        yield host


async def _tenants(settings: Settings, host: PluginHost, owner: asyncpg.Connection, count: int) -> list[str]:
    """Schemas of new tenants that have the tables of the only plugin."""
    [plugin] = host.usable
    made = []
    for number in range(count):
        slug = f"{plugin.id}-{number}"
        new = provision.NewTenant(slug=slug, name=slug, hosts=[f"{slug}.localhost"], plugins=[plugin.id])
        tenant_id = await provision.create(settings, host, new)
        made.append(await owner.fetchval("SELECT schema FROM nakamise.tenant WHERE id = $1", tenant_id))
    return made


async def test_nothing_to_do(settings: Settings, field: PluginHost, owner: asyncpg.Connection) -> None:
    await _tenants(settings, field, owner, 2)
    assert await behind(settings, field) == []
    assert await migrate_all(settings, field) == []


async def test_every_tenant_that_ever_had_it(
    settings: Settings, crops: Sample, field: PluginHost, owner: asyncpg.Connection
) -> None:
    schemas = await _tenants(settings, field, owner, 5)
    crops.write(
        "0002_more",
        "ALTER TABLE {id}_note ADD COLUMN more text;\nCREATE INDEX {id}_more ON {id}_note (more);",
    )
    seen: list[tuple[int, int]] = []
    results = await migrate_all(settings, field, progress=lambda done, total: seen.append((done, total)))
    assert [(result.state, result.applied) for result in results] == [("done", 1)] * 5
    assert seen == [(number, 5) for number in range(1, 6)]
    assert await owner.fetchval(COLUMNS, schemas, f"{crops.id}_note", "more") == 5
    assert await migrate_all(settings, field) == []


async def test_a_changed_file_is_a_loud_error(
    settings: Settings, crops: Sample, field: PluginHost, owner: asyncpg.Connection
) -> None:
    await _tenants(settings, field, owner, 1)
    crops.write("0001_first", "CREATE TABLE {id}_note (id bigint PRIMARY KEY);")
    [result] = await migrate_all(settings, field)
    assert result.state == "failed"
    assert "0001_first was changed after it had been applied" in result.error
    assert (
        await owner.fetchval("SELECT error FROM nakamise.migration_ledger WHERE plugin = $1", crops.id)
        == result.error
    )


async def test_one_broken_tenant_does_not_stop_the_others(
    settings: Settings, crops: Sample, field: PluginHost, owner: asyncpg.Connection
) -> None:
    schemas = await _tenants(settings, field, owner, 3)
    table = f"{crops.id}_note"
    await owner.execute(f"INSERT INTO \"{schemas[1]}\".{table} (id, body) VALUES (1, 'x'), (2, 'x')")
    crops.write(
        "0002_unique",
        "ALTER TABLE {id}_note ADD COLUMN more text;\nCREATE UNIQUE INDEX {id}_u ON {id}_note (body);",
    )
    results = await migrate_all(settings, field)
    assert [result.state for result in results] == ["done", "failed", "done"]
    # The half that went well was undone with the other.
    assert await owner.fetchval(COLUMNS, [schemas[1]], table, "more") == 0
    await owner.execute(f'DELETE FROM "{schemas[1]}".{table} WHERE id = 2')
    assert [result.state for result in await migrate_all(settings, field)] == ["done"]


async def test_a_failing_canary_spares_the_others(
    settings: Settings, crops: Sample, field: PluginHost, owner: asyncpg.Connection
) -> None:
    schemas = await _tenants(settings, field, owner, 4)
    table = f"{crops.id}_note"
    await owner.execute(f"INSERT INTO \"{schemas[0]}\".{table} (id, body) VALUES (1, 'x'), (2, 'x')")
    crops.write("0002_unique", "CREATE UNIQUE INDEX {id}_u ON {id}_note (body);")
    results = await migrate_all(settings, field, canaries=1)
    assert [result.state for result in results] == ["failed", "spared", "spared", "spared"]
    await owner.execute(f'DELETE FROM "{schemas[0]}".{table} WHERE id = 2')
    assert [result.state for result in await migrate_all(settings, field, canaries=1)] == ["done"] * 4


@pytest.mark.req("BX-19")
async def test_old_code_serves_while_everybody_is_migrated(
    settings: Settings, crops: Sample, field: PluginHost, owner: asyncpg.Connection, db: Database
) -> None:
    """The old statements run all the time, prepared, on the same pool: none fails, none loses a row."""
    schemas = await _tenants(settings, field, owner, 6)
    crops.write(
        "0002_more",
        "ALTER TABLE {id}_note ADD COLUMN more text NOT NULL DEFAULT '';\n"
        "SELECT pg_sleep(0.1);\nCREATE INDEX {id}_more ON {id}_note (more);",
    )
    written = dict.fromkeys(schemas, 0)
    over = asyncio.Event()

    async def old_code(schema: str) -> None:
        while not over.is_set():
            async with db.tenant(schema) as tx:
                written[schema] += 1
                await tx.execute(
                    f"INSERT INTO {crops.id}_note (id, body) VALUES ($1, $2)", written[schema], "old"
                )
                assert await tx.value(f"SELECT count(*) FROM {crops.id}_note") == written[schema]

    async with asyncio.TaskGroup() as group:
        for schema in schemas:
            group.create_task(old_code(schema))
        results = await migrate_all(settings, field, workers=2)
        over.set()
    assert [result.state for result in results] == ["done"] * 6
    assert min(written.values()) > 1
    for schema in schemas:
        count = await owner.fetchval(f"SELECT count(*) FROM \"{schema}\".{crops.id}_note WHERE more = ''")
        assert count == written[schema]


async def test_a_busy_table_is_tried_again(
    settings: Settings, crops: Sample, field: PluginHost, owner: asyncpg.Connection
) -> None:
    schemas = await _tenants(settings, field, owner, 2)
    crops.write("0002_more", "ALTER TABLE {id}_note ADD COLUMN more text;")
    async with owner.transaction():
        await owner.execute(f'LOCK TABLE "{schemas[0]}".{crops.id}_note IN ACCESS SHARE MODE')
        running = asyncio.create_task(migrate_all(settings, field))
        await asyncio.sleep(3.6)
        assert not running.done()
    assert [result.state for result in await running] == ["done", "done"]


async def test_two_runners_share_the_work(
    settings: Settings, crops: Sample, field: PluginHost, owner: asyncpg.Connection
) -> None:
    schemas = await _tenants(settings, field, owner, 12)
    # Fails when it runs twice.
    crops.write("0002_once", "CREATE TABLE {id}_once (id integer PRIMARY KEY);")
    both = await asyncio.gather(
        migrate_all(settings, field, workers=2), migrate_all(settings, field, workers=2)
    )
    results = [*both[0], *both[1]]
    assert not [result for result in results if result.state == "failed"]
    assert sum(result.applied for result in results) == len(schemas)
    assert await behind(settings, field) == []


RUNNER = """
import asyncio, sys
import msgspec
from importlib.metadata import EntryPoint
from nakamise.host.registry import PluginHost
from nakamise.settings import Settings
from nakamise.tenancy.migrations import migrate_all
settings = msgspec.json.decode(sys.stdin.buffer.read(), type=Settings, dec_hook=lambda type_, value: type_(value))
host = PluginHost.discover(entry_points=[EntryPoint(sys.argv[1], sys.argv[1] + "_pkg:manifest", "nakamise.plugins")])
asyncio.run(migrate_all(settings, host, workers=2, progress=lambda done, total: print(done, flush=True)))
"""


async def test_a_killed_runner_is_continued(
    settings: Settings, crops: Sample, field: PluginHost, owner: asyncpg.Connection
) -> None:
    schemas = await _tenants(settings, field, owner, 20)
    crops.write("0002_once", "CREATE TABLE {id}_once (id integer PRIMARY KEY);\nSELECT pg_sleep(0.05);")
    for kill_after in (1, 3):
        await _run_and_kill(settings, crops, kill_after)
        assert await _agree(owner, crops, schemas)
    left = len(await behind(settings, field))
    assert 0 < left < 20
    results = await migrate_all(settings, field)
    assert [result.applied for result in results] == [1] * left
    assert await owner.fetchval(COLUMNS, schemas, f"{crops.id}_once", "id") == 20
    assert await _agree(owner, crops, schemas)


async def _run_and_kill(settings: Settings, crops: Sample, after: int) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", RUNNER, crops.id),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(crops.root)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(msgspec.json.encode(settings, enc_hook=str))
    process.stdin.close()
    for _ in range(after):
        assert await process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    await process.wait()


async def _agree(owner: asyncpg.Connection, crops: Sample, schemas: list[str]) -> bool:
    """Tables, version rows and ledger tell the same of every tenant, once the killed backends are gone."""
    await asyncio.sleep(0.3)
    rows = await owner.fetch(
        "SELECT t.schema, l.revision FROM nakamise.migration_ledger l JOIN nakamise.tenant t"
        " ON t.id = l.tenant_id WHERE l.plugin = $1",
        crops.id,
    )
    ledger = {row["schema"]: row["revision"] for row in rows}
    for schema in schemas:
        truth = await owner.fetchval(
            f'SELECT max(revision) FROM "{schema}".core_migration WHERE plugin = $1', crops.id
        )
        has_table = await owner.fetchval(COLUMNS, [schema], f"{crops.id}_once", "id") == 1
        if not (ledger[schema] == truth == (2 if has_table else 1)):
            return False
    return True


def test_statements_are_cut_where_they_end() -> None:
    sql = """
    -- a comment; with a semicolon
    SELECT 'a;b', "c;d", E'e\\';f'; /* g; */ SELECT $$h; i$$;
    CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $x$ SELECT 1; SELECT 2; $x$;
    SELECT 'it''s; one', $1::int; ;
    SELECT 5
    """
    cut = statements(sql)
    assert cut[:2] == ["SELECT 'a;b', \"c;d\", E'e\\';f'", "SELECT $$h; i$$"]
    assert cut[2].endswith("$x$ SELECT 1; SELECT 2; $x$")
    assert cut[3:] == ["SELECT 'it''s; one', $1::int", "SELECT 5"]


def test_names_of_files() -> None:
    with pytest.raises(MigrationError, match="NNNN_name"):
        parse("x", {"first.sql": ""})
    with pytest.raises(MigrationError, match="two migrations"):
        parse("x", {"0001_a.sql": "", "0001_b.sql": ""})


def test_what_is_pending() -> None:
    history = parse("x", {f"000{n}_m.sql": f"SELECT {n}" for n in (1, 2, 3)})
    sha = {migration.revision: migration.sha256 for migration in history.migrations}
    assert [m.revision for m in pending(history, {})] == [1, 2, 3]
    assert [m.revision for m in pending(history, {1: sha[1]})] == [2, 3]
    # A newer release went before us: its revisions are not ours to judge.
    assert pending(history, {**sha, 4: "?"}) == []
    with pytest.raises(MigrationChanged):
        pending(history, {1: "?"})
    with pytest.raises(MigrationError, match="was added after"):
        pending(history, {1: sha[1], 3: sha[3]})
