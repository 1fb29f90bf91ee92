"""The catalogue as a buyer may see it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise_shop import scope
from nakamise_shop.catalog import places, repository
from nakamise_shop.catalog.lowered import Lowered, Piece, lowered
from nakamise_shop.catalog.prices import is_reduced, rate_of, shown, shown_if_any
from nakamise_shop.catalog.repository import CardRow, ProductRow
from nakamise_shop.catalog.schemas import (
    Option,
    OptionValue,
    Product,
    ProductCard,
    ProductFilter,
    ProductPage,
    Shop,
    Sort,
    Variant,
)
from nakamise_shop.catalog.sorting import prices_now
from nakamise_shop.settings import ShopSettings

MAY_PREVIEW: Final = "shop.products.read"
RELATED_MAX: Final = 4
OPEN: Final = "open"
PUBLISHED: Final = "published"
_CARD_FIELDS: Final = ProductCard.__struct_fields__
# Fields that a product has as its row has them.
_SAME_FIELDS: Final = tuple(
    name
    for name in Product.__struct_fields__
    if name in ProductRow.__struct_fields__
    and name not in ("options", "specs", "variants", "min_price", "max_price", "faq", "size_chart")
)


def today(ctx: TenantCtx) -> date:
    """The day in the tenant's zone: tax rates change at its midnight."""
    return ctx.now().astimezone(ctx.tenant.zone).date()


async def product_page(ctx: TenantCtx, tx: Tx, wanted: ProductFilter) -> ProductPage:
    """A page past the end is empty but knows the total."""
    size = ctx.settings(ShopSettings).page_size
    prices = await prices_now(ctx, tx, today(ctx)) if wanted.sort is not Sort.NEW else None
    rows = await repository.list_products(tx, wanted, ctx.locale, size, prices)
    total = rows[0].total if rows else 0
    if not rows and wanted.page > 1:
        total = await repository.count_products(tx, wanted)
    return ProductPage(items=await cards(ctx, tx, rows), total=total, page=wanted.page, page_size=size)


async def newest(ctx: TenantCtx, tx: Tx, count: int) -> list[ProductCard]:
    """What can be bought now, the latest first."""
    rows = await repository.list_products(tx, ProductFilter(in_stock=True), ctx.locale, count)
    return await cards(ctx, tx, rows)


async def product(ctx: TenantCtx, tx: Tx, slug: str) -> Product:
    """Raises NotFound; who may read all products of the shop gets drafts too, as a preview."""
    row = await repository.find_product(tx, slug, ctx.locale)
    if row is None or not await _visible(ctx, tx, row):
        raise NotFound
    day = today(ctx)
    pieces = [Piece(one.id, row.id, row.shop_id, one.price, row) for one in row.variants]
    less = await lowered(ctx, tx, pieces)
    variants = [_variant(row, one, day, less.get(one.id)) for one in row.variants]
    prices = [one.price for one in variants] or [shown(row.min_price, row, day)]
    return Product(
        **{name: getattr(row, name) for name in _SAME_FIELDS},
        tax_bp=rate_of(row.tax_class, day).rate_bp,
        reduced=is_reduced(row.tax_class, day),
        min_price=min(prices),
        max_price=max(prices),
        options=[_option(option, ctx.locale) for option in row.options],
        specs=[_spec(spec, ctx.locale) for spec in row.specs],
        faq=[_question(one, ctx.locale) for one in row.faq],
        size_chart=row.size_chart.get(ctx.locale) or row.size_chart.get("ja", []),
        variants=variants,
    )


async def shop(ctx: TenantCtx, tx: Tx, slug: str) -> Shop:
    """An open shop. Raises NotFound."""
    found = await places.find_shop(tx, slug, ctx.locale)
    if found is None or found.state != OPEN:
        raise NotFound
    return as_shown(ctx, found)


async def open_shops(ctx: TenantCtx, tx: Tx) -> list[Shop]:
    return [as_shown(ctx, found) for found in await places.list_open_shops(tx, ctx.locale)]


def as_shown(ctx: TenantCtx, found: Shop) -> Shop:
    """Without the number of orders where the tenant hides it."""
    if ctx.settings(ShopSettings).show_order_count:
        return found
    return msgspec.structs.replace(found, order_count=None)


async def related(ctx: TenantCtx, tx: Tx, of: Product) -> list[ProductCard]:
    """Others of the same category, then of the same shop; never the product itself."""
    found: dict[uuid.UUID, ProductCard] = {}
    for wanted in (ProductFilter(category=of.category_slug), ProductFilter(shop=of.shop_slug)):
        if len(found) < RELATED_MAX and (wanted.category or wanted.shop):
            rows = await repository.list_products(tx, wanted, ctx.locale, 2 * RELATED_MAX)
            more = await cards(ctx, tx, rows)
            found |= {card.id: card for card in more if card.id not in {of.id, *found}}
    return list(found.values())[:RELATED_MAX]


async def cards(ctx: TenantCtx, tx: Tx, rows: Sequence[CardRow]) -> list[ProductCard]:
    """What buyers are shown of these rows, with the reductions that run now."""
    day = today(ctx)
    less = await lowered(ctx, tx, [piece for row in rows for piece in _pieces(row)])
    return [_card(row, day, less) for row in rows]


def _pieces(row: CardRow) -> list[Piece]:
    priced = zip(row.variant_ids, row.variant_prices, strict=True)
    return [Piece(variant_id, row.id, row.shop_id, price, row) for variant_id, price in priced]


def _card(row: CardRow, day: date, less: Mapping[uuid.UUID, Lowered]) -> ProductCard:
    fields = {name: getattr(row, name) for name in _CARD_FIELDS}
    fields["min_price"] = shown(row.min_price, row, day)
    fields["max_price"] = shown(row.max_price, row, day)
    fields["compare_at"] = shown_if_any(row.compare_at, row, day)
    if not less.keys().isdisjoint(row.variant_ids):
        fields |= _lowered_fields(row, day, less)
    return ProductCard(**fields)


def _lowered_fields(row: CardRow, day: date, less: Mapping[uuid.UUID, Lowered]) -> dict[str, object]:
    """Prices of a card of which at least one variant is lowered; the mark belongs to the cheapest."""
    prices = {
        one.variant_id: less[one.variant_id].price if one.variant_id in less else shown(one.price, row, day)
        for one in _pieces(row)
    }
    cheapest = min(prices, key=lambda variant_id: prices[variant_id])
    fields: dict[str, object] = {"min_price": prices[cheapest], "max_price": max(prices.values())}
    if found := less.get(cheapest):
        fields |= {"compare_at": found.was, "offer": found.offer}
    return fields


def _variant(row: ProductRow, variant: Variant, day: date, less: Lowered | None) -> Variant:
    if less is not None:
        return msgspec.structs.replace(variant, price=less.price, compare_at=less.was, offer=less.offer)
    return msgspec.structs.replace(
        variant,
        price=shown(variant.price, row, day),
        compare_at=shown_if_any(variant.compare_at, row, day),
    )


async def _visible(ctx: TenantCtx, tx: Tx, row: ProductRow) -> bool:
    if row.state == PUBLISHED and row.shop_state == OPEN:
        return True
    shops = await scope.shops_of(ctx, tx)
    return ctx.actor.can(MAY_PREVIEW) and (shops is None or row.shop_id in shops)


def _option(option: dict[str, object], locale: str) -> Option:
    keys = _texts(option.get("values"))
    labels = _texts(option.get(f"values_{locale}"))
    if len(labels) != len(keys):
        labels = keys
    return Option(
        name=str(option.get(f"name_{locale}") or option.get("name")),
        values=[OptionValue(key, label) for key, label in zip(keys, labels, strict=True)],
    )


def _texts(values: object) -> list[str]:
    return [str(value) for value in values] if isinstance(values, list) else []


def _question(one: Mapping[str, str], locale: str) -> tuple[str, str]:
    suffix = "_en" if locale == "en" and one.get("question_en") and one.get("answer_en") else ""
    return one[f"question{suffix}"], one[f"answer{suffix}"]


def _spec(spec: list[str], locale: str) -> tuple[str, str]:
    """[label, value] or [label, value, English label, English value]."""
    label, value, *english = spec
    if locale == "en" and len(english) == 2:
        label, value = english
    return label, value
