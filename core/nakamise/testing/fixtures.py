"""pytest fixtures on a real PostgreSQL. In a ``conftest.py``: ``pytest_plugins = ["nakamise.testing.fixtures"]``.

    async def test_it(make_tenant, ctx_for):
        tenant = await make_tenant(plugins=("shop",))
        async with ctx_for(tenant).begin() as tx:
            ...

They need ``asyncio_mode = "auto"`` and session-wide loops (see our pyproject.toml). Each process (each
pytest-xdist worker too) has a PostgreSQL of its own. Tests share it, so each makes the
tenants that it changes; ``two_tenants`` are for reading.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import asyncpg
import httpx
import pytest

from nakamise.clock import FixedClock
from nakamise.db import Database
from nakamise.embedded import EmbeddedPostgres
from nakamise.host.registry import PluginHost
from nakamise.plugin.context import SYSTEM, Actor, Tenant, TenantCtx
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.tenancy import provision, switches
from nakamise.tenancy.bootstrap import prepare_database
from nakamise.tenancy.directory import Directory
from nakamise.tenancy.owner import app_url, names, owner_connection
from nakamise.testing.drain import drain as do_all_jobs
from nakamise.testing.live import LiveServer
from nakamise.testing.server import free_port, throwaway_postgres


class MakeTenant(Protocol):
    async def __call__(self, *, plugins: tuple[str, ...] = (), slug: str | None = None) -> Tenant:
        """``plugins`` are switched on in requirement order, with their requirements."""
        ...


class NewTenant(Protocol):
    async def __call__(self, *, slug: str | None = None, plugins: tuple[str, ...] = ()) -> Tenant:
        """Nothing is on; ``plugins`` have their tables only. Needs no runtime."""
        ...


class ClientFor(Protocol):
    def __call__(self, tenant: Tenant) -> httpx.AsyncClient:
        """A browser of its own on the tenant's canonical host: cookies are kept, redirects are not followed."""
        ...


class Drain(Protocol):
    async def __call__(self, tenant: Tenant, *, allow_failures: bool = False) -> None:
        """Do all jobs of ``tenant`` that are due."""
        ...


class CtxFor(Protocol):
    def __call__(self, tenant: Tenant, actor: Actor = SYSTEM) -> TenantCtx: ...


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """Running; shared by all tests of the process, so nobody stops it."""
    with throwaway_postgres() as server:
        yield server


@pytest.fixture(scope="session")
async def settings(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Of an installation whose database is prepared."""
    made = Settings(
        secret_key=secrets.token_urlsafe(32).encode(),
        port=free_port(),
        data_dir=Path(tmp_path_factory.mktemp("data")),
        database_url=postgres.start(),
        pool_size=8,
    )
    await prepare_database(made)
    return made


@pytest.fixture(scope="session")
def host() -> PluginHost:
    return PluginHost.discover()


@pytest.fixture(scope="session")
async def db(settings: Settings) -> AsyncIterator[Database]:
    """The application's pool."""
    database = await Database.connect(
        app_url(settings), control_role=names(settings).control, size=settings.pool_size
    )
    yield database
    await database.close()


@pytest.fixture(scope="session")
async def directory(settings: Settings, db: Database) -> AsyncIterator[Directory]:
    opened = await Directory.open(settings, db)
    yield opened
    await opened.close()


@pytest.fixture
async def owner(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A connection that may do everything: for looking at what really is in the database."""
    async with owner_connection(settings) as connection:
        yield connection


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime(2026, 11, 21, 3, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
async def runtime(settings: Settings, host: PluginHost) -> AsyncIterator[Runtime]:
    """Everything wired, as ``nakamise.asgi`` does it."""
    from nakamise.app import build_runtime, close_runtime

    built = await build_runtime(settings, host=host)
    yield built
    await close_runtime(built)


@pytest.fixture(scope="session")
def new_tenant(settings: Settings, host: PluginHost, directory: Directory) -> NewTenant:
    async def make(*, slug: str | None = None, plugins: tuple[str, ...] = ()) -> Tenant:
        slug = slug or f"t-{secrets.token_hex(5)}"
        wanted = provision.NewTenant(
            slug=slug, name=slug.upper(), hosts=[f"{slug}.localhost"], plugins=plugins
        )
        tenant_id = await provision.create(settings, host, wanted)
        await directory.refresh()
        tenant = directory.by_id(tenant_id)
        assert tenant is not None
        return tenant

    return make


@pytest.fixture(scope="session")
def make_tenant(runtime: Runtime, new_tenant: NewTenant) -> MakeTenant:
    async def make(*, plugins: tuple[str, ...] = (), slug: str | None = None) -> Tenant:
        wanted = _with_requirements(runtime.host, plugins)
        tenant = await new_tenant(slug=slug, plugins=wanted)
        for plugin_id in wanted:
            await switches.enable(runtime, tenant.id, plugin_id)
        await runtime.directory.refresh()
        found = runtime.directory.by_id(tenant.id)
        assert found is not None
        return found

    return make


@pytest.fixture(scope="session")
def ctx_for(runtime: Runtime) -> CtxFor:
    def ctx(tenant: Tenant, actor: Actor = SYSTEM) -> TenantCtx:
        fresh = runtime.directory.by_id(tenant.id) or tenant
        return TenantCtx(runtime, fresh, actor, runtime.host.lineup(fresh.plugins))

    return ctx


@pytest.fixture(scope="session")
async def two_tenants(make_tenant: MakeTenant) -> tuple[Tenant, Tenant]:
    """Two shops with everything that we ship on, and nothing in them. For reading: other tests see them too."""
    plugins = ("shop", "payments", "payments_sandbox")
    return await make_tenant(plugins=plugins), await make_tenant(plugins=plugins)


@pytest.fixture(scope="session")
def app(runtime: Runtime) -> App:
    """What a server runs, without its worker."""
    from nakamise.app import create_app

    return create_app(runtime)


@pytest.fixture
async def client(app: App, runtime: Runtime) -> AsyncIterator[ClientFor]:
    async with AsyncExitStack() as stack:

        def client_for(tenant: Tenant) -> httpx.AsyncClient:
            base_url = runtime.directory.base_url(tenant)
            made = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=app), base_url=base_url, headers={"Origin": base_url}
            )
            stack.push_async_callback(made.aclose)
            return made

        yield client_for


@pytest.fixture
def drain(runtime: Runtime) -> Drain:
    return functools.partial(do_all_jobs, runtime)


@pytest.fixture(scope="session")
def live_server(settings: Settings) -> Iterator[LiveServer]:
    """Running on the same database; tests that kill it make a ``LiveServer`` of their own."""
    server = LiveServer(settings)
    server.start()
    yield server
    server.stop()


def _with_requirements(host: PluginHost, plugins: tuple[str, ...]) -> tuple[str, ...]:
    wanted = set(plugins)
    todo = list(plugins)
    while todo:
        for required in host.manifest(todo.pop()).requires:
            if required not in wanted:
                wanted.add(required)
                todo.append(required)
    return tuple(host.in_order(wanted))
