"""For staff: which regular prices buyers see struck through, and why not the others."""

from __future__ import annotations

from datetime import datetime

from nakamise.contracts.catalog import Catalog, ListedVariant
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_timesale.domain.rules import RunningItem, lowered_to
from nakamise_timesale.pricing import doubts_of
from nakamise_timesale.schemas import Item, ItemProof, SaleDetail
from nakamise_timesale.words import DOUBTS, words


async def of_sale(ctx: TenantCtx, tx: Tx, sale: SaleDetail, now: datetime) -> list[ItemProof]:
    """As they are, or will be at the start if no price changes until then."""
    product_ids = list({one.product_id for one in sale.items})
    variants = await ctx.service(Catalog).variants(tx, product_ids) if product_ids else []
    pairs = [
        (_item(sale, item, now), variant)
        for item in sale.items
        for variant in variants
        if variant.product_id == item.product_id and item.variant_id in (None, variant.id)
    ]
    doubts = await doubts_of(ctx, tx, [(item, variant.id) for item, variant in pairs], now)
    return [
        ItemProof(
            item_id=item.item_id,
            variant_id=variant.id,
            name=_name(variant),
            regular=variant.price,
            price=lowered_to(item, variant.price),
            doubt=doubt,
            why=words(ctx)(DOUBTS[doubt]),
        )
        for (item, variant), doubt in zip(pairs, doubts, strict=True)
    ]


def _name(variant: ListedVariant) -> str:
    return f"{variant.product_name} {variant.name or variant.sku}".strip()


def _item(sale: SaleDetail, item: Item, now: datetime) -> RunningItem:
    return RunningItem(
        item_id=item.id,
        sale_id=sale.id,
        name=sale.name,
        product_id=item.product_id,
        variant_id=item.variant_id,
        price=item.price,
        percent=item.percent,
        left=None,
        starts_at=sale.starts_at or now,
        ends_at=sale.ends_at,
        broadcast_id=sale.broadcast_id,
    )
