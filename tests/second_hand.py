"""Schemas of tests that ended, for the tenants of the next ones: making 220 tables and indexes takes a quarter of a
second of processor time, emptying them a fiftieth of one.

A new tenant takes such a schema from the pool of ready ones, as in production; all else of it is new: id, slug, host,
and the schema's and role's name. Whoever changed the schema, or left much in it, leaves it to nobody.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Generator
from typing import Any, Final

import asyncpg
import pytest

from nakamise.ids import check_schema_name, new_schema_name
from nakamise.plugin.context import Tenant
from nakamise.runtime import Runtime
from nakamise.tenancy import provision
from nakamise.tenancy.control import announce
from nakamise.tenancy.owner import owner_connection, owner_transaction
from nakamise.testing.tenants import tenant_with, with_requirements

# Elsewhere tests look at the whole installation, or keep tenants longer than a fixture tells.
FOLDERS: Final = ("tests/plugins/",)
# Dead rows stay until a vacuum, which nobody does here.
_MUCH_BYTES: Final = 8 * 2**20
_LEDGER: Final = "core_migration"

_SHAPE: Final = """
WITH relation AS (SELECT * FROM pg_class WHERE relnamespace = $1::text::regnamespace),
told AS (
  SELECT concat_ws(' ', 'r', relname, relkind, relacl, relrowsecurity, reloptions) AS line FROM relation
  UNION ALL SELECT concat_ws(' ', 'a', r.relname, attname, atttypid, atttypmod, attnotnull, attacl, attidentity,
    pg_get_expr(adbin, adrelid)) FROM pg_attribute JOIN relation r ON r.oid = attrelid
    LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum WHERE relkind = 'r' AND attnum > 0
  UNION ALL SELECT concat_ws(' ', 'c', r.relname, conname, contype, convalidated, condeferrable,
    pg_get_expr(conbin, conrelid)) FROM pg_constraint JOIN relation r ON r.oid = conrelid
  UNION ALL SELECT concat_ws(' ', 'n', nspacl) FROM pg_namespace WHERE nspname = $1
  UNION ALL SELECT concat_ws(' ', 'f', proname) FROM pg_proc WHERE pronamespace = $1::text::regnamespace
  UNION ALL SELECT concat_ws(' ', 't', tgname) FROM pg_trigger JOIN relation r ON r.oid = tgrelid WHERE NOT tgisinternal
),
-- Rights name the role, which is called like the schema.
nameless AS (SELECT replace(line, $1, '') AS line FROM told)
SELECT md5(string_agg(line, ' ' ORDER BY line)) FROM nameless
"""
_TABLES: Final = (
    "SELECT relname, pg_relation_size(oid) AS bytes FROM pg_class"
    " WHERE relnamespace = $1::text::regnamespace AND relkind = 'r'"
)


class Turns:
    """Which test has its turn, which fixture is being made, and which tenants the tests left behind.

    What a fixture of a module or of the session makes outlives the test. To be registered as a plugin: hooks of a
    conftest.py hear of no fixture of the session.
    """

    def __init__(self, *scopes: str) -> None:
        self._nodeid = ""
        self._scopes = list(scopes)
        self._in_use: list[Tenant] = []
        self.left: list[Tenant] = []

    @property
    def scope(self) -> str:
        """Of the fixture that is being made; a test itself is like one of its own."""
        return self._scopes[-1] if self._scopes else "function"

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._nodeid = nodeid

    def pytest_runtest_logfinish(self) -> None:
        self.left += self._in_use
        self._in_use.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
        self._scopes.append(fixturedef.scope)
        try:
            return (yield)
        finally:
            self._scopes.pop()

    def made(self, tenant: Tenant) -> None:
        if self._nodeid.startswith(FOLDERS) and self.scope == "function":
            self._in_use.append(tenant)


TURNS: Final = Turns()


class SecondHand:
    """Makes tenants as ``nakamise.testing`` does, of the schemas of those in ``turns.left`` where they fit."""

    def __init__(self, runtime: Runtime, turns: Turns = TURNS) -> None:
        self._runtime = runtime
        self._turns = turns
        self._ready: dict[str, list[str]] = defaultdict(list)
        self._shapes: dict[str, str] = {}

    async def make(self, *, plugins: tuple[str, ...] = (), slug: str | None = None) -> Tenant:
        while self._turns.left:
            await self._take_back(self._turns.left.pop())
        mark = self._mark(plugins)
        if self._ready[mark]:
            async with owner_connection(self._runtime.settings) as owner:
                offer = "INSERT INTO nakamise.schema_pool (schema, fingerprint) VALUES ($1, $2)"
                await owner.execute(offer, self._ready[mark].pop(), mark)
        tenant = await tenant_with(self._runtime, plugins, slug=slug)
        if mark not in self._shapes:
            async with owner_connection(self._runtime.settings) as owner:
                self._shapes[mark] = await _shape(owner, tenant.schema)
        self._turns.made(tenant)
        return tenant

    def _mark(self, plugins: tuple[str, ...]) -> str:
        host = self._runtime.host
        return provision.fingerprint(provision.histories(host, with_requirements(host, plugins)))

    async def _take_back(self, tenant: Tenant) -> None:
        """A tenant that cannot go, because of what a test did to it or still does, stays as it is."""
        try:
            async with owner_transaction(self._runtime.settings) as owner:
                shape = await _shape(owner, tenant.schema)
                mark = next((mark for mark, known in self._shapes.items() if known == shape), None)
                if mark is None or not await _empty(owner, tenant.schema):
                    return
                schema = await _rename(owner, tenant)
        except asyncpg.PostgresError:
            return
        self._ready[mark].append(schema)


async def _shape(owner: asyncpg.Connection, schema: str) -> str:
    """Equal for schemas with the same tables, rights and migrations."""
    done = f"SELECT string_agg(plugin || revision || sha256, ' ' ORDER BY plugin, revision) FROM \"{schema}\".{_LEDGER}"
    return f"{await owner.fetchval(_SHAPE, schema)} {await owner.fetchval(done)}"


async def _empty(owner: asyncpg.Connection, schema: str) -> bool:
    """Whether it is small enough, and empty now."""
    tables: list[Any] = await owner.fetch(_TABLES, schema)
    if sum(table["bytes"] for table in tables) > _MUCH_BYTES:
        return False
    names = [f'"{schema}"."{table["relname"]}"' for table in tables if table["relname"] != _LEDGER]
    # Without the triggers of foreign keys: nothing is left that could miss anything.
    await owner.execute("SET LOCAL session_replication_role = replica")
    await owner.execute(";".join(f"DELETE FROM {name}" for name in names))
    return True


async def _rename(owner: asyncpg.Connection, tenant: Tenant) -> str:
    """Nobody finds the old one's rows, files or rooms under the new name."""
    old, new = check_schema_name(tenant.schema), new_schema_name()
    await owner.execute("SET LOCAL session_replication_role = origin")
    await announce(owner, tenant.id, "tenant.purge", actor="tests")
    await owner.execute("DELETE FROM nakamise.tenant WHERE id = $1", tenant.id)
    await owner.execute(f'ALTER SCHEMA "{old}" RENAME TO "{new}"; ALTER ROLE "{old}" RENAME TO "{new}"')
    return new
