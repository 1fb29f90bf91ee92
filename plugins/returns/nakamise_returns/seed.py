"""Fills shops' policies from a blueprint (``returns.toml``), once: what staff changed since stays.

[[shops]]
slug = "honten"
days = 8
defect_days = 30
categories = ["フード"]
note = "未開封に限ります。"

``categories`` are names; the rest is as in ``schemas.Policy``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from nakamise.contracts.blueprint import Blueprint
from nakamise.contracts.catalog import Catalog
from nakamise.contracts.shops import ShopSellers
from nakamise.plugin import TenantCtx
from nakamise_returns import policy
from nakamise_returns.schemas import Policy


async def seed(ctx: TenantCtx, blueprint: Blueprint) -> None:
    """Raises ValueError for a shop or category that is none, and for what is no ``Policy``."""
    rows = blueprint.data("returns").get("shops", [])
    if not rows:
        return
    async with ctx.begin() as tx:
        shops = {one.slug: one.id for one in (await ctx.service(ShopSellers).sellers(tx)).values()}
        choices = await ctx.service(Catalog).choices(tx, with_products=False)
        categories = {name: category_id for category_id, name in choices.categories}
        for row in rows:
            wanted = _policy(row, shops, categories)
            if (await policy.policy(tx, wanted.shop_id)).version == 0:
                await policy.save(ctx, tx, wanted)


def _policy(row: Mapping[str, Any], shops: Mapping[str, object], categories: Mapping[str, object]) -> Policy:
    rest = {name: value for name, value in row.items() if name not in ("slug", "categories")}
    try:
        named = {
            "shop_id": shops[row["slug"]],
            "category_ids": [categories[name] for name in row.get("categories", [])],
        }
    except KeyError as strange:
        raise ValueError(f"returns.toml names {strange}, which is no shop or category") from strange
    return msgspec.convert(rest | named, Policy)
