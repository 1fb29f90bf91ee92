"""What was charged when: written with every change of a price or of being on sale, read to prove former prices.

When there was nothing left to sell is in ``stock_log``.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.catalog import Comparison, Doubt, PriceHistory
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop.catalog import stock_log
from nakamise_shop.catalog.paid_prices import LogRow, Paid, paid
from nakamise_shop.domain.former_price import (
    LOOK_BACK,
    Gap,
    doubt,
    outside,
    proven_until,
    spans,
    without,
)

_NOTE: Final = """
WITH changed AS (
    SELECT v.id, v.price, state.on_sale, state.offered, p.tax_class, s.prices_include_tax, s.rounding
    FROM shop_variant v JOIN shop_product p ON p.id = v.product_id JOIN shop_shop s ON s.id = p.shop_id
    CROSS JOIN LATERAL (
        SELECT v.state = 'active' AND p.state = 'published' AND s.state = 'open' AS on_sale,
               tstzrange(p.sale_from, p.sale_until) AS offered) state
    LEFT JOIN LATERAL (
        SELECT l.price, l.on_sale, l.offered, l.tax_class, l.prices_include_tax, l.rounding FROM shop_price_log l
        WHERE l.variant_id = v.id ORDER BY l.at DESC LIMIT 1) last ON true
    WHERE (p.id = ANY($1) OR s.id = $2)
      AND (last.price, last.on_sale, last.offered, last.tax_class, last.prices_include_tax, last.rounding)
          IS DISTINCT FROM (v.price, state.on_sale, state.offered, p.tax_class, s.prices_include_tax, s.rounding))
INSERT INTO shop_price_log (variant_id, price, on_sale, offered, tax_class, prices_include_tax, rounding)
SELECT id, price, on_sale, offered, tax_class, prices_include_tax, rounding FROM changed
"""
_COMPARED: Final = """
SELECT v.id, v.compare_at AS price, v.was_until, clock_timestamp() AS now
FROM shop_variant v JOIN shop_product p ON p.id = v.product_id
WHERE (p.id = ANY($1) OR p.shop_id = $2) AND (v.compare_at IS NOT NULL OR v.was_until IS NOT NULL)
"""
# The row that held when the eight weeks began counts too. A row without ``offered`` is of a time when the product's
# period of sale was not noted: what holds now is the best that is known.
_LOG: Final = """
SELECT l.variant_id, l.at, l.price, l.on_sale, lower(period.offered) AS opens, upper(period.offered) AS closes,
       CASE WHEN l.tax_class IS NOT NULL THEN jsonb_build_array(l.tax_class, l.prices_include_tax, l.rounding) END AS typing,
       jsonb_build_array(p.tax_class, s.prices_include_tax, s.rounding) AS now
FROM shop_price_log l JOIN shop_variant v ON v.id = l.variant_id JOIN shop_product p ON p.id = v.product_id
JOIN shop_shop s ON s.id = p.shop_id
CROSS JOIN LATERAL (SELECT coalesce(l.offered, tstzrange(p.sale_from, p.sale_until)) AS offered) period
WHERE l.variant_id = ANY($1) AND l.at >= coalesce((
    SELECT max(b.at) FROM shop_price_log b WHERE b.variant_id = l.variant_id AND b.at <= $2), '-infinity')
ORDER BY l.variant_id, l.at
"""
_PRICES: Final = (
    "SELECT id, price, NULL::timestamptz AS was_until, now() AS now FROM shop_variant WHERE id = ANY($1)"
)


class _Compared(msgspec.Struct, frozen=True):
    id: uuid.UUID
    price: int | None
    was_until: datetime | None
    now: datetime


async def note(tx: Tx, product_ids: Sequence[uuid.UUID], shop_id: uuid.UUID | None = None) -> None:
    """Whatever is no longer as it was noted last: of these products, or of all of a shop."""
    await tx.execute(_NOTE, list(product_ids), shop_id)
    await stock_log.note(tx, product_ids, shop_id)
    rows = await tx.all(_Compared, _COMPARED, list(product_ids), shop_id)
    if not rows:
        return
    since = rows[0].now - LOOK_BACK
    logs = await _logs(tx, [row.id for row in rows], since)
    gaps = await stock_log.gaps(tx, [row.id for row in rows], since)
    changed: list[tuple[object, ...]] = []
    for row in rows:
        until = _proven_until(row, logs.get(row.id), gaps.get(row.id, []))
        if until != row.was_until:
            changed.append((row.id, until))
    if changed:
        await tx.execute_many("UPDATE shop_variant SET was_until = $2 WHERE id = $1", changed)


def _proven_until(row: _Compared, log: Paid | None, gaps: Sequence[Gap]) -> datetime | None:
    """As ``proven_until``; with the next rate the price that is shown is another."""
    if row.price is None or log is None:
        return None
    until = proven_until(log.noted, log.now.paid(row.price, row.now), row.now, gaps)
    turn = log.next_turn(row.now)
    return min(until, turn) if until and turn else until


async def _logs(tx: Tx, variant_ids: Iterable[uuid.UUID], since: datetime) -> Mapping[uuid.UUID, Paid]:
    return paid(await tx.all(LogRow, _LOG, list(variant_ids), since))


class ShopPriceHistory(PriceHistory):
    """From the shop's own log."""

    async def doubts(self, tx: Tx, asked: Sequence[Comparison]) -> Sequence[Doubt]:
        if not asked:
            return []
        ids = [one.variant_id for one in asked]
        since = min(one.at for one in asked) - LOOK_BACK
        logs, gaps = await _logs(tx, ids, since), await stock_log.gaps(tx, ids, since)
        prices = {row.id: row.price for row in await tx.all(_Compared, _PRICES, ids)}
        return [
            _answer(one, logs.get(one.variant_id), gaps.get(one.variant_id, []), prices.get(one.variant_id))
            for one in asked
        ]


def _answer(asked: Comparison, log: Paid | None, gaps: Sequence[Gap], price: int | None) -> Doubt:
    if price is None or log is None:
        return "never"
    known = [one for one in log.noted if one.at <= asked.at]
    sold = outside(spans(known, asked.at), gaps)
    return doubt(without(sold, asked.lowered), log.now.paid(price, asked.at), asked.at)


async def own_doubts(tx: Tx, compared: Mapping[uuid.UUID, int], now: datetime) -> Mapping[uuid.UUID, Doubt]:
    """Why the shop's own former prices are not shown, by variant; "" = they are."""
    since = now - LOOK_BACK
    logs, gaps = await _logs(tx, compared, since), await stock_log.gaps(tx, compared, since)
    return {id_: _own_doubt(logs.get(id_), gaps.get(id_, []), price, now) for id_, price in compared.items()}


def _own_doubt(log: Paid | None, gaps: Sequence[Gap], price: int, now: datetime) -> Doubt:
    if log is None:
        return "never"
    return doubt(outside(spans(log.noted, now), gaps), log.now.paid(price, now), now)


def price_history(_ctx: TenantCtx) -> ShopPriceHistory:
    return ShopPriceHistory()
