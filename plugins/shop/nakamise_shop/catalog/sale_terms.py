"""What pages of the catalogue say about sending, returns and cancelling."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from nakamise.contracts.pricing import QuoteLine
from nakamise.contracts.returns import ReturnPromises
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop import notice, sending
from nakamise_shop.catalog.schemas import Product, Shop, Variant
from nakamise_shop.legal import FACTS, items_of
from nakamise_shop.notice import Said


class SaleTerms(msgspec.Struct, frozen=True):
    """``shipping`` in one line; ``facts`` are (label, text)."""

    shipping: str
    facts: list[tuple[str, str]]


async def of_product(ctx: TenantCtx, tx: Tx, product: Product, variant: Variant | None) -> SaleTerms:
    """For one piece of ``variant``."""
    flat = sending.Flat(product.shop_id, product.shipping_fee, product.free_over)
    goods = [_line(product, variant)] if variant else []
    fees = await sending.outlines(ctx, tx, [flat], goods)
    told = await notice.promised(ctx, tx, [product.shop_id])
    # Where a plugin keeps the rules, its box on this page says what holds for this very product.
    kept = ctx.optional_service(ReturnPromises) is not None
    names = [name for name in FACTS if not (kept and name == "returns")]
    return SaleTerms(
        sending.in_short(ctx.locale, fees[product.shop_id]),
        items_of(product.legal, ctx.locale, names, told[product.shop_id]),
    )


def _line(product: Product, variant: Variant) -> QuoteLine:
    return QuoteLine(
        line_id=str(variant.id),
        shop_id=str(product.shop_id),
        product_id=str(product.id),
        variant_id=str(variant.id),
        qty=1,
        list_amount=variant.price,
        tax_class=product.tax_class,
    )


async def of_shops(ctx: TenantCtx, tx: Tx, shops: Sequence[Shop]) -> Mapping[uuid.UUID, Said]:
    """What their legal notices say that the settings decide."""
    flats = [sending.Flat(one.id, one.shipping_fee, one.free_over) for one in shops]
    return await notice.said(ctx, tx, flats)
