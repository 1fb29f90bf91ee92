"""`nakamise tenant export|import|clone|digest`, `nakamise events` and `nakamise worker` as an operator runs them."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import click.testing
import pytest

from nakamise.cli import main
from nakamise.runtime import Runtime
from nakamise.tenancy.owner import owner_connection
from nakamise.testing.fixtures import MakeTenant
from tests.core.tenancy.transfer.parts import ctx_of, furnish


def environment(runtime: Runtime) -> dict[str, str]:
    settings = runtime.settings
    return {
        "NAKAMISE_DATABASE_URL": settings.database_url or "",
        "NAKAMISE_SECRET_KEY": settings.secret_key.decode(),
        "NAKAMISE_DATA": str(settings.data_dir),
        "PORT": str(settings.port),
    }


async def run(runtime: Runtime, *arguments: str) -> click.testing.Result:
    runner = click.testing.CliRunner(env=environment(runtime))
    return await asyncio.to_thread(runner.invoke, main, list(arguments))


@pytest.mark.req("BX-20")
async def test_export_import_clone_digest(runtime: Runtime, make_tenant: MakeTenant, tmp_path: Path) -> None:
    tenant = await make_tenant()
    await furnish(runtime, tenant)
    path, slug = tmp_path / "x.zip", f"cli-{secrets.token_hex(4)}"
    made = await run(
        runtime, "tenant", "export", tenant.slug, "-o", str(path), "--passphrase", "a long passphrase"
    )
    assert made.output.startswith(f"{path}: ")
    assert "Without secrets" not in made.output
    taken = await run(runtime, "tenant", "import", str(path))
    assert taken.exit_code == 1
    assert "taken" in taken.output
    got = await run(
        runtime, "tenant", "import", str(path), "--slug", slug, "--passphrase", "a long passphrase"
    )
    assert f"0 waiting jobs; at {slug}.localhost" in got.output
    cloned = await run(runtime, "tenant", "clone", slug, f"{slug}-2")
    assert f"at {slug}-2.localhost" in cloned.output
    sums = [
        (await run(runtime, "tenant", "digest", one)).output.splitlines()[-1]
        for one in (tenant.slug, slug, f"{slug}-2")
    ]
    assert sums[0].endswith("everything")
    assert len({*sums}) == 1
    path.write_bytes(path.read_bytes()[:-100])
    torn = await run(runtime, "tenant", "import", str(path), "--slug", "torn")
    assert torn.exit_code == 1
    assert "this is no complete export" in torn.output


async def test_dead_jobs_are_listed_and_tried_again(runtime: Runtime, make_tenant: MakeTenant) -> None:
    tenant = await make_tenant()
    ctx = ctx_of(runtime, tenant)
    async with ctx.begin() as tx:
        job_id = await ctx.enqueue(tx, "core.nothing", {})
    async with owner_connection(runtime.settings) as connection:
        await connection.execute(
            "UPDATE nakamise.job SET state = 'dead', attempts = 20, last_error = E'Boom:\\nno' WHERE id = $1",
            job_id,
        )
    listed = await run(runtime, "events", "dead", "--limit", "10000")
    assert f"{job_id}\t{tenant.slug}\tcore.nothing\t20\tBoom: no\n" in listed.output
    assert (await run(runtime, "events", "retry")).exit_code == 2
    assert (await run(runtime, "events", "retry", str(job_id))).output == "1 of 1 are tried again.\n"
    again = await run(runtime, "events", "retry", str(uuid.uuid4()))
    assert again.exit_code == 1
    assert "Not dead, or not there" in again.output


async def test_a_worker_works_and_stops(runtime: Runtime, make_tenant: MakeTenant) -> None:
    """A process of its own does an export's job, and ends when it is asked to."""
    from nakamise.tenancy.transfer import service

    home = await make_tenant()
    asked = await service.start_export(runtime, home, home.id, actor="Operator")
    # What is due longest is done first, and hundreds of other tests' tenants have tasks every minute.
    async with owner_connection(runtime.settings) as connection:
        await connection.execute(
            "UPDATE nakamise.job SET run_at = 'epoch' WHERE tenant_id = $1 AND every_s IS NULL", home.id
        )
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "from nakamise.cli import main; main()", "worker", "--concurrency", "2"),
        env={**os.environ, **environment(runtime)},
        stdout=subprocess.PIPE,
    )
    try:
        for _ in range(600):
            if (await service.transfer(runtime, asked.id)).state == "done":
                break
            await asyncio.sleep(0.1)
        assert (await service.transfer(runtime, asked.id)).state == "done"
    finally:
        worker.send_signal(signal.SIGTERM)
        output, _ = await worker.communicate()
    assert worker.returncode == 0
    assert output.startswith(b"Working, 2 jobs at a time.")
