"""Fixtures of the tests of accounts: two sites on one installation whose clock stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

import pytest

from nakamise.app import create_app
from nakamise.building import build_runtime, close_runtime
from nakamise.clock import FixedClock
from nakamise.host.registry import PluginHost
from nakamise.plugin.context import Tenant
from nakamise.routing.asgi import App
from nakamise.runtime import Runtime
from nakamise.settings import Settings
from nakamise.testing.fixtures import NewTenant
from tests.core.accounts import Site

# What tests leave behind; the log stays, since nobody may delete from it.
_SWEEP: Final = (
    "DELETE FROM core_invitation",
    "DELETE FROM core_user",
    "DELETE FROM core_role WHERE NOT is_preset",
    "UPDATE core_role_permission SET is_granted = true",
    "DELETE FROM core_rate_bucket",
    "DELETE FROM core_mail",
    "DELETE FROM core_page",
    "DELETE FROM core_role_permission WHERE permission NOT LIKE 'core.%'",
)


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


@pytest.fixture(scope="session")
def still_app(still_runtime: Runtime) -> App:
    return create_app(still_runtime)


@pytest.fixture(scope="session")
async def tenant_pair(still_runtime: Runtime, new_tenant: NewTenant) -> tuple[Tenant, Tenant]:
    pair = await new_tenant(), await new_tenant()
    await still_runtime.directory.refresh()
    return pair


@pytest.fixture
async def site(
    still_runtime: Runtime, still_app: App, still_clock: FixedClock, tenant_pair: tuple[Tenant, Tenant]
) -> AsyncIterator[Site]:
    """Without users, and without a memory of earlier tries."""
    made = Site(still_runtime, still_app, tenant_pair[0], still_clock)
    await _sweep(made)
    yield made
    await made.close()


@pytest.fixture
async def other_site(
    still_runtime: Runtime, still_app: App, still_clock: FixedClock, tenant_pair: tuple[Tenant, Tenant]
) -> AsyncIterator[Site]:
    """Another tenant of the same installation."""
    made = Site(still_runtime, still_app, tenant_pair[1], still_clock)
    await _sweep(made)
    yield made
    await made.close()


async def _sweep(site: Site) -> None:
    async with site.ctx.begin() as tx:
        for statement in _SWEEP:
            await tx.execute(statement)
