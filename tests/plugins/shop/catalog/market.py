"""A tenant with a small catalogue in every state, for tests that look around."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from nakamise.ids import uuid7
from nakamise.plugin.context import Tenant, TenantCtx
from nakamise_shop.catalog.search import search_text
from tests.plugins.shop.stall import LEGAL, insert

FIRST_DAY = datetime(2026, 5, 1, 3, 0, tzinfo=UTC)
MANDATORY = {**LEGAL, "representative": "代表 花子", "address": "東京都", "phone": "03-0000-0000"}


class Market:
    """``variants`` maps a SKU to its id."""

    def __init__(self, ctx: TenantCtx) -> None:
        self.ctx = ctx
        self.shops: dict[str, uuid.UUID] = {}
        self.categories: dict[str, uuid.UUID] = {}
        self.variants: dict[str, uuid.UUID] = {}

    @property
    def tenant(self) -> Tenant:
        return self.ctx.tenant

    async def shop(self, slug: str, prefix: str, **columns: object) -> None:
        shop_id = uuid7()
        values = {
            "id": shop_id,
            "slug": slug,
            "name": f"{slug}の店",
            "state": "open",
            "legal": MANDATORY,
            "order_number_prefix": prefix,
            "opened_at": FIRST_DAY,
        }
        async with self.ctx.begin() as tx:
            await insert(tx, "shop_shop", values | columns)
        self.shops[slug] = shop_id

    async def category(self, slug: str, name: str, parent: str | None = None) -> None:
        category_id = uuid7()
        parent_id = self.categories[parent] if parent else None
        values = {
            "id": category_id,
            "slug": slug,
            "name": name,
            "parent_id": parent_id,
            "translations": {"en": {"name": slug.title()}},
        }
        async with self.ctx.begin() as tx:
            await insert(tx, "shop_category", values)
        self.categories[slug] = category_id

    async def product(
        self,
        slug: str,
        name: str,
        variants: Sequence[tuple[str, list[str], int, int]],
        *,
        shop: str = "honten",
        category: str | None = None,
        day: int = 0,
        **columns: object,
    ) -> None:
        """``variants`` are (SKU, option values, price, stock)."""
        product_id = uuid7()
        prices = [price for _, _, price, _ in variants]
        values: dict[str, object] = {
            "id": product_id,
            "shop_id": self.shops[shop],
            "category_id": self.categories[category] if category else None,
            "slug": slug,
            "name": name,
            "state": "published",
            "published_at": FIRST_DAY + timedelta(days=day),
            "search_text": search_text([name, _english(columns), *(sku for sku, _, _, _ in variants)]),
            "min_price": min(prices),
            "max_price": max(prices),
        }
        async with self.ctx.begin() as tx:
            await insert(tx, "shop_product", values | columns)
            for position, (sku, options, price, stock) in enumerate(variants):
                variant_id = self.variants[sku] = uuid7()
                row = {
                    "id": variant_id,
                    "product_id": product_id,
                    "shop_id": self.shops[shop],
                    "sku": sku,
                    "name": " / ".join(options),
                    "option_values": options,
                    "price": price,
                    "position": position,
                }
                await insert(tx, "shop_variant", row)
                await insert(tx, "shop_stock", {"variant_id": variant_id, "on_hand": stock})


async def open_market(ctx: TenantCtx) -> Market:
    """Two open shops and a closed one; eight products that buyers see, and three that they do not."""
    market = Market(ctx)
    await market.shop("honten", "HT", free_over=5000, shipping_fee=550)
    await market.shop("hanare", "HN", translations={"en": {"name": "Hanare"}})
    await market.shop("closed", "CL", state="suspended", state_reason="表示の不備")
    await market.category("makeup", "メイク")
    await market.category("lip", "リップ", "makeup")
    await market.category("care", "スキンケア")
    shades = [{"name": "色", "name_en": "Shade", "values": ["紅", "杏"], "values_en": ["Crimson", "Apricot"]}]
    english = {"en": {"name": "Night Repair Serum", "description": "For the night."}}
    await market.product(
        "rouge", "シルクルージュ", [("R-1", ["紅"], 3960, 3), ("R-2", ["杏"], 3960, 0)],
        category="lip", day=1, options=shades, badges=[{"name": "人気", "name_en": "Popular"}],
    )  # fmt: skip
    await market.product(
        "serum", "ナイトリペア 美容液", [("S-1", [], 6820, 40)],
        category="care", day=2, translations=english, description="夜のために。",
    )  # fmt: skip
    await market.product("mask", "ｼﾙｸ ﾏｽｸ", [("M-1", [], 880, 0)], category="care", day=3)
    await market.product("tea", "薔薇茶", [("T-1", [], 1280, 9)], shop="hanare", tax_class="reduced", day=4)
    await market.product(
        "board", "キーボード 65%", [("B-1", ["黒", "日"], 9800, 1), ("B-2", ["白", "英"], 12800, 0)],
        category="makeup", day=5, per_order_limit=2,
        options=[{"name": "色", "values": ["黒", "白"]}, {"name": "配列", "values": ["日", "英"]}],
    )  # fmt: skip
    for number in range(3):
        await market.product(
            f"plain-{number}", f"定番 {number}", [(f"P-{number}", [], 500 + number, 20)], day=6
        )
    await market.product("draft", "下書きの品", [("D-1", [], 100, 5)], state="draft", published_at=None)
    await market.product("archived", "昔の品", [("A-1", [], 100, 5)], state="archived")
    await market.product("elsewhere", "休業中の店の品", [("E-1", [], 100, 5)], shop="closed")
    return market


def _english(columns: Mapping[str, Any]) -> str:
    return str(columns.get("translations", {}).get("en", {}).get("name", ""))
