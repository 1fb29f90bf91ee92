"""A whole installation of its own: PostgreSQL that waits for the disk, the application, stocked shops."""

from __future__ import annotations

import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

from bench.catalogue import stock_up
from nakamise.app import create_app
from nakamise.building import build_runtime, close_runtime
from nakamise.embedded import EmbeddedPostgres
from nakamise.plugin.context import GUEST, Actor, Tenant, TenantCtx
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.tenancy import provision, switches
from nakamise.tenancy.bootstrap import prepare_database
from nakamise.testing.server import free_port

DEMO_PLUGINS = ("payments", "payments_sandbox", "shop")
POOL_SIZE = 8


class World:
    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.settings = runtime.settings
        self.app: App = create_app(runtime)
        self._stocked: dict[str, Tenant] = {}

    async def new_tenant(self, plugins: tuple[str, ...] = DEMO_PLUGINS) -> Tenant:
        """Usable at once: everything in ``plugins`` is on."""
        slug = f"b-{secrets.token_hex(5)}"
        wanted = provision.NewTenant(
            slug=slug, name=slug.upper(), hosts=[f"{slug}.localhost"], plugins=plugins
        )
        tenant_id = await provision.create(self.settings, self.runtime.host, wanted)
        for plugin_id in plugins:
            await switches.enable(self.runtime, tenant_id, plugin_id)
        found = self.runtime.directory.by_id(tenant_id)
        assert found is not None
        return found

    async def stocked(self, name: str) -> Tenant:
        """A tenant with the catalogue; the same one for the same ``name``."""
        if name not in self._stocked:
            tenant = await self.new_tenant()
            await stock_up(self.settings, tenant.schema)
            self._stocked[name] = tenant
        return self._stocked[name]

    def ctx(self, tenant: Tenant, actor: Actor = GUEST) -> TenantCtx:
        return TenantCtx(self.runtime, tenant, actor, self.runtime.host.lineup(tenant.plugins))


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    server = EmbeddedPostgres(folder)
    try:
        yield server.start()
    finally:
        server.remove()


@asynccontextmanager
async def open_world() -> AsyncIterator[World]:
    """Removed with its data at the end."""
    with tempfile.TemporaryDirectory(prefix="nakamise-bench-") as name, _postgres(Path(name) / "pg") as url:
        settings = Settings(
            secret_key=secrets.token_urlsafe(32).encode(),
            port=free_port(),
            data_dir=Path(name) / "data",
            database_url=url,
            pool_size=POOL_SIZE,
        )
        await prepare_database(settings)
        runtime = await build_runtime(settings)
        try:
            yield World(runtime)
        finally:
            await close_runtime(runtime)
