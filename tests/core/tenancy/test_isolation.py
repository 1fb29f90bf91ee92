"""A forgotten or wrong tenant is an error of the database, never an empty or foreign answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from nakamise.db import Database
from nakamise.db.fence import TransactionControl
from nakamise.ids import new_schema_name, uuid7
from nakamise.plugin import Tenant
from nakamise.settings import Settings
from nakamise.tenancy.owner import app_url, names
from nakamise.testing.fixtures import NewTenant

USERS = "SELECT count(*) FROM core_user"


@pytest.fixture(scope="module")
async def pair(new_tenant: NewTenant) -> tuple[Tenant, Tenant]:
    return await new_tenant(), await new_tenant()


@asynccontextmanager
async def _login(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(app_url(settings))
    try:
        yield connection
    finally:
        await connection.close()


async def _in_tx(connection: asyncpg.Connection, role: str, path: str, query: str) -> object:
    async with connection.transaction():
        await connection.execute(f'SET LOCAL ROLE "{role}"')
        await connection.execute(f'SET LOCAL search_path = "{path}", pg_temp')
        return await connection.fetchval(query)


async def test_a_tenant_reaches_its_own_tables(pair: tuple[Tenant, Tenant], db: Database) -> None:
    async with db.tenant(pair[0].schema) as tx:
        assert await tx.value(USERS) == 0
        assert await tx.value("SELECT nakamise.my_tenant()") == pair[0].id


async def test_without_a_context_there_is_no_table(settings: Settings) -> None:
    async with _login(settings) as connection:
        with pytest.raises(asyncpg.UndefinedTableError):
            await connection.fetchval(USERS)


async def test_without_a_context_a_qualified_table_is_denied(
    pair: tuple[Tenant, Tenant], settings: Settings
) -> None:
    async with _login(settings) as connection:
        for table in (f'"{pair[0].schema}".core_user', "nakamise.tenant", "nakamise.plugin_switch"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.fetchval(f"SELECT count(*) FROM {table}")


async def test_after_the_commit_the_context_is_gone(pair: tuple[Tenant, Tenant], settings: Settings) -> None:
    async with _login(settings) as connection:
        assert await _in_tx(connection, pair[0].schema, pair[0].schema, USERS) == 0
        with pytest.raises(asyncpg.UndefinedTableError):
            await connection.fetchval(USERS)


async def test_other_tenants_schema_by_name(pair: tuple[Tenant, Tenant], db: Database) -> None:
    one, other = pair
    for verb in ("SELECT count(*) FROM", "DELETE FROM", "INSERT INTO"):
        query = f'{verb} "{other.schema}".core_user' + (" DEFAULT VALUES" if verb == "INSERT INTO" else "")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.tenant(one.schema) as tx:
                await tx.execute(query)


async def test_role_of_one_path_of_the_other(pair: tuple[Tenant, Tenant], settings: Settings) -> None:
    one, other = pair
    async with _login(settings) as connection:
        # A schema that the role may not use is left out of its path: the table is not even found.
        with pytest.raises(asyncpg.UndefinedTableError):
            await _in_tx(connection, one.schema, other.schema, USERS)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await _in_tx(
                connection, one.schema, other.schema, f'SELECT count(*) FROM "{other.schema}".core_user'
            )


async def test_missing_role(settings: Settings, db: Database) -> None:
    with pytest.raises(asyncpg.PostgresError, match="does not exist"):
        async with db.tenant(new_schema_name()):
            pytest.fail("a transaction began for a tenant that does not exist")


@pytest.mark.parametrize(
    "name", ["public", "nakamise", "t_short", 't_aaaaaaaaaaaaa"; --', "T_AAAAAAAAAAAAA", ""]
)
async def test_a_name_that_is_no_tenant_schema(name: str, db: Database) -> None:
    with pytest.raises(ValueError, match="not a tenant schema"):
        async with db.tenant(name):
            pytest.fail("a transaction began")


@pytest.mark.parametrize(
    "statement",
    ["RESET ROLE", "SET ROLE NONE", "SET search_path = x", "SELECT set_config('role', 'x', true)"],
)
async def test_nobody_leaves_the_context_from_inside(
    statement: str, pair: tuple[Tenant, Tenant], db: Database
) -> None:
    with pytest.raises(TransactionControl):
        async with db.tenant(pair[0].schema) as tx:
            await tx.execute(statement)


async def test_reset_role_behind_our_back_sees_nothing(pair: tuple[Tenant, Tenant], db: Database) -> None:
    """On the connection itself, which no plugin should touch: then no table is even found."""
    with pytest.raises(asyncpg.UndefinedTableError):
        async with db.tenant(pair[0].schema) as tx:
            await tx.connection.execute("RESET ROLE")
            await tx.value(USERS)


async def test_a_tenant_cannot_read_the_shared_schema(pair: tuple[Tenant, Tenant], db: Database) -> None:
    for table in (
        "tenant",
        "tenant_host",
        "plugin_switch",
        "control_audit",
        "migration_ledger",
        "schema_pool",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.tenant(pair[0].schema) as tx:
                await tx.value(f"SELECT count(*) FROM nakamise.{table}")


async def test_a_tenants_function_answers_for_itself_only(
    pair: tuple[Tenant, Tenant], db: Database, owner: asyncpg.Connection
) -> None:
    one, other = pair
    await owner.execute(
        "INSERT INTO nakamise.plugin_switch (tenant_id, plugin, is_on) VALUES ($1, 'only_one', true)", one.id
    )
    async with db.tenant(one.schema) as tx:
        assert await tx.values("SELECT plugin FROM nakamise.my_switches()") == ["only_one"]
    async with db.tenant(other.schema) as tx:
        assert await tx.values("SELECT plugin FROM nakamise.my_switches()") == []


async def test_functions_for_tenants_refuse_everybody_else(db: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="no tenant"):
        async with db.control() as tx:
            await tx.value("SELECT nakamise.my_tenant()")


async def test_control_cannot_read_a_tenants_tables(pair: tuple[Tenant, Tenant], db: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.control() as tx:
            await tx.value(f'SELECT count(*) FROM "{pair[0].schema}".core_user')


@pytest.mark.parametrize("role_of", ["tenant", "control", "login"])
async def test_nobody_can_make_anything(
    role_of: str, pair: tuple[Tenant, Tenant], settings: Settings
) -> None:
    role = {"tenant": pair[0].schema, "control": names(settings).control, "login": names(settings).app}[
        role_of
    ]
    schema = pair[0].schema
    for statement in (
        f'CREATE TABLE "{schema}".x (id int)',
        "CREATE TABLE public.x (id int)",
        "CREATE TABLE nakamise.x (id int)",
        "CREATE TEMP TABLE x (id int)",
        "CREATE SCHEMA x",
        "CREATE ROLE x",
    ):
        async with _login(settings) as connection:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await _in_tx(connection, role, schema, statement)


async def test_the_audit_only_grows(pair: tuple[Tenant, Tenant], db: Database) -> None:
    async with db.tenant(pair[0].schema) as tx:
        await tx.execute("INSERT INTO core_audit (id, act) VALUES ($1, 'test')", uuid7())
        assert await tx.value("SELECT count(*) FROM core_audit") >= 1
    for statement in ("UPDATE core_audit SET act = 'x'", "DELETE FROM core_audit", "TRUNCATE core_audit"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.tenant(pair[0].schema) as tx:
                await tx.execute(statement)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with db.tenant(pair[0].schema) as tx:
            await tx.execute(
                "INSERT INTO core_migration (plugin, revision, name, sha256) VALUES ('x', 1, '', '')"
            )
    for statement in ("UPDATE control_audit SET act = 'x'", "DELETE FROM control_audit"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            async with db.control() as tx:
                await tx.execute(statement)


async def test_the_login_role_has_no_right_on_any_table(
    settings: Settings, owner: asyncpg.Connection
) -> None:
    visible = await owner.fetch(
        "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S')"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')"
        " AND has_schema_privilege($1, n.oid, 'USAGE')",
        names(settings).app,
    )
    assert visible == []
