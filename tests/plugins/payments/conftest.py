"""A tenant that takes money."""

from __future__ import annotations

import pytest

from nakamise.testing.fixtures import CtxFor, MakeTenant
from tests.plugins.payments.desk import Desk


@pytest.fixture
async def desk(make_tenant: MakeTenant, ctx_for: CtxFor) -> Desk:
    return Desk(ctx_for(await make_tenant(plugins=("payments_sandbox",))))
