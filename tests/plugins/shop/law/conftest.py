"""The demo's shops with their real notices, rates and policies, in one tenant for the folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from nakamise.testing.fixtures import CtxFor, MakeTenant
from nakamise_returns import seed as returns_seed
from nakamise_shipping import seed as shipping_seed
from tests.plugins.shop.stall import Stall
from tests.tenants.blueprint import read

PLUGINS = ("shop", "payments_sandbox", "shipping", "returns")


class Demo:
    """The blueprint of 花音, without its pictures."""

    def data(self, plugin_id: str) -> dict[str, Any]:
        return read("kanon", f"{plugin_id}.toml")

    def file(self, relative: str) -> Path:
        raise ValueError(relative)

    async def picture(self, relative: str) -> str:
        raise ValueError(relative)


@pytest.fixture(scope="session")
async def mall(make_tenant: MakeTenant, ctx_for: CtxFor) -> Stall:
    tenant = await make_tenant(plugins=PLUGINS)
    opened = Stall(tenant, ctx_for(tenant), ctx_for)
    for row in Demo().data("shop")["shops"]:
        await opened.shop(
            row["slug"],
            row["order_number_prefix"],
            legal=row["legal_notice"],
            shipping_fee=row["shipping_fee"],
            free_over=row["shipping_free_over"],
        )
    for _again in range(2):
        await shipping_seed.seed(opened.ctx, Demo())
        await returns_seed.seed(opened.ctx, Demo())
    return opened
