"""pytest fixtures of an installation on a real PostgreSQL; they come with the pytest plugin ``nakamise``.

    async def test_it(make_tenant, ctx_for):
        tenant = await make_tenant(plugins=("shop",))
        async with ctx_for(tenant).begin() as tx:
            ...

They need ``asyncio_mode = "auto"`` and session-wide loops (see our pyproject.toml). Each process (each
pytest-xdist worker too) has a PostgreSQL of its own. Tests share it, so each makes the
tenants that it changes; ``two_tenants`` are for reading.

Nothing of the framework is imported before a fixture is used: the plugin is loaded in every project of the
environment, and before coverage is measured.
"""

from __future__ import annotations

import functools
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

if TYPE_CHECKING:
    import asyncpg
    import httpx

    from nakamise.db import Database
    from nakamise.embedded import EmbeddedPostgres
    from nakamise.plugin.context import Actor, Tenant, TenantCtx
    from nakamise.routing.asgi import App
    from nakamise.runtime import Runtime
    from nakamise.settings import Settings
    from nakamise.tenancy.directory import Directory
    from nakamise.testing.clock import SteeredClock
    from nakamise.testing.fakes import FakingHost
    from nakamise.testing.live import LiveServer


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
    def __call__(self, tenant: Tenant, actor: Actor | None = None) -> TenantCtx:
        """Acts as the system when nobody is named."""
        ...


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """Running; shared by all tests of the process, so nobody stops it."""
    from nakamise.testing.server import throwaway_postgres

    with throwaway_postgres() as server:
        yield server


@pytest.fixture(scope="session")
async def settings(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Of an installation whose database is prepared."""
    from nakamise.settings import Settings
    from nakamise.tenancy.bootstrap import prepare_database
    from nakamise.testing.server import free_port

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
def host(nakamise_plugins: tuple[str, ...]) -> FakingHost:
    """Everything that is installed; see the fixture ``fake``."""
    from nakamise.host.routes import Mounting
    from nakamise.testing.fakes import FakingHost

    found = FakingHost.discover(mounting=Mounting.UNTRIED)
    # Who tests a plugin hears which of its routes does not fit; elsewhere the application says that one does not.
    return found if found.routes_fit(nakamise_plugins) else FakingHost.discover()


@pytest.fixture(scope="session")
async def db(settings: Settings) -> AsyncIterator[Database]:
    """The application's pool."""
    from nakamise.db import Database
    from nakamise.tenancy.owner import app_url, names

    database = await Database.connect(
        app_url(settings), control_role=names(settings).control, size=settings.pool_size
    )
    yield database
    await database.close()


@pytest.fixture(scope="session")
async def directory(settings: Settings, db: Database) -> AsyncIterator[Directory]:
    from nakamise.tenancy.directory import Directory

    opened = await Directory.open(settings, db)
    yield opened
    await opened.close()


@pytest.fixture
async def owner(settings: Settings) -> AsyncIterator[asyncpg.Connection]:
    """A connection that may do everything: for looking at what really is in the database."""
    from nakamise.tenancy.owner import owner_connection

    async with owner_connection(settings) as connection:
        yield connection


@pytest.fixture(scope="session")
def steered_clock() -> SteeredClock:
    """The runtime's; tests take ``clock``, which is put right after each."""
    from nakamise.testing.clock import SteeredClock

    return SteeredClock()


@pytest.fixture
def clock(steered_clock: SteeredClock) -> Iterator[SteeredClock]:
    """``ctx.now()`` and sessions go by it: ``clock.freeze(at)``, ``clock.advance(by)``."""
    yield steered_clock
    steered_clock.reset()


@pytest.fixture(scope="session")
async def runtime(
    settings: Settings, host: FakingHost, steered_clock: SteeredClock
) -> AsyncIterator[Runtime]:
    """Everything wired, as ``nakamise.asgi`` does it."""
    from nakamise.building import build_runtime, close_runtime

    built = await build_runtime(settings, host=host, clock=steered_clock)
    yield built
    await close_runtime(built)


@pytest.fixture(scope="session")
def new_tenant(settings: Settings, host: FakingHost, directory: Directory) -> NewTenant:
    from nakamise.testing.tenants import bare_tenant

    return functools.partial(bare_tenant, settings, host, directory)


@pytest.fixture(scope="session")
def make_tenant(runtime: Runtime) -> MakeTenant:
    from nakamise.testing.tenants import tenant_with

    async def make(*, plugins: tuple[str, ...] = (), slug: str | None = None) -> Tenant:
        return await tenant_with(runtime, plugins, slug=slug)

    return make


@pytest.fixture(scope="session")
def ctx_for(runtime: Runtime) -> CtxFor:
    from nakamise.testing.tenants import ctx_of

    def ctx(tenant: Tenant, actor: Actor | None = None) -> TenantCtx:
        return ctx_of(runtime, tenant, actor)

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
    from nakamise.testing.tenants import client_of

    async with AsyncExitStack() as stack:

        def client_for(tenant: Tenant) -> httpx.AsyncClient:
            made = client_of(app, runtime, tenant)
            stack.push_async_callback(made.aclose)
            return made

        yield client_for


@pytest.fixture
def drain(runtime: Runtime) -> Drain:
    from nakamise.testing.drain import drain as do_all_jobs

    return functools.partial(do_all_jobs, runtime)


@pytest.fixture(scope="session")
def live_server(settings: Settings) -> Iterator[LiveServer]:
    """Running on the same database; tests that kill it make a ``LiveServer`` of their own.

    It does no background jobs: a test does them with ``drain``, at the moment that it chooses.
    """
    import msgspec

    from nakamise.testing.live import LiveServer

    server = LiveServer(msgspec.structs.replace(settings, jobs=0))
    server.start()
    yield server
    server.stop()
