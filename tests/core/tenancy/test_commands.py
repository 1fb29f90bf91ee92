"""The operator's commands against a real installation."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable

import asyncpg
import click.testing
import msgspec
import pytest

from nakamise.cli import main
from nakamise.host.refusal import Refused, Why
from nakamise.host.registry import PluginHost
from nakamise.settings import Settings
from nakamise.tenancy.checks import examine
from nakamise.tenancy.directory import Directory
from nakamise.testing.fixtures import NewTenant

Run = Callable[..., Awaitable[click.testing.Result]]


@pytest.fixture
def run(settings: Settings) -> Run:
    environment = {
        "NAKAMISE_DATABASE_URL": settings.database_url,
        "NAKAMISE_SECRET_KEY": settings.secret_key.decode(),
        "NAKAMISE_DATA": str(settings.data_dir),
        "PORT": str(settings.port),
    }

    async def invoke(*arguments: str, **more: str) -> click.testing.Result:
        runner = click.testing.CliRunner(env={**environment, **more})
        # A command has an event loop of its own, so it needs a thread of its own.
        return await asyncio.to_thread(runner.invoke, main, list(arguments))

    return invoke


async def test_create_suspend_resume(run: Run, settings: Settings, directory: Directory) -> None:
    slug = f"c-{secrets.token_hex(4)}"
    made = await run("tenant", "create", slug, "--name", "One")
    assert made.output == f"One is at http://{slug}.localhost:{settings.port}/\n"
    assert (await run("tenant", "create", slug, "--name", "Two")).exit_code == 1
    assert (await run("tenant", "suspend", slug, "--reason", "unpaid")).output == f"{slug} is suspended.\n"
    assert (await run("tenant", "suspend", slug)).output == f"{slug} was suspended already.\n"
    assert f"{slug}\tsuspended\t" in (await run("tenant", "list")).output
    await directory.refresh()
    tenant = directory.by_slug(slug)
    assert tenant is not None
    assert tenant.state == "suspended"
    assert (await run("tenant", "resume", slug)).output == f"{slug} is served again.\n"
    assert f"{slug}\tactive\t" in (await run("tenant", "list")).output


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("tenant", "suspend", "nobody"), "Error: There is no tenant nobody.\n"),
        (("plugin", "enable", "nobody", "shop"), "Error: There is no tenant nobody.\n"),
        (("tenant", "create", "fine", "--name", "x", "--host", "a b"), "Error: not a host name: 'a b'\n"),
        (
            ("tenant", "create", "fine", "--name", "x", "--plugin", "weeds"),
            "Error: These plugins cannot be used here: weeds\n",
        ),
    ],
)
async def test_faults_are_one_sentence(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    result = await run(*arguments)
    assert result.exit_code == 1
    assert result.output == sentence


async def test_a_reserved_name(run: Run) -> None:
    result = await run("tenant", "create", "admin", "--name", "x")
    assert result.exit_code == 1
    assert result.output == "Error: admin cannot be a tenant's name.\n"


async def test_an_unprepared_database(run: Run, settings: Settings, owner: asyncpg.Connection) -> None:
    name = f"bare_{secrets.token_hex(4)}"
    await owner.execute(f"CREATE DATABASE {name}")
    assert settings.database_url is not None
    url = settings.database_url.rpartition("/")[0] + f"/{name}"
    refused = await run("tenant", "list", NAKAMISE_DATABASE_URL=url)
    assert refused.exit_code == 1
    assert "Run `nakamise migrate`" in refused.output
    sick = await run("doctor", NAKAMISE_DATABASE_URL=url)
    assert sick.exit_code == 1
    assert "the login role is missing" in sick.output
    migrated = await run("migrate", NAKAMISE_DATABASE_URL=url)
    assert migrated.exit_code == 0
    assert "0 migrations applied to 0 tenants, 0 failed." in migrated.output
    assert (await run("tenant", "list", NAKAMISE_DATABASE_URL=url)).output == ""


async def test_an_owner_who_is_no_superuser(run: Run, settings: Settings, owner: asyncpg.Connection) -> None:
    name = f"plain_{secrets.token_hex(4)}"
    await owner.execute(f"CREATE ROLE {name} LOGIN CREATEROLE CREATEDB PASSWORD 'secret'")
    await owner.execute(f"CREATE DATABASE {name} OWNER {name}")
    assert settings.database_url is not None
    address = settings.database_url.rpartition("@")[2].partition("/")[0]
    url = f"postgresql://{name}:secret@{address}/{name}"
    assert (await run("migrate", NAKAMISE_DATABASE_URL=url)).exit_code == 0
    made = await run("tenant", "create", "humble", "--name", "Humble", NAKAMISE_DATABASE_URL=url)
    assert made.output.startswith("Humble is at "), made.output
    assert "humble\tactive" in (await run("tenant", "list", NAKAMISE_DATABASE_URL=url)).output


async def test_health(settings: Settings, new_tenant: NewTenant, owner: asyncpg.Connection) -> None:
    """Each fault is found, with what to do about it, and only that one."""
    tenant = await new_tenant()
    host = PluginHost([], [])
    before = await examine(settings, host)
    assert not [found for found in before if found.level != "ok" and tenant.slug in found.what]
    await owner.execute(
        "INSERT INTO nakamise.plugin_switch (tenant_id, plugin, is_on) VALUES ($1, 'vanished', true)",
        tenant.id,
    )
    await owner.execute(
        "UPDATE nakamise.migration_ledger SET error = 'boom' WHERE tenant_id = $1 AND plugin = 'core'",
        tenant.id,
    )
    await owner.execute("DELETE FROM nakamise.tenant_host WHERE tenant_id = $1", tenant.id)
    found = {
        one.what: one for one in await examine(settings, PluginHost([], [Refused("worn", "x", Why.BAD_API)]))
    }
    for what, level in (
        (f"vanished is on for {tenant.slug} but cannot be used", "fail"),
        (f"{tenant.slug}: core: boom", "fail"),
        (f"{tenant.slug} has no address", "fail"),
        ("worn is refused: Its API version cannot be read.", "warn"),
    ):
        assert found[what].level == level
        assert found[what].todo
    await owner.execute("DELETE FROM nakamise.plugin_switch WHERE plugin = 'vanished'")
    await owner.execute("UPDATE nakamise.migration_ledger SET error = NULL")


async def test_a_mail_server_that_is_away(settings: Settings) -> None:
    away = msgspec.structs.replace(settings, smtp_url="smtp://127.0.0.1:9")
    [found] = [one for one in await examine(away, PluginHost([], [])) if one.what.startswith("mail server")]
    assert found.level == "fail"
    assert found.todo == "Check NAKAMISE_SMTP_URL."
