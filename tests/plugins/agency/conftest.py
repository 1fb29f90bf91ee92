"""Two agencies and the operator, each with a console of its own and an administrator who passed two factors."""

from __future__ import annotations

import asyncpg
import pytest

from nakamise.runtime import Runtime
from nakamise.testing.author_fixtures import As
from nakamise.testing.fixtures import MakeTenant
from tests.plugins.agency.office import Office, open_office


@pytest.fixture
async def office(
    runtime: Runtime, owner: asyncpg.Connection, make_tenant: MakeTenant, as_admin: As
) -> Office:
    return await open_office(runtime, owner, make_tenant, as_admin)


@pytest.fixture
async def rival(runtime: Runtime, owner: asyncpg.Connection, make_tenant: MakeTenant, as_admin: As) -> Office:
    return await open_office(runtime, owner, make_tenant, as_admin)


@pytest.fixture
async def operator(
    runtime: Runtime, owner: asyncpg.Connection, make_tenant: MakeTenant, as_admin: As
) -> Office:
    return await open_office(runtime, owner, make_tenant, as_admin, is_operator=True)
