"""Lists by price: a product stands where what a buyer pays now puts it, tax and running reductions included."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from nakamise.contracts.catalog import LoweredProducts
from nakamise.contracts.pricing import Rounding
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop.catalog.lowered import Piece, lowered
from nakamise_shop.catalog.prices import shown
from nakamise_shop.domain.tax import rate_on
from nakamise_shop.domain.tax_rates import JAPAN_TAX_RATES

_PIECES: Final = """
SELECT v.id AS variant_id, v.product_id, p.shop_id, v.price, p.tax_class, s.prices_include_tax, s.rounding
FROM shop_variant v JOIN shop_product p ON p.id = v.product_id JOIN shop_shop s ON s.id = p.shop_id
WHERE v.product_id = ANY($1::uuid[]) AND v.state = 'active' AND p.state = 'published'
"""


class PricesNow(msgspec.Struct, frozen=True):
    """Tax rates by class in basis points; of the products ``ids``, which are lowered, the least and the most that a
    variant costs, tax-included."""

    rates: Mapping[str, int]
    ids: Sequence[uuid.UUID] = ()
    least: Sequence[int] = ()
    most: Sequence[int] = ()


class _Row(msgspec.Struct, frozen=True):
    variant_id: uuid.UUID
    product_id: uuid.UUID
    shop_id: uuid.UUID
    price: int
    tax_class: str
    prices_include_tax: bool
    rounding: Rounding


async def prices_now(ctx: TenantCtx, tx: Tx, day: date) -> PricesNow:
    """Costs no query while nothing is lowered."""
    rates = {name: rate_on(JAPAN_TAX_RATES, name, day).rate_bp for name in _classes(day)}
    running = ctx.optional_service(LoweredProducts)
    ids = await running.lowered_now(tx) if running else []
    if not ids:
        return PricesNow(rates)
    rows = await tx.all(_Row, _PIECES, list(ids))
    pieces = [Piece(one.variant_id, one.product_id, one.shop_id, one.price, one) for one in rows]
    less = await lowered(ctx, tx, pieces)
    prices: dict[uuid.UUID, list[int]] = {}
    for row in rows:
        found = less.get(row.variant_id)
        prices.setdefault(row.product_id, []).append(found.price if found else shown(row.price, row, day))
    return PricesNow(
        rates, list(prices), [min(one) for one in prices.values()], [max(one) for one in prices.values()]
    )


def _classes(day: date) -> set[str]:
    return {rate.tax_class for rate in JAPAN_TAX_RATES if rate.valid_from <= day}
