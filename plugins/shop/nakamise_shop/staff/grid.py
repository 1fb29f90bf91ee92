"""Prices and stock of many variants at once: only cells that somebody changed, and none over a newer one."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Sequence
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise.db import Tx
from nakamise.errors import FieldError, Invalid
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.settings import ShopSettings
from nakamise_shop.staff import changed
from nakamise_shop.staff import products_repository as products
from nakamise_shop.staff import products_write as write
from nakamise_shop.staff.schemas import Price, StaffProductFilter, Stock

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
_PRICE: Final = """
UPDATE shop_variant SET price = $3 WHERE id = $1 AND price = $2 AND state = 'active'
  AND (compare_at IS NULL OR compare_at > $3)
"""
_BY: Final = f"""
UPDATE shop_stock SET on_hand = on_hand + $2, updated_at = now()
WHERE variant_id = $1 AND on_hand + $2 BETWEEN reserved AND {STOCK_MAX}
"""  # noqa: S608 - a number of our own
_TOUCH: Final = "UPDATE shop_product SET version = version + 1, updated_at = now() WHERE id = ANY($1)"


async def rows(ctx: TenantCtx, tx: Tx, wanted: StaffProductFilter) -> list[GridRow]:
    """One page of the variants whose products match; each knows how many there are in all."""
    low_from = ctx.settings(ShopSettings).low_stock_from
    return await products.grid_rows(tx, wanted, low_from, await scope.shops_of(ctx, tx), GridRow, PAGE_SIZE)


async def change(ctx: TenantCtx, tx: Tx, given: GridChange) -> list[CellResult]:
    """Every cell for itself: what cannot be written says why, the others are. Prices first, stock last."""
    ids = {cell.variant_id for cell in given.prices} | {cell.variant_id for cell in given.stocks}
    own = await scope.shops_of(ctx, tx)
    before = {row.id: row for row in await tx.all(_Now, _NOW, list(ids), own)}
    priced = {before[one.variant_id].product_id for one in given.prices if one.variant_id in before}
    await tx.execute(_HOLD, list(priced))
    results = [await _set_price(tx, one, before) for one in given.prices]
    await _after_prices(tx, results, before)
    stocks = sorted(given.stocks, key=lambda one: one.variant_id)
    results += [await _set_stock(tx, one, before) for one in stocks]
    done = [one for one in results if one.outcome is Outcome.SAVED]
    if done:
        await _note(ctx, tx, done, before)
    return results


async def _set_price(tx: Tx, cell: PriceCell, before: dict[uuid.UUID, _Now]) -> CellResult:
    if cell.variant_id not in before:
        return _result(cell.variant_id, Field.PRICE, Outcome.GONE, 0)
    saved = await tx.execute(_PRICE, cell.variant_id, cell.seen, cell.price) == 1
    now = await _now(tx, cell.variant_id)
    if now is None:
        return _result(cell.variant_id, Field.PRICE, Outcome.GONE, 0)
    # Somebody else had the same thought.
    if saved or now.price == cell.price:
        return _result(now.id, Field.PRICE, Outcome.SAVED, now.price)
    outcome = Outcome.STALE if now.price != cell.seen else Outcome.REFUSED
    return _result(now.id, Field.PRICE, outcome, now.price)


async def _set_stock(tx: Tx, cell: StockCell, before: dict[uuid.UUID, _Now]) -> CellResult:
    if cell.variant_id not in before:
        return _result(cell.variant_id, Field.STOCK, Outcome.GONE, 0)
    if cell.by is not None:
        saved = await tx.execute(_BY, cell.variant_id, cell.by) == 1
    else:
        saved = await write.set_stock(tx, cell.variant_id, cell.seen or 0, cell.on_hand or 0)
    now = await _now(tx, cell.variant_id)
    if now is None:
        return _result(cell.variant_id, Field.STOCK, Outcome.GONE, 0)
    if saved or (cell.by is None and now.on_hand == cell.on_hand):
        return _result(now.id, Field.STOCK, Outcome.SAVED, now.on_hand, now.reserved)
    is_stale = cell.by is None and now.on_hand != cell.seen
    outcome = Outcome.STALE if is_stale else Outcome.REFUSED
    return _result(now.id, Field.STOCK, outcome, now.on_hand, now.reserved)


async def _now(tx: Tx, variant_id: uuid.UUID) -> _Now | None:
    return await tx.first(_Now, _NOW, [variant_id], None)


def _result(id_: uuid.UUID, field: Field, outcome: Outcome, now: int, reserved: int = 0) -> CellResult:
    return CellResult(variant_id=id_, field=field, outcome=outcome, now=now, reserved=reserved)


async def _after_prices(tx: Tx, results: Sequence[CellResult], before: dict[uuid.UUID, _Now]) -> None:
    """An open form of the product is stale now; lists show the new prices."""
    ids = {before[one.variant_id].product_id for one in results if one.outcome is Outcome.SAVED}
    await tx.execute(_TOUCH, list(ids))
    for product_id in sorted(ids):
        await write.refresh_prices(tx, product_id)


async def _note(ctx: TenantCtx, tx: Tx, done: Sequence[CellResult], before: dict[uuid.UUID, _Now]) -> None:
    cells = {}
    for one in done:
        was = before[one.variant_id]
        old = was.price if one.field is Field.PRICE else was.on_hand
        cells[f"{was.sku} {one.field}"] = [old, one.now]
    await ctx.audit(tx, "shop.grid.changed", "", cells=cells)
    await changed.tell(ctx, tx, [before[one.variant_id].product_id for one in done])
