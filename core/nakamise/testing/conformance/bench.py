"""What the checks work on: one plugin in a running installation, two tenants that have it, one that does not."""

from __future__ import annotations

import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from importlib import metadata
from typing import Any

import asyncpg
import httpx
from litestar import Litestar
from litestar.handlers import BaseRouteHandler

from nakamise.host.loading import Loaded
from nakamise.host.refusal import Refused
from nakamise.host.routes import handlers_of
from nakamise.plugin.context import Tenant, TenantCtx
from nakamise.plugin.manifest import Manifest
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.tenancy.owner import owner_connection
from nakamise.testing.conformance.rows import Rows, fill
from nakamise.testing.people import Person, sign_in
from nakamise.testing.tenants import client_of, ctx_of, tenant_with


@dataclass
class House:
    """A tenant with the plugin on and rows in its tables, each text marked by ``canary``."""

    tenant: Tenant
    canary: str
    admin: Person
    rows: Rows

    @property
    def marked(self) -> str:
        """How the canary stands in every text: markup that a template must escape."""
        return f"<i>{self.canary}</i>"


@dataclass
class Bench:
    """``refused`` is why the host would not have the plugin: then nothing else can be asked."""

    runtime: Runtime
    app: App
    plugin_id: str
    _houses: dict[str, House] = field(default_factory=dict)
    _bare: Tenant | None = None

    @property
    def refused(self) -> Refused | None:
        return next((one for one in self.runtime.host.refused if one.id == self.plugin_id), None)

    @property
    def plugin(self) -> Loaded:
        """Raises KeyError for a plugin that is not usable."""
        return self.runtime.host.plugin(self.plugin_id)

    @property
    def manifest(self) -> Manifest:
        return self.plugin.manifest

    @cached_property
    def exempt(self) -> Mapping[str, str]:
        """Check id → why, from ``quality.toml`` beside the manifest's module."""
        folder = self.plugin.folder
        file = folder / "quality.toml" if folder else None
        if file is None or not file.is_file():
            return {}
        found: dict[str, str] = tomllib.loads(file.read_text(encoding="utf-8")).get("exempt", {})
        return found

    @cached_property
    def distribution(self) -> metadata.Distribution | None:
        """What was installed; None when it cannot be found."""
        try:
            return metadata.distribution(self.plugin.dist)
        except (metadata.PackageNotFoundError, ValueError):
            return None

    @property
    def litestar(self) -> Litestar:
        """What stands behind the gate."""
        inner: Any = self.app
        while not isinstance(inner, Litestar):
            inner = inner._app
        return inner

    def routes(self) -> list[tuple[str, BaseRouteHandler]]:
        """(path with its parameters, handler) of the plugin's own."""
        found = [
            (path, handler)
            for path, handler in handlers_of(self.litestar.routes)
            if self.runtime.host.owner_of(path) == self.plugin_id
        ]
        return sorted(found, key=lambda pair: pair[0])

    async def bare(self) -> Tenant:
        """Only what the plugin requires is on."""
        if self._bare is None:
            self._bare = await tenant_with(self.runtime, self.manifest.requires)
        return self._bare

    async def house(self, name: str) -> House:
        """ "left" and "right" stay; any other name is one more, for a check that destroys."""
        if name not in self._houses:
            self._houses[name] = await self._furnish()
        return self._houses[name]

    async def _furnish(self) -> House:
        tenant = await tenant_with(self.runtime, (self.plugin_id,))
        canary = f"canary{secrets.token_hex(8)}"
        person = await self.sign_in(tenant, ("admin",))
        async with owner_connection(self.runtime.settings) as connection:
            tables = await self.own_tables(connection, tenant)
            rows = await fill(connection, tenant.schema, tables, f"<i>{canary}</i>", person.id)
        return House(tenant, canary, person, rows)

    async def sign_in(self, tenant: Tenant, roles: tuple[str, ...] = ()) -> Person:
        needs_mfa = any(getattr(permission, "mfa", False) for permission in self.manifest.permissions)
        client = client_of(self.app, self.runtime, tenant)
        return await sign_in(
            ctx_of(self.runtime, tenant), client, roles, "Conformance", mfa=bool(roles) and needs_mfa
        )

    def guest(self, tenant: Tenant) -> httpx.AsyncClient:
        return client_of(self.app, self.runtime, tenant)

    def ctx(self, tenant: Tenant) -> TenantCtx:
        return ctx_of(self.runtime, tenant)

    async def own_tables(self, connection: asyncpg.Connection, tenant: Tenant) -> list[str]:
        """What switching the plugin on added, by comparison with a tenant without it."""
        bare = await self.bare()
        known = set(await tables_of(connection, bare.schema))
        return [table for table in await tables_of(connection, tenant.schema) if table not in known]


async def tables_of(connection: asyncpg.Connection, schema: str) -> list[str]:
    sql = (
        "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = $1::text::regnamespace"
        " AND c.relkind = 'r' ORDER BY 1"
    )
    return [row[0] for row in await connection.fetch(sql, schema)]
