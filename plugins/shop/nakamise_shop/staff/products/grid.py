"""Prices and stock of many variants at once: only cells that somebody changed, and none over a newer one."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Collection, Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise.db import Tx
from nakamise.errors import FieldError, Invalid
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.catalog import stock_log
from nakamise_shop.settings import ShopSettings
from nakamise_shop.staff.products import changed, write
from nakamise_shop.staff.products import repository as products
from nakamise_shop.staff.products.schemas import Price, StaffProductFilter, Stock

PAGE_SIZE: Final = 50
CELLS_MAX: Final = 500
STOCK_MAX: Final = 9_999_999


class Outcome(enum.StrEnum):
    """STALE: somebody else changed the cell meanwhile; REFUSED: the value cannot be; GONE: the variant is."""

    SAVED = "saved"
    STALE = "stale"
    REFUSED = "refused"
    GONE = "gone"


class Field(enum.StrEnum):
    PRICE = "price"
    STOCK = "stock"


class PriceCell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``seen`` is the price that the editor saw."""

    variant_id: uuid.UUID
    seen: Price
    price: Price


class StockCell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Either ``on_hand`` with the number that was ``seen``, or ``by``: so many more (or fewer)."""

    variant_id: uuid.UUID
    seen: Stock | None = None
    on_hand: Stock | None = None
    by: Annotated[int, Meta(ge=-STOCK_MAX, le=STOCK_MAX)] | None = None

    def __post_init__(self) -> None:
        if (self.by is None) == (self.on_hand is None) or (self.on_hand is not None and self.seen is None):
            fault = FieldError(N_("Give either on_hand with seen, or by."), domain="shop")
            raise Invalid({"stocks": fault})


class GridChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    prices: Annotated[list[PriceCell], Meta(max_length=CELLS_MAX)] = []
    stocks: Annotated[list[StockCell], Meta(max_length=CELLS_MAX)] = []


class CellResult(msgspec.Struct, frozen=True, kw_only=True):
    """``now`` is what is stored after the act; ``reserved`` what orders hold of the stock."""

    variant_id: uuid.UUID
    field: Field
    outcome: Outcome
    now: int
    reserved: int = 0


class GridRow(msgspec.Struct, frozen=True, kw_only=True):
    """One active variant."""

    id: uuid.UUID
    product_id: uuid.UUID
    product_name: str
    name: str
    sku: str
    price: int
    on_hand: int
    reserved: int
    total: int


class _Now(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    product_id: uuid.UUID
    sku: str
    price: int
    compare_at: int | None
    on_hand: int
    reserved: int


_NOW: Final = """
SELECT v.id, v.product_id, v.sku, v.price, v.compare_at, k.on_hand, k.reserved
FROM shop_variant v JOIN shop_stock k ON k.variant_id = v.id WHERE v.id = ANY($1) AND v.state = 'active'
  AND ($2::uuid[] IS NULL OR v.shop_id = ANY($2))
"""
_HOLD: Final = "SELECT id FROM shop_product WHERE id = ANY($1) ORDER BY id FOR UPDATE"
_PRICES: Final = """
UPDATE shop_variant v SET price = c.price FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS c (id, seen, price)
WHERE v.id = c.id AND v.price = c.seen AND v.state = 'active' AND (v.compare_at IS NULL OR v.compare_at > c.price)
RETURNING v.id
"""
_HOLD_STOCK: Final = (
    "SELECT variant_id FROM shop_stock WHERE variant_id = ANY($1) ORDER BY variant_id FOR UPDATE"
)
_STOCKS: Final = """
UPDATE shop_stock k SET on_hand = c.on_hand, updated_at = now()
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS c (id, seen, on_hand)
WHERE k.variant_id = c.id AND k.on_hand = c.seen AND k.reserved <= c.on_hand RETURNING k.variant_id
"""
_BY: Final = f"""
UPDATE shop_stock k SET on_hand = k.on_hand + c.more, updated_at = now()
FROM unnest($1::uuid[], $2::bigint[]) AS c (id, more)
WHERE k.variant_id = c.id AND k.on_hand + c.more BETWEEN k.reserved AND {STOCK_MAX} RETURNING k.variant_id
"""  # noqa: S608 - a number of our own
_TOUCH: Final = "UPDATE shop_product SET version = version + 1, updated_at = now() WHERE id = ANY($1)"


async def rows(ctx: TenantCtx, tx: Tx, wanted: StaffProductFilter) -> list[GridRow]:
    """One page of the variants whose products match; each knows how many there are in all."""
    low_from = ctx.settings(ShopSettings).low_stock_from
    return await products.grid_rows(tx, wanted, low_from, await scope.shops_of(ctx, tx), GridRow, PAGE_SIZE)


async def change(ctx: TenantCtx, tx: Tx, given: GridChange) -> list[CellResult]:
    """Every cell for itself: what cannot be written says why, the others are. Prices first, stock last. Of several
    cells for the same field of a variant the first counts."""
    ids = list({cell.variant_id for cell in given.prices} | {cell.variant_id for cell in given.stocks})
    before = {row.id: row for row in await tx.all(_Now, _NOW, ids, await scope.shops_of(ctx, tx))}
    prices = {one.variant_id: one for one in reversed(given.prices) if one.variant_id in before}
    stocks = {one.variant_id: one for one in reversed(given.stocks) if one.variant_id in before}
    await tx.execute(_HOLD, list({before[id_].product_id for id_ in prices}))
    saved_prices = await _set_prices(tx, list(prices.values()))
    await _after_prices(tx, {before[id_].product_id for id_ in saved_prices})
    saved_stocks = await _set_stocks(tx, list(stocks.values()))
    # What was sold out is on sale again, or the other way round. No more than that while buyers wait for the stock, and
    # no variant, which another editor may hold who waits for it too.
    await stock_log.note(tx, list({before[id_].product_id for id_ in saved_stocks}))
    now = {row.id: row for row in await tx.all(_Now, _NOW, list(before), None)}
    results = [
        _price_result(
            one, now.get(one.variant_id), one.variant_id in saved_prices and prices[one.variant_id] is one
        )
        for one in given.prices
    ] + [
        _stock_result(
            one, now.get(one.variant_id), one.variant_id in saved_stocks and stocks[one.variant_id] is one
        )
        for one in given.stocks
    ]
    if done := [one for one in results if one.outcome is Outcome.SAVED]:
        await _note(ctx, tx, done, before)
    return results


async def _set_prices(tx: Tx, cells: Sequence[PriceCell]) -> set[uuid.UUID]:
    """Variants whose price is the new one now."""
    columns = ([one.variant_id for one in cells], [one.seen for one in cells], [one.price for one in cells])
    return set(await tx.values(_PRICES, *columns)) if cells else set()


async def _set_stocks(tx: Tx, cells: Sequence[StockCell]) -> set[uuid.UUID]:
    """Variants whose stock is the new one now."""
    if not cells:
        return set()
    await tx.execute(_HOLD_STOCK, [one.variant_id for one in cells])
    whole = [(one.variant_id, one.seen, one.on_hand) for one in cells if one.by is None]
    more = [(one.variant_id, one.by) for one in cells if one.by is not None]
    saved = set(await tx.values(_STOCKS, *_columns(whole, 3)))
    return saved | set(await tx.values(_BY, *_columns(more, 2)))


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    return [[row[at] for row in rows] for at in range(width)]


def _price_result(cell: PriceCell, now: _Now | None, saved: bool) -> CellResult:
    if now is None:
        return _result(cell.variant_id, Field.PRICE, Outcome.GONE, 0)
    # Somebody else had the same thought.
    if saved or now.price == cell.price:
        return _result(now.id, Field.PRICE, Outcome.SAVED, now.price)
    outcome = Outcome.STALE if now.price != cell.seen else Outcome.REFUSED
    return _result(now.id, Field.PRICE, outcome, now.price)


def _stock_result(cell: StockCell, now: _Now | None, saved: bool) -> CellResult:
    if now is None:
        return _result(cell.variant_id, Field.STOCK, Outcome.GONE, 0)
    if saved or (cell.by is None and now.on_hand == cell.on_hand):
        return _result(now.id, Field.STOCK, Outcome.SAVED, now.on_hand, now.reserved)
    is_stale = cell.by is None and now.on_hand != cell.seen
    outcome = Outcome.STALE if is_stale else Outcome.REFUSED
    return _result(now.id, Field.STOCK, outcome, now.on_hand, now.reserved)


def _result(id_: uuid.UUID, field: Field, outcome: Outcome, now: int, reserved: int = 0) -> CellResult:
    return CellResult(variant_id=id_, field=field, outcome=outcome, now=now, reserved=reserved)


async def _after_prices(tx: Tx, products: Collection[uuid.UUID]) -> None:
    """An open form of the product is stale now; lists show the new prices."""
    if products:
        await tx.execute(_TOUCH, list(products))
        await write.refresh_prices(tx, list(products))


async def _note(ctx: TenantCtx, tx: Tx, done: Sequence[CellResult], before: dict[uuid.UUID, _Now]) -> None:
    cells = {}
    for one in done:
        was = before[one.variant_id]
        old = was.price if one.field is Field.PRICE else was.on_hand
        cells[f"{was.sku} {one.field}"] = [old, one.now]
    await ctx.audit(tx, "shop.grid.changed", "", cells=cells)
    await changed.tell(ctx, tx, [before[one.variant_id].product_id for one in done])
