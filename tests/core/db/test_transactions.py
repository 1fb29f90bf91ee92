"""The context never outlives its transaction, whatever goes wrong in it."""

from __future__ import annotations

import asyncio
import random

import asyncpg
import pytest

from nakamise.db import CommitLost, Database, RowMissing
from nakamise.errors import Conflict
from nakamise.ids import new_schema_name, uuid7
from nakamise.plugin import Tenant
from nakamise.settings import Settings
from nakamise.tenancy.owner import app_url, names
from nakamise.testing.fixtures import NewTenant

TENANTS = 6
MARK = "INSERT INTO core_audit (id, act) VALUES ($1, $2)"
MARKS = "SELECT act FROM core_audit WHERE act = $1"


@pytest.fixture(scope="module")
async def tenants(new_tenant: NewTenant, db: Database) -> list[Tenant]:
    made = [await new_tenant() for _ in range(TENANTS)]
    for tenant in made:
        async with db.tenant(tenant.schema) as tx:
            await tx.execute(MARK, uuid7(), tenant.slug)
    return made


async def _small_pool(settings: Settings) -> Database:
    return await Database.connect(app_url(settings), control_role=names(settings).control, size=2)


async def test_reused_connections_never_mix_tenants(tenants: list[Tenant], settings: Settings) -> None:
    small = await _small_pool(settings)
    wrong: list[tuple[str, list[str]]] = []

    async def one(tenant: Tenant) -> None:
        async with small.tenant(tenant.schema) as tx:
            await asyncio.sleep(random.random() / 1000)
            seen = await tx.values("SELECT DISTINCT act FROM core_audit")
        if seen != [tenant.slug]:
            wrong.append((tenant.slug, seen))

    await asyncio.gather(*(one(random.choice(tenants)) for _ in range(400)))
    await small.close()
    assert wrong == []


async def test_the_same_with_a_session_setting_does_leak(tenants: list[Tenant], settings: Settings) -> None:
    """The negative control: this is what the test above would look like if it could not see a leak."""
    small = await _small_pool(settings)
    one, other = tenants[:2]
    async with small.pool.acquire() as connection:
        pid = connection.get_server_pid()
        await connection.execute(f'SET ROLE "{one.schema}"; SET search_path = "{one.schema}"')
    leaked: list[str] = []
    for _ in range(4):
        async with small.pool.acquire() as connection:
            if connection.get_server_pid() == pid:
                leaked += [row[0] for row in await connection.fetch("SELECT act FROM core_audit")]
    await small.close()
    assert one.slug in leaked
    assert other.slug not in leaked


async def test_a_turn_is_shared_or_alone_and_each_tenant_has_its_own(
    tenants: list[Tenant], db: Database
) -> None:
    one, other = tenants[:2]

    async def takes(tenant: Tenant, name: str, *, shared: bool) -> bool:
        try:
            async with db.tenant(tenant.schema) as tx:
                await tx.connection.execute("SET LOCAL lock_timeout = '50ms'")
                await tx.turn(name, shared=shared)
        except asyncpg.LockNotAvailableError:
            return False
        return True

    async with db.tenant(one.schema) as held:
        await held.turn("a.thing", shared=True)
        assert await takes(one, "a.thing", shared=True)
        assert not await takes(one, "a.thing", shared=False)
        assert await takes(one, "b.thing", shared=False)
        assert await takes(other, "a.thing", shared=False)
    async with db.tenant(one.schema) as held:
        await held.turn("a.thing")
        assert not await takes(one, "a.thing", shared=True)
    assert await takes(one, "a.thing", shared=False), "until the transaction ends"


async def test_a_cancelled_request_leaves_nothing_behind(tenants: list[Tenant], settings: Settings) -> None:
    small = await _small_pool(settings)
    started = asyncio.Event()

    async def slow() -> None:
        async with small.tenant(tenants[0].schema) as tx:
            await tx.execute(MARK, uuid7(), "cancelled")
            started.set()
            await tx.value("SELECT pg_sleep(10)")

    for _ in range(4):
        started.clear()
        task = asyncio.create_task(slow())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    for tenant in (tenants[1], tenants[0]) * 4:
        async with small.tenant(tenant.schema) as tx:
            assert await tx.values(MARKS, "cancelled") == []
            assert await tx.value("SELECT current_user") == tenant.schema
    await small.close()


async def test_a_killed_backend_is_replaced(
    tenants: list[Tenant], settings: Settings, owner: asyncpg.Connection
) -> None:
    small = await _small_pool(settings)
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError)):
        async with small.tenant(tenants[0].schema) as tx:
            await tx.execute(MARK, uuid7(), "killed")
            await owner.execute("SELECT pg_terminate_backend($1)", tx.connection.get_server_pid())
            await asyncio.sleep(0.05)
            await tx.value("SELECT 1")
    for tenant in tenants[:3]:
        async with small.tenant(tenant.schema) as tx:
            assert await tx.value("SELECT current_user") == tenant.schema
            assert await tx.values(MARKS, "killed") == []
    await small.close()


async def test_a_context_that_fails_is_not_handed_on(tenants: list[Tenant], settings: Settings) -> None:
    small = await _small_pool(settings)
    for _ in range(4):
        with pytest.raises(asyncpg.PostgresError, match="does not exist"):
            async with small.tenant(new_schema_name()):
                pytest.fail("a transaction began for a tenant that does not exist")
    for tenant in tenants[:4]:
        async with small.tenant(tenant.schema) as tx:
            assert await tx.value("SELECT current_user") == tenant.schema
    await small.close()


async def test_a_swallowed_error_is_loud_at_the_commit(tenants: list[Tenant], db: Database) -> None:
    with pytest.raises(CommitLost):
        async with db.tenant(tenants[0].schema) as tx:
            await tx.execute(MARK, uuid7(), "swallowed")
            with pytest.raises(asyncpg.DivisionByZeroError):
                await tx.value("SELECT 1 / 0")
    async with db.tenant(tenants[0].schema) as tx:
        assert await tx.values(MARKS, "swallowed") == []


async def test_a_savepoint_undoes_its_part_only(tenants: list[Tenant], db: Database) -> None:
    async with db.tenant(tenants[0].schema) as tx:
        await tx.execute(MARK, uuid7(), "outer")
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with tx.savepoint():
                await tx.execute(MARK, uuid7(), "inner")
                await tx.value("SELECT 1 / 0")
    async with db.tenant(tenants[0].schema) as tx:
        assert await tx.values(MARKS, "outer") == ["outer"]
        assert await tx.values(MARKS, "inner") == []


async def test_savepoints_nest(tenants: list[Tenant], db: Database) -> None:
    async with db.tenant(tenants[0].schema) as tx:
        with pytest.raises(asyncpg.DivisionByZeroError):
            async with tx.savepoint():
                async with tx.savepoint():
                    await tx.execute(MARK, uuid7(), "released, then undone")
                await tx.value("SELECT 1 / 0")
        async with tx.savepoint():
            await tx.execute(MARK, uuid7(), "kept")
    async with db.tenant(tenants[0].schema) as tx:
        assert await tx.values(MARKS, "released, then undone") == []
        assert await tx.values(MARKS, "kept") == ["kept"]


async def test_what_waits_for_the_commit(tenants: list[Tenant], db: Database) -> None:
    calls: list[str] = []

    async def note() -> None:
        calls.append("ran")

    with pytest.raises(Conflict):
        async with db.tenant(tenants[0].schema) as tx:
            tx.after_commit(note)
            raise Conflict("no")
    assert calls == []
    async with db.tenant(tenants[0].schema) as tx:
        tx.after_commit(note)
        assert calls == []
    assert calls == ["ran"]


async def test_read_only_means_it(tenants: list[Tenant], db: Database) -> None:
    with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
        async with db.tenant(tenants[0].schema, read_only=True) as tx:
            await tx.execute(MARK, uuid7(), "x")


async def test_a_conditional_write_that_misses(tenants: list[Tenant], db: Database) -> None:
    with pytest.raises(Conflict, match="gone"):
        async with db.tenant(tenants[0].schema) as tx:
            await tx.must_touch_one(Conflict("gone"), "DELETE FROM core_mail WHERE id = $1", uuid7())


async def test_one_row_that_is_not_there(tenants: list[Tenant], db: Database) -> None:
    with pytest.raises(RowMissing):
        async with db.tenant(tenants[0].schema) as tx:
            await tx.one(Tenant, "SELECT id FROM core_mail WHERE id = $1", uuid7())


async def test_closing_does_not_wait_for_ever(
    tenants: list[Tenant], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody who never ends a transaction does not keep the process from ending."""
    monkeypatch.setattr("nakamise.db.database.CLOSE_S", 0.2)
    stuck = await _small_pool(settings)

    async def hold() -> None:
        async with stuck.tenant(tenants[0].schema) as tx:
            await tx.value("SELECT pg_sleep(60)")

    held = asyncio.create_task(hold())
    await asyncio.sleep(0.1)
    async with asyncio.timeout(10):
        await stuck.close()
    with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
        await held


async def test_one_tenant_leaves_connections_to_the_others(tenants: list[Tenant], settings: Settings) -> None:
    """Four connections: whoever holds three waits for the fourth, and somebody else is served meanwhile."""
    pool = await Database.connect(app_url(settings), control_role=names(settings).control, size=4)
    greedy, other = tenants[:2]
    begun: list[int] = []
    full, go_on = asyncio.Event(), asyncio.Event()

    async def hold(number: int) -> None:
        async with pool.tenant(greedy.schema):
            begun.append(number)
            if len(begun) == 3:
                full.set()
            await go_on.wait()

    holding = [asyncio.create_task(hold(number)) for number in range(6)]
    async with asyncio.timeout(10):
        await full.wait()
        async with pool.tenant(other.schema) as tx:
            assert await tx.values(MARKS, other.slug) == [other.slug]
    assert len(begun) == 3
    go_on.set()
    await asyncio.gather(*holding)
    assert sorted(begun) == list(range(6))
    await pool.close()


async def test_what_follows_a_commit_holds_no_turn(tenants: list[Tenant], settings: Settings) -> None:
    """With one connection: what begins a transaction after a commit would wait for itself."""
    pool = await Database.connect(app_url(settings), control_role=names(settings).control, size=1)
    seen: list[str] = []

    async def look() -> None:
        async with pool.tenant(tenants[0].schema) as again:
            seen.extend(await again.values(MARKS, tenants[0].slug))

    async with asyncio.timeout(10), pool.tenant(tenants[0].schema) as tx:
        tx.after_commit(look)
    assert seen == [tenants[0].slug]
    await pool.close()
