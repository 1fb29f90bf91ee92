"""Fixtures of the tests of accounts: two sites on one installation whose clock stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from nakamise.app import build_runtime, close_runtime, create_app
from nakamise.clock import FixedClock
from nakamise.host.registry import PluginHost
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.testing.fixtures import NewTenant
from tests.core.accounts import Site


@pytest.fixture(scope="session")
def still_clock() -> FixedClock:
    """Tests move it forward only: what one test made stays in the past of the next."""
    return FixedClock(datetime(2026, 11, 21, 3, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
async def still_runtime(
    settings: Settings, host: PluginHost, still_clock: FixedClock
) -> AsyncIterator[Runtime]:
    built = await build_runtime(settings, clock=still_clock, host=host)
    yield built
    await close_runtime(built)


async def _site(runtime: Runtime, new_tenant: NewTenant, clock: FixedClock) -> Site:
    tenant = await new_tenant()
    await runtime.directory.refresh()
    return Site(runtime, create_app(runtime), tenant, clock)


@pytest.fixture
async def site(still_runtime: Runtime, new_tenant: NewTenant, still_clock: FixedClock) -> AsyncIterator[Site]:
    made = await _site(still_runtime, new_tenant, still_clock)
    yield made
    for client in made.clients:
        await client.aclose()


@pytest.fixture
async def other_site(
    still_runtime: Runtime, new_tenant: NewTenant, still_clock: FixedClock
) -> AsyncIterator[Site]:
    """Another tenant of the same installation."""
    made = await _site(still_runtime, new_tenant, still_clock)
    yield made
    for client in made.clients:
        await client.aclose()
