"""A shop filled from a blueprint: once, and again without touching what its staff changed."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from nakamise.plugin.context import TenantCtx
from nakamise.testing.fixtures import CtxFor, MakeTenant
from nakamise_shop import seed

SHOP = """
[[shops]]
slug = "honten"
name = "本店"
order_number_prefix = "SD"
opened_at = 2024-04-01T10:00:00+09:00
shipping_fee = 550

[[categories]]
slug = "care"
name = "スキンケア"
name_en = "Skin care"

[[products]]
slug = "serum"
shop = "honten"
category = "care"
name = "薔薇水 美容液"
name_en = "Rose serum"
options = [{ name = "容量", values = ["30mL", "50mL"] }]
created_at = 2024-04-02T10:00:00+09:00
variants = [
  { sku = "S-30", options = ["30mL"], name = "30mL", price = 6820, stock = 7 },
  { sku = "S-50", options = ["50mL"], name = "50mL", price = 9900, compare_at = 11000, stock = 3 },
]
"""


class Words:
    """A blueprint that holds a shop's text and no pictures."""

    def __init__(self, text: str) -> None:
        self._shop = tomllib.loads(text)

    def data(self, plugin_id: str) -> dict[str, Any]:
        return self._shop if plugin_id == "shop" else {}

    def file(self, relative: str) -> Path:
        raise ValueError(relative)

    async def picture(self, relative: str) -> str:
        raise ValueError(relative)


@pytest.fixture
async def ctx(make_tenant: MakeTenant, ctx_for: CtxFor) -> TenantCtx:
    return ctx_for(await make_tenant(plugins=("shop",)))


async def value(ctx: TenantCtx, query: str) -> Any:
    async with ctx.read() as tx:
        return await tx.value(query)


async def test_seeding_twice_changes_nothing(ctx: TenantCtx) -> None:
    for _ in range(2):
        await seed.seed(ctx, Words(SHOP))
        assert await value(ctx, "SELECT count(*) FROM shop_product") == 1
        assert await value(ctx, "SELECT sum(on_hand)::int FROM shop_stock") == 10
    assert await value(ctx, "SELECT min_price || '-' || max_price FROM shop_product") == "6820-9900"
    found = await value(ctx, "SELECT search_text FROM shop_product")
    assert all(word in found for word in ("薔薇水", "rose serum", "s-30", "skin care"))


@pytest.mark.req("DF-20")
async def test_a_product_is_never_older_than_its_shop(ctx: TenantCtx) -> None:
    await seed.seed(ctx, Words(SHOP))
    earlier = (
        "SELECT count(*) FROM shop_product p JOIN shop_shop s ON s.id = p.shop_id"
        " WHERE p.published_at < s.opened_at"
    )
    assert await value(ctx, earlier) == 0


async def test_what_the_staff_changed_stays(ctx: TenantCtx) -> None:
    await seed.seed(ctx, Words(SHOP))
    async with ctx.begin() as tx:
        await tx.execute("UPDATE shop_stock SET on_hand = 1")
        await tx.execute("UPDATE shop_product SET name = '新しい名前'")
    await seed.seed(ctx, Words(SHOP.replace("本店", "銀座本店")))
    assert await value(ctx, "SELECT sum(on_hand)::int FROM shop_stock") == 2
    assert await value(ctx, "SELECT name FROM shop_product") == "新しい名前"
    assert await value(ctx, "SELECT name FROM shop_shop") == "銀座本店"
