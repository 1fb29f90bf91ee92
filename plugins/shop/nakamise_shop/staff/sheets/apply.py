"""A planned file into the database: every change in the caller's one transaction, or none."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import asyncpg
import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop.staff.products import bulk as products_bulk
from nakamise_shop.staff.products import grid, service
from nakamise_shop.staff.products import state as products_state
from nakamise_shop.staff.products.bulk import NewProduct
from nakamise_shop.staff.products.grid import GridChange, Outcome, PriceCell, StockCell
from nakamise_shop.staff.products.schemas import (
    OptionInput,
    ProductChange,
    ProductInput,
    StaffProduct,
    StaffVariant,
    VariantInput,
)
from nakamise_shop.staff.sheets.columns import OPTIONS, VALUES
from nakamise_shop.staff.sheets.plan import Plan, ProductPlan

_RENAMED: Final = {"category": "category_id"}
_VARIANT: Final = {"variant": "name", "variant_en": "name_en", "price": "price", "compare_at": "compare_at"}


Told = Callable[[int, int], Awaitable[None]]
"""Hears how many rows of how many are written."""
_CHUNK: Final = 500


async def apply(
    ctx: TenantCtx, tx: Tx, plan: Plan, shops: Mapping[str, uuid.UUID], told: Told | None = None
) -> int:
    """How many products are new or changed. Raises LimitReached, Invalid, and Conflict when somebody else was
    faster: then the whole transaction must fail."""
    changed = [one for one in plan.products if one.has_change]
    tally = _Tally(told, sum(_rows_of(one) for one in changed))
    for chunk in _chunks([one for one in changed if one.is_new]):
        await _create(ctx, tx, [_new(one, shops[one.shop]) for one in chunk])
        await tally.add(chunk)
    known = [one for one in changed if not one.is_new]
    for product in known:
        if not product.has_only_cells:
            await _write(ctx, tx, product)
            await tally.add([product])
    for chunk in _chunks([one for one in known if one.has_only_cells]):
        await _write_cells(ctx, tx, chunk)
        await tally.add(chunk)
    return len(changed)


def _chunks(products: Sequence[ProductPlan]) -> list[Sequence[ProductPlan]]:
    return [products[at : at + _CHUNK] for at in range(0, len(products), _CHUNK)]


def _rows_of(product: ProductPlan) -> int:
    return max(1, len(product.variants))


class _Tally:
    """Tells at most a hundred times, and at the end."""

    def __init__(self, told: Told | None, total: int) -> None:
        self._told = told
        self._total = total
        self._done = self._said = 0

    async def add(self, products: Sequence[ProductPlan]) -> None:
        self._done += sum(_rows_of(one) for one in products)
        is_worth = self._done - self._said >= self._total / 100 or self._done == self._total
        if self._told is not None and is_worth:
            self._said = self._done
            await self._told(self._done, self._total)


def changed_meanwhile() -> Conflict:
    message = N_("Products changed since the preview. Please look at it again.")
    return Conflict(message, code="plan_changed", domain="shop")


def _add_cells(cells: GridChange, product: ProductPlan) -> None:
    stored = {one.sku: one for one in product.stored}
    for sku, values in product.variants.items():
        one = stored[sku]
        if "price" in values:
            cells.prices.append(PriceCell(variant_id=one.variant_id, seen=one.price, price=values["price"]))
        if "on_hand" in values:
            cells.stocks.append(
                StockCell(variant_id=one.variant_id, seen=one.on_hand, on_hand=values["on_hand"])
            )


async def _write_cells(ctx: TenantCtx, tx: Tx, products: Sequence[ProductPlan]) -> None:
    cells = GridChange(prices=[], stocks=[])
    for product in products:
        _add_cells(cells, product)
    results = await grid.change(ctx, tx, cells)
    short = next((one for one in results if one.outcome is Outcome.REFUSED), None)
    if short is not None:
        message = N_("%(n)s are reserved by orders; the stock cannot be less.")
        raise Conflict(message, code="stock_reserved", domain="shop", params={"n": short.reserved})
    if any(one.outcome is not Outcome.SAVED for one in results):
        raise changed_meanwhile()


def _new(product: ProductPlan, shop_id: uuid.UUID) -> NewProduct:
    given = ProductInput(shop_id=shop_id, **_fields(product, None), variants=_variants(product, []))
    return NewProduct(given=given, slug=product.code, state=product.product.get("state", "draft"))


async def _create(ctx: TenantCtx, tx: Tx, wanted: list[NewProduct]) -> None:
    try:
        await products_bulk.create_all(ctx, tx, wanted)
    except asyncpg.UniqueViolationError as error:
        raise changed_meanwhile() from error


async def _write(ctx: TenantCtx, tx: Tx, product: ProductPlan) -> None:
    product_id = product.stored[0].product_id
    stored = await service.product(ctx, tx, product_id)
    fields = {name: getattr(stored, name) for name in _KEPT} | _fields(product, stored)
    variants = _variants(product, stored.variants)
    change = ProductChange(**fields, variants=variants, version=stored.version)
    await service.change(ctx, tx, product_id, change)
    state = stored.state.value
    await _set_state(ctx, tx, product_id, state, product.product.get("state", state))


_KEPT: Final = tuple(name for name in ProductInput.__struct_fields__ if name not in ("shop_id", "variants"))


def _fields(product: ProductPlan, stored: StaffProduct | None) -> dict[str, Any]:
    """What the file says, by the field's name."""
    given = product.product
    plain = {
        _RENAMED.get(column, column): value
        for column, value in given.items()
        if column not in (*OPTIONS, "state")
    }
    found = {name: "" if value is None and name in _TEXTS else value for name, value in plain.items()}
    if any(name in given for name in OPTIONS) or _has_new_values(product):
        found["options"] = _options(product, stored)
    return found


_TEXTS: Final = frozenset({"name", "name_en", "description", "description_en"})


def _has_new_values(product: ProductPlan) -> bool:
    return any(name in values for values in product.variants.values() for name in VALUES)


def _options(product: ProductPlan, stored: StaffProduct | None) -> list[OptionInput]:
    """Names as given; values in their stored order, new ones behind."""
    old = stored.options if stored else []
    names = [
        product.product.get(column, old[at].name if at < len(old) else "")
        for at, column in enumerate(OPTIONS)
    ]
    found = []
    for at, name in enumerate(names):
        if not name:
            continue
        known = old[at] if at < len(old) else OptionInput(name=name, values=[""])
        values = [value for value in known.values if value]
        for variant in _variants(product, stored.variants if stored else []):
            if at < len(variant.option_values) and variant.option_values[at] not in values:
                values.append(variant.option_values[at])
        english = [*known.values_en, *values[len(known.values_en) :]] if known.values_en else []
        if values:
            found.append(
                OptionInput(
                    name=name,
                    name_en=known.name_en if known.name == name else "",
                    values=values,
                    values_en=english,
                )
            )
    return found


def _variants(product: ProductPlan, stored: Sequence[StaffVariant]) -> list[VariantInput]:
    """Those that there are, changed as the file says, and new ones behind."""
    known = {one.sku for one in stored}
    found = [_variant(one.sku, product.variants.get(one.sku, {}), one) for one in stored]
    return found + [
        _variant(sku, values, None) for sku, values in product.variants.items() if sku not in known
    ]


def _variant(sku: str, values: Mapping[str, Any], stored: StaffVariant | None) -> VariantInput:
    base: dict[str, Any] = {"sku": sku, "on_hand": 0}
    if stored is not None:
        base |= {
            name: getattr(stored, name) for name in VariantInput.__struct_fields__ if name != "seen_on_hand"
        }
    seen = stored.on_hand if stored is not None else 0
    base |= {field: values[column] for column, field in _VARIANT.items() if column in values}
    base |= {name: base.get(name) or "" for name in ("name", "name_en")}
    if "on_hand" in values:
        base["on_hand"] = values["on_hand"]
    if any(name in values for name in VALUES):
        old = [*(stored.option_values if stored else []), "", "", ""]
        base["option_values"] = [
            text for at, name in enumerate(VALUES) if (text := values.get(name, old[at]))
        ]
    return msgspec.convert({**base, "seen_on_hand": seen}, VariantInput)


async def _set_state(ctx: TenantCtx, tx: Tx, product_id: uuid.UUID, before: str, after: str) -> None:
    if before == after:
        return
    if before == "archived":
        await products_state.restore(ctx, tx, product_id)
    if after == "published":
        await products_state.publish(ctx, tx, product_id)
    elif after == "archived":
        await products_state.archive(ctx, tx, product_id)
    elif before == "published":
        await products_state.unpublish(ctx, tx, product_id)
