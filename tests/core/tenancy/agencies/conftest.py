"""Two agencies and the operators, each with a console of its own."""

from __future__ import annotations

import asyncpg
import pytest

from nakamise.runtime import Runtime
from nakamise.testing.fixtures import NewTenant
from tests.core.tenancy.agencies.houses import Console, console


@pytest.fixture
async def agency(runtime: Runtime, owner: asyncpg.Connection, new_tenant: NewTenant) -> Console:
    return await console(runtime, owner, await new_tenant())


@pytest.fixture
async def rival(runtime: Runtime, owner: asyncpg.Connection, new_tenant: NewTenant) -> Console:
    return await console(runtime, owner, await new_tenant())


@pytest.fixture
async def operator(runtime: Runtime, owner: asyncpg.Connection, new_tenant: NewTenant) -> Console:
    return await console(runtime, owner, await new_tenant(), is_operator=True)
