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
from nakamise.db.listening import RETRY_S
from nakamise.host.registry import PluginHost
from nakamise.settings import Settings
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
    """Returns when it holds, or after half a minute in which it did not: whoever waits asserts."""
    started = time.monotonic()
    while not condition() and time.monotonic() - started < 30:  # noqa: ASYNC110 - it has no event for this
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
    arrived = other.by_host(f"{slug}.localhost")
    assert arrived is not None
    assert arrived.slug == slug
    assert other.by_host(f"{slug}.example") is other.by_slug(slug) is arrived
    assert other.by_host("unknown.localhost") is None


async def test_without_a_notification_the_poll_finds_it(
    owner: asyncpg.Connection, polling: Directory, new_tenant: NewTenant
) -> None:
    tenant = await new_tenant()
    await _until(lambda: polling.by_id(tenant.id))
    assert _name(polling, tenant.id) == tenant.name
    await owner.execute(
        "UPDATE nakamise.tenant SET name = 'renamed', version = version + 1 WHERE id = $1", tenant.id
    )
    await owner.execute("UPDATE nakamise.directory_version SET version = version + 1")
    await _until(lambda: _name(polling, tenant.id) == "renamed")
    assert _name(polling, tenant.id) == "renamed"


def _name(directory: Directory, tenant_id: uuid.UUID) -> str | None:
    found = directory.by_id(tenant_id)
    return found.name if found else None


async def test_it_listens_again_after_its_connection_was_killed(
    settings: Settings, host: PluginHost, owner: asyncpg.Connection, other: Directory
) -> None:
    await asyncio.sleep(0.2)
    killed = await owner.fetch(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND pid <> pg_backend_pid()"
    )
    assert killed
    await asyncio.sleep(RETRY_S + 0.5)
    tenant_id, slug = await _create(settings, host)
    await _until(lambda: other.by_slug(slug))
    assert _name(other, tenant_id) == slug


async def test_suspending_is_seen(owner: asyncpg.Connection, other: Directory, new_tenant: NewTenant) -> None:
    tenant = await new_tenant()
    async with owner.transaction():
        await owner.execute("UPDATE nakamise.tenant SET state = 'suspended' WHERE id = $1", tenant.id)
        await announce(owner, tenant.id, "tenant.suspend")
    await _until(lambda: (found := other.by_id(tenant.id)) and found.state == "suspended")
    seen = other.by_id(tenant.id)
    assert seen is not None
    assert seen.state == "suspended"


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


async def test_catching_up_reads_what_changed_and_leaves_the_rest_as_it_is(
    owner: asyncpg.Connection, other: Directory, new_tenant: NewTenant
) -> None:
    changed, same, gone = await new_tenant(), await new_tenant(), await new_tenant()
    await other.catch_up()
    before = other.by_id(same.id)
    async with owner.transaction():
        await owner.execute("UPDATE nakamise.tenant SET name = 'renamed' WHERE id = $1", changed.id)
        await owner.execute(
            "UPDATE nakamise.tenant_host SET host = $2 WHERE tenant_id = $1 AND canonical",
            *(changed.id, f"{changed.slug}.moved.example"),
        )
        await announce(owner, changed.id, "tenant.brand")
        await owner.execute(
            "UPDATE nakamise.tenant SET state = 'deleting', purge_at = now() WHERE id = $1", gone.id
        )
        await announce(owner, gone.id, "tenant.delete")
    await other.catch_up()
    assert _name(other, changed.id) == "renamed"
    assert other.by_host(f"{changed.slug}.moved.example") is other.by_id(changed.id)
    assert other.by_host(changed.canonical_host) is None
    assert other.by_id(same.id) is other.by_host(same.canonical_host) is before
    assert other.by_id(gone.id) is other.by_host(gone.canonical_host) is None


async def test_closing_beside_a_notification_ends(settings: Settings, db: Database) -> None:
    """A notification that arrives in the very moment of closing must not swallow the end."""
    directory = await Directory.open(settings, db, poll_s=3600)
    await asyncio.sleep(0.2)
    directory._stale.set()
    async with asyncio.timeout(10):
        await directory.close()
    assert [task.done() for task in directory._tasks] == [True, True]
