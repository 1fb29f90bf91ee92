"""A stall with staff who are signed in, by browser and by API."""

from __future__ import annotations

import pytest

from nakamise.testing.fixtures import ClientFor, CtxFor, MakeTenant
from tests.plugins.shop.staff.office import Office, open_office
from tests.plugins.shop.stall import Stall, open_stall


@pytest.fixture
async def stall(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    return await open_stall(make_tenant, ctx_for)


@pytest.fixture
async def office(stall: Stall, client: ClientFor) -> Office:
    return await open_office(stall, client)


@pytest.fixture(scope="session")
async def shared_stall(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    return await open_stall(make_tenant, ctx_for)


@pytest.fixture
async def reading(shared_stall: Stall, client: ClientFor) -> Office:
    """In a stall for all tests that leave nothing behind that another could meet."""
    return await open_office(shared_stall, client)
