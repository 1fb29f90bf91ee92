"""Schemas that go from test to test: the next tenant cannot tell, and what a test has changed goes to nobody."""

from __future__ import annotations

import asyncpg
import pytest

from nakamise.plugin import Tenant
from nakamise.runtime import Runtime
from nakamise.testing.catalog import describe
from nakamise.testing.tenants import ctx_of
from tests.second_hand import TURNS, SecondHand, Turns

PLUGINS = ("shop", "payments_sandbox", "livestream")
EMPTY, KILOBYTE = "''", "decode(repeat('ab', 1000), 'hex')"
PLACE = "tests/plugins/shop/test_it.py::test_it"


@pytest.fixture
def turns() -> Turns:
    return Turns()


@pytest.fixture
def maker(runtime: Runtime, turns: Turns) -> SecondHand:
    return SecondHand(runtime, turns)


async def schema_id(owner: asyncpg.Connection, tenant: Tenant) -> int:
    """The same under every name."""
    found: int = await owner.fetchval("SELECT oid FROM pg_namespace WHERE nspname = $1", tenant.schema)
    return found


async def rows(owner: asyncpg.Connection, tenant: Tenant) -> dict[str, int]:
    tables = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = $1", tenant.schema)
    return {
        name: await owner.fetchval(f'SELECT count(*) FROM "{tenant.schema}"."{name}"')
        for name in (table["tablename"] for table in tables)
    }


async def used(runtime: Runtime, tenant: Tenant) -> None:
    """There is a person."""
    ctx = ctx_of(runtime, tenant)
    async with ctx.begin() as tx:
        await runtime.auth.ensure_user(
            tx, email="hana@example.com", password="correct horse 2026", display_name="花子", roles=("admin",)
        )


async def test_the_next_tenant_has_what_a_fresh_one_has(
    maker: SecondHand, turns: Turns, runtime: Runtime, owner: asyncpg.Connection
) -> None:
    first = await maker.make(plugins=PLUGINS)
    fresh, known = await rows(owner, first), await schema_id(owner, first)
    described = await describe(owner, first.schema)
    await used(runtime, first)
    assert await rows(owner, first) != fresh
    turns.left.append(first)
    second = await maker.make(plugins=PLUGINS)
    assert await schema_id(owner, second) == known
    assert await rows(owner, second) == fresh
    assert await describe(owner, second.schema) == described
    assert (second.id, second.schema, second.slug) != (first.id, first.schema, first.slug)
    assert second.schema != first.schema
    assert runtime.directory.by_id(first.id) is None
    async with ctx_of(runtime, second).read() as tx:
        assert await tx.value("SELECT count(*) FROM core_user") == 0


@pytest.mark.parametrize(
    "change",
    [
        'ALTER TABLE "{}".core_user ADD COLUMN note text',
        'ALTER TABLE "{}".core_user ALTER COLUMN display_name DROP NOT NULL',
        'REVOKE SELECT ON "{0}".core_user FROM "{0}"',
        'REVOKE USAGE ON SCHEMA "{0}" FROM "{0}"',
        'CREATE TABLE "{}".mine (id int)',
        'DROP TABLE "{}".core_audit CASCADE',
        'CREATE INDEX mine ON "{}".core_user (display_name)',
        'DELETE FROM "{}".core_migration WHERE revision = (SELECT max(revision) FROM "{0}".core_migration)',
        # Ten megabytes in a table that is there.
        f'INSERT INTO "{{}}".core_audit_seal SELECT n, now(), 1, {EMPTY}, {KILOBYTE} FROM generate_series(1, 10000) n',
    ],
)
async def test_a_changed_schema_goes_to_nobody(
    change: str, maker: SecondHand, turns: Turns, runtime: Runtime, owner: asyncpg.Connection
) -> None:
    first = await maker.make()
    known = await schema_id(owner, first)
    await owner.execute(change.replace("{}", first.schema).replace("{0}", first.schema))
    turns.left.append(first)
    second = await maker.make()
    assert await schema_id(owner, second) != known
    assert runtime.directory.by_id(first.id) is not None
    assert await schema_id(owner, first) == known


async def test_other_tables_are_other_peoples(
    maker: SecondHand, turns: Turns, owner: asyncpg.Connection
) -> None:
    first = await maker.make()
    turns.left.append(first)
    known = await schema_id(owner, first)
    shop = await maker.make(plugins=("shop",))
    assert await schema_id(owner, shop) != known
    assert await schema_id(owner, await maker.make()) == known


async def test_what_is_locked_stays(maker: SecondHand, turns: Turns, owner: asyncpg.Connection) -> None:
    first = await maker.make()
    known = await schema_id(owner, first)
    async with owner.transaction():
        await owner.execute("SELECT 1 FROM nakamise.tenant WHERE id = $1 FOR KEY SHARE", first.id)
        turns.left.append(first)
        assert await schema_id(owner, await maker.make()) != known
    assert await schema_id(owner, first) == known


@pytest.fixture(scope="session")
def seen_by_session() -> str:
    return TURNS.scope


@pytest.fixture(scope="module")
def seen_by_module(seen_by_session: str) -> str:
    return TURNS.scope


@pytest.fixture
def seen_by_test(seen_by_module: str) -> str:
    return TURNS.scope


async def test_who_makes_is_known(seen_by_session: str, seen_by_module: str, seen_by_test: str) -> None:
    assert (seen_by_session, seen_by_module, seen_by_test) == ("session", "module", "function")
    assert TURNS.scope == "function"


@pytest.mark.parametrize(
    ("place", "scope", "is_left"),
    [
        (PLACE, "function", True),
        (PLACE, "module", False),
        (PLACE, "session", False),
        ("tests/core/tenancy/test_it.py::test_it", "function", False),
    ],
)
async def test_what_outlives_a_test_is_not_taken(
    place: str, scope: str, is_left: bool, runtime: Runtime
) -> None:
    turns = Turns(scope)
    turns.pytest_runtest_logstart(place)
    tenant = await SecondHand(runtime, turns).make()
    assert turns.left == []
    turns.pytest_runtest_logfinish()
    assert turns.left == ([tenant] if is_left else [])
