"""pytest fixtures for a plugin's own tests: tenants with and without it, people by role, fakes, a browser page.

``pyproject.toml`` names the plugins that the fixtures ``tenant`` and ``other_tenant`` have on:

    [tool.pytest.ini_options]
    nakamise_plugins = ["hello"]
"""

from __future__ import annotations

import functools
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeVar

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Page

    from nakamise.host.registry import PluginHost
    from nakamise.plugin.context import Tenant
    from nakamise.routing.asgi import App
    from nakamise.runtime import Runtime
    from nakamise.testing.conformance.bench import Bench
    from nakamise.testing.fakes import FakingHost
    from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
    from nakamise.testing.live import LiveServer
    from nakamise.testing.people import Person
    from nakamise.testing.quoting import Proposals

S = TypeVar("S")


class As(Protocol):
    async def __call__(self, tenant: Tenant, *, mfa: bool = False) -> Person:
        """A new person of ``tenant``; ``mfa``: one who has passed the second factor."""
        ...


class RestrictedHost(Protocol):
    def __call__(self, *plugins: str) -> PluginHost:
        """Discovery sees these plugins only, whatever else is installed."""
        ...


class Fake(Protocol):
    def __call__(self, service: type[S], implementation: S) -> S:
        """``ctx.service(service)`` gives ``implementation`` to everybody until the test ends."""
        ...


class QuoteFor(Protocol):
    async def __call__(
        self, tenant: Tenant, lines: Sequence[tuple[int, int]], *, inputs: Mapping[str, str] | None = None
    ) -> Proposals:
        """What plugins propose for ``lines`` of (tax-included price in minor units, quantity)."""
        ...


class BenchOf(Protocol):
    def __call__(self, plugin_id: str) -> Bench:
        """Where ``nakamise.testing.conformance`` examines a plugin; the same for all its rules."""
        ...


class BrowserPage(Protocol):
    async def __call__(self, tenant: Tenant, path: str = "/", *, person: Person | None = None) -> Page:
        """A page of a new Chromium window at ``path`` of the tenant, on the real server."""
        ...


@pytest.fixture(scope="session")
def nakamise_plugins(pytestconfig: pytest.Config) -> tuple[str, ...]:
    """Ids of the plugins under test."""
    return tuple(pytestconfig.getini("nakamise_plugins"))


@pytest.fixture
def nakamise_host() -> RestrictedHost:
    from nakamise.host.discovery import installed_entry_points
    from nakamise.host.registry import PluginHost

    def restricted(*plugins: str) -> PluginHost:
        return PluginHost.discover(
            entry_points=[found for found in installed_entry_points() if found.name in plugins]
        )

    return restricted


@pytest.fixture
async def tenant(make_tenant: MakeTenant, nakamise_plugins: tuple[str, ...]) -> Tenant:
    """The plugins under test, and what they require, are on."""
    return await make_tenant(plugins=nakamise_plugins)


@pytest.fixture
async def other_tenant(make_tenant: MakeTenant, nakamise_plugins: tuple[str, ...]) -> Tenant:
    """Like ``tenant``, and nobody of one may see anything of the other."""
    return await make_tenant(plugins=nakamise_plugins)


@pytest.fixture
async def tenant_without_plugin(
    make_tenant: MakeTenant, host: FakingHost, nakamise_plugins: tuple[str, ...]
) -> Tenant:
    """Only what the plugins under test require is on, not they themselves."""
    required = {id_ for plugin in nakamise_plugins for id_ in host.manifest(plugin).requires}
    return await make_tenant(plugins=tuple(sorted(required - set(nakamise_plugins))))


@pytest.fixture
def as_admin(client: ClientFor, ctx_for: CtxFor) -> As:
    return _people(client, ctx_for, ("admin",), "Admin")


@pytest.fixture
def as_staff(client: ClientFor, ctx_for: CtxFor) -> As:
    return _people(client, ctx_for, ("shop_staff",), "Staff")


@pytest.fixture
def as_broadcaster(client: ClientFor, ctx_for: CtxFor) -> As:
    return _people(client, ctx_for, ("broadcaster",), "Broadcaster")


@pytest.fixture
def as_buyer(client: ClientFor, ctx_for: CtxFor) -> As:
    return _people(client, ctx_for, (), "Buyer")


@pytest.fixture
def as_guest(client: ClientFor, ctx_for: CtxFor) -> As:
    from nakamise.plugin.context import GUEST
    from nakamise.testing.people import Person

    async def guest(tenant: Tenant, *, mfa: bool = False) -> Person:
        if mfa:
            raise ValueError("a guest has no second factor")
        return Person(tenant, client(tenant), ctx_for(tenant, GUEST))

    return guest


def _people(client: ClientFor, ctx_for: CtxFor, roles: Sequence[str], name: str) -> As:
    from nakamise.testing.people import sign_in

    async def person(tenant: Tenant, *, mfa: bool = False) -> Person:
        return await sign_in(ctx_for(tenant), client(tenant), roles, name, mfa=mfa)

    return person


@pytest.fixture
def fake(host: FakingHost) -> Iterator[Fake]:
    def stand_in(service: type[S], implementation: S) -> S:
        host.stand_ins[service] = implementation
        return implementation

    yield stand_in
    host.stand_ins.clear()


@pytest.fixture
def quote(ctx_for: CtxFor) -> QuoteFor:
    from nakamise.testing.quoting import proposals

    async def propose(
        tenant: Tenant, lines: Sequence[tuple[int, int]], *, inputs: Mapping[str, str] | None = None
    ) -> Proposals:
        return await proposals(ctx_for(tenant), lines, inputs or {})

    return propose


@pytest.fixture(scope="session")
def conformance_bench(runtime: Runtime, app: App) -> BenchOf:
    from nakamise.testing.conformance.bench import Bench

    return functools.cache(functools.partial(Bench, runtime, app))


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Skips where no browser can be found, unless this is CI: there it must be."""
    from nakamise.testing.chromium import launched

    async with launched() as browser:
        yield browser


@pytest.fixture
async def browser_page(chromium: Browser, live_server: LiveServer) -> AsyncIterator[BrowserPage]:
    from nakamise.testing.chromium import cookies_of

    contexts: list[BrowserContext] = []

    async def page_at(tenant: Tenant, path: str = "/", *, person: Person | None = None) -> Page:
        context = await chromium.new_context(locale=tenant.locale)
        contexts.append(context)
        if person is not None:
            await context.add_cookies(cookies_of(person))
        page = await context.new_page()
        await page.goto(live_server.url(tenant, path))
        return page

    yield page_at
    for context in contexts:
        await context.close()
