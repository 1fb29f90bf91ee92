"""Every process knows of a change at once, and still knows when a notification was lost."""

from __future__ import annotations

import asyncio
import secrets
import time
import uuid
from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from nakamise.db import Database
from nakamise.host.registry import PluginHost
from nakamise.settings import Settings
from nakamise.tenancy import directory as module
from nakamise.tenancy import provision
from nakamise.tenancy.control import announce
from nakamise.tenancy.directory import Directory
from nakamise.testing.fixtures import NewTenant


@pytest.fixture
async def other(settings: Settings, db: Database) -> AsyncIterator[Directory]:
    """What another process has; it never polls, so what it learns came by notification."""
    opened = await Directory.open(settings, db, poll_s=3600)
    yield opened
    await opened.close()


@pytest.fixture
async def polling(settings: Settings, db: Database) -> AsyncIterator[Directory]:
    opened = await Directory.open(settings, db, poll_s=0.2)
    yield opened
    await opened.close()


async def _until(condition: Callable[[], object]) -> None:
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < 30, "the change did not arrive"
        await asyncio.sleep(0.01)


async def _create(settings: Settings, host: PluginHost) -> tuple[uuid.UUID, str]:
    slug = f"d-{secrets.token_hex(4)}"
    new = provision.NewTenant(slug=slug, name=slug, hosts=[f"{slug}.localhost", f"{slug}.example"])
    return await provision.create(settings, host, new), slug


async def test_a_new_tenant_arrives_by_notification(
    settings: Settings, host: PluginHost, other: Directory
) -> None:
    await asyncio.sleep(0.2)
    _, slug = await _create(settings, host)
    await _until(lambda: other.by_host(f"{slug}.localhost"))
    assert other.by_host(f"{slug}.example") is other.by_slug(slug)
    assert other.by_host("unknown.localhost") is None


async def test_without_a_notification_the_poll_finds_it(
    owner: asyncpg.Connection, polling: Directory, new_tenant: NewTenant
) -> None:
    tenant = await new_tenant()
    await _until(lambda: polling.by_id(tenant.id))
    await owner.execute("UPDATE nakamise.tenant SET name = 'renamed' WHERE id = $1", tenant.id)
    await owner.execute("UPDATE nakamise.directory_version SET version = version + 1")
    await _until(lambda: (found := polling.by_id(tenant.id)) and found.name == "renamed")


async def test_it_listens_again_after_its_connection_was_killed(
    settings: Settings, host: PluginHost, owner: asyncpg.Connection, other: Directory
) -> None:
    await asyncio.sleep(0.2)
    killed = await owner.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
    )
    assert killed
    await asyncio.sleep(module.RETRY_S + 0.5)
    _, slug = await _create(settings, host)
    await _until(lambda: other.by_slug(slug))


async def test_suspending_is_seen(owner: asyncpg.Connection, other: Directory, new_tenant: NewTenant) -> None:
    tenant = await new_tenant()
    async with owner.transaction():
        await owner.execute("UPDATE nakamise.tenant SET state = 'suspended' WHERE id = $1", tenant.id)
        await announce(owner, tenant.id, "tenant.suspend")
    await _until(lambda: (found := other.by_id(tenant.id)) and found.state == "suspended")


async def test_equal_sets_of_plugins_are_one_object(other: Directory, new_tenant: NewTenant) -> None:
    await new_tenant()
    await new_tenant()
    await other.refresh()
    empty = [tenant.plugins for tenant in other.all() if not tenant.plugins]
    assert len(empty) >= 2
    assert all(plugins is empty[0] for plugins in empty)


async def test_addresses(settings: Settings, directory: Directory, new_tenant: NewTenant) -> None:
    tenant = await new_tenant()
    assert directory.base_url(tenant) == f"http://{tenant.slug}.localhost:{settings.port}"
