"""`nakamise audit verify` as an operator runs it, from a timer too: its exit status says what it found."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import click.testing
import pytest

from nakamise.cli import main
from nakamise.runtime import Runtime
from nakamise.tenancy.owner import owner_connection
from nakamise.testing.tenants import tenant_with
from tests.core.cli.test_transfer_commands import environment
from tests.core.tenancy.transfer.parts import another_installation, ctx_of

pytestmark = pytest.mark.req("BX-18")


@pytest.fixture
async def installation(tmp_path: Path) -> AsyncIterator[Runtime]:
    async with another_installation(tmp_path) as built:
        yield built


async def verify(runtime: Runtime, *arguments: str) -> click.testing.Result:
    runner = click.testing.CliRunner(env=environment(runtime))
    return await asyncio.to_thread(runner.invoke, main, ["audit", "verify", *arguments])


async def test_what_was_tampered_with_is_named(installation: Runtime) -> None:
    tenant = await tenant_with(installation, ())
    async with ctx_of(installation, tenant).begin() as tx:
        await ctx_of(installation, tenant).audit(tx, "test.done", "it")

    sound = await verify(installation, tenant.slug)
    assert sound.exit_code == 0, sound.output
    of_all, of_tenant = [line.split("\t") for line in sound.output.splitlines()]
    assert of_all[:2] == ["installation", "ok"]
    assert of_tenant[:3] == [tenant.slug, "ok", "1 rows"]
    assert len(of_all[-1]) == len(of_tenant[-1]) == 64
    assert (await verify(installation)).output.count("\n") == 1
    assert (await verify(installation, "--all")).output == sound.output
    assert (await verify(installation, f"none-{uuid.uuid4()}")).exit_code == 2

    async with owner_connection(installation.settings) as owner:
        line = await owner.fetchval(
            "UPDATE nakamise.control_audit SET actor = 'x' WHERE tenant_id = $1 AND act = 'tenant.create'"
            " RETURNING id",
            tenant.id,
        )
    forged = await verify(installation, "--all")
    assert forged.exit_code == 1
    of_all, of_tenant = [line.split("\t") for line in forged.output.splitlines()]
    assert (of_all[1], of_all[-1]) == ("TAMPERED WITH", f"changed: {line}")
    assert of_tenant[1] == "ok"
