"""Writing products; called in one transaction by products_service, which decides."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.ids import uuid7
from nakamise_shop.catalog import price_log
from nakamise_shop.catalog.search import search_text
from nakamise_shop.staff.products.schemas import ProductInput, StaffVariant, VariantInput

_INSERT: Final = """
INSERT INTO shop_product (id, shop_id, slug, name, description, translations, category_id, tax_class,
                          per_order_limit, options, specs, badges, kind, sale_from, sale_until, per_person_limit,
                          per_person_days, faq, size_chart, search_text)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)
"""
_UPDATE: Final = """
UPDATE shop_product SET name = $3, description = $4, translations = $5, category_id = $6, tax_class = $7,
    per_order_limit = $8, options = $9, specs = $10, badges = $11, kind = $12, sale_from = $13, sale_until = $14,
    per_person_limit = $15, per_person_days = $16, faq = $17, size_chart = $18, search_text = $19, updated_at = now(),
    version = version + 1
WHERE id = $1 AND version = $2
"""
_PRICES: Final = """
UPDATE shop_product p SET
    min_price = coalesce((SELECT min(v.price) FROM shop_variant v WHERE v.product_id = p.id AND v.state = 'active'), 0),
    max_price = coalesce((SELECT max(v.price) FROM shop_variant v WHERE v.product_id = p.id AND v.state = 'active'), 0)
WHERE p.id = ANY($1)
"""
_NEW_VARIANT: Final = """
WITH product AS (SELECT id, shop_id FROM shop_product WHERE id = $2)
INSERT INTO shop_variant (id, product_id, shop_id, sku, name, translations, option_values, price, compare_at,
                          picture_id, position)
SELECT $1, p.id, p.shop_id, $3, $4, $5, $6, $7, $8, $9, $10 FROM product p
"""
_NEW_STOCK: Final = "INSERT INTO shop_stock (variant_id, on_hand) VALUES ($1, $2)"
_CHANGE_VARIANT: Final = """
UPDATE shop_variant SET sku = $3, name = $4, translations = $5, option_values = $6, price = $7, compare_at = $8,
    picture_id = $9, position = $10, state = 'active'
WHERE id = $2 AND product_id = $1
"""
_IN_USE: Final = """
SELECT DISTINCT variant_id FROM shop_order_line WHERE variant_id = ANY($1)
UNION SELECT variant_id FROM shop_cart_line WHERE variant_id = ANY($1)
"""


def _columns(given: ProductInput) -> tuple[object, ...]:
    return (
        given.name,
        given.description,
        _english(name=given.name_en, description=given.description_en),
        given.category_id,
        given.tax_class,
        given.per_order_limit,
        [_without_empty(msgspec.to_builtins(option)) for option in given.options],
        [_spec(spec.label, spec.value, spec.label_en, spec.value_en) for spec in given.specs],
        [_without_empty(msgspec.to_builtins(badge)) for badge in given.badges],
        given.kind,
        given.sale_from,
        given.sale_until,
        *person_limit_of(given),
        [_without_empty(msgspec.to_builtins(one)) for one in given.faq],
        _without_empty({"ja": given.size_chart, "en": given.size_chart_en}),
    )


def person_limit_of(given: ProductInput) -> tuple[int | None, int | None]:
    """(pieces, days); a sample is one per person unless another limit is given."""
    limit = given.per_person_limit
    if limit is None and given.kind == "sample":
        limit = 1
    return limit, given.per_person_days if limit else None


async def _search_text(tx: Tx, given: ProductInput) -> str:
    category = await tx.value(
        "SELECT concat_ws(' ', name, translations #>> '{en,name}') FROM shop_category WHERE id = $1",
        given.category_id,
    )
    return _searched(given, category or "")


def _searched(given: ProductInput, category: str) -> str:
    texts = [given.name, given.name_en, given.description, given.description_en, category]
    return search_text([*texts, *(f"{one.sku} {one.name} {one.name_en}" for one in given.variants)])


def _english(**texts: str) -> dict[str, dict[str, str]]:
    found = {name: text for name, text in texts.items() if text}
    return {"en": found} if found else {}


def _without_empty(plain: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in plain.items() if value}


def _spec(label: str, value: str, label_en: str, value_en: str) -> list[str]:
    return [label, value, label_en, value_en] if label_en and value_en else [label, value]


async def insert(tx: Tx, shop_id: uuid.UUID, slug: str, given: ProductInput) -> uuid.UUID:
    product_id = uuid7()
    found = await _search_text(tx, given)
    await tx.execute(_INSERT, product_id, shop_id, slug, *_columns(given), found)
    return product_id


class NewRow(msgspec.Struct, frozen=True):
    """A product to be written as a draft, with its id, its free slug and the shop's id."""

    id: uuid.UUID
    shop_id: uuid.UUID
    slug: str
    given: ProductInput


async def insert_all(tx: Tx, rows: Sequence[NewRow]) -> None:
    """With their variants and stock; prices are still to be refreshed. In a handful of statements."""
    found = await tx.all(
        _Category, "SELECT id, concat_ws(' ', name, translations #>> '{en,name}') AS name FROM shop_category"
    )
    categories: dict[uuid.UUID | None, str] = {one.id: one.name for one in found}
    products: list[tuple[object, ...]] = [
        (
            *(row.id, row.shop_id, row.slug, *_columns(row.given)),
            _searched(row.given, categories.get(row.given.category_id, "")),
        )
        for row in rows
    ]
    await tx.execute_many(_INSERT, products)
    variants = [(uuid7(), row.id, at, one) for row in rows for at, one in enumerate(row.given.variants)]
    await tx.execute_many(
        _NEW_VARIANT, [(id_, product_id, *_variant_columns(one), at) for id_, product_id, at, one in variants]
    )
    await tx.execute_many(_NEW_STOCK, [(id_, one.on_hand) for id_, _, _, one in variants])


class _Category(msgspec.Struct, frozen=True):
    id: uuid.UUID
    name: str


async def update(tx: Tx, product_id: uuid.UUID, version: int, given: ProductInput) -> bool:
    """False when ``version`` is no longer the newest."""
    found = await _search_text(tx, given)
    return await tx.execute(_UPDATE, product_id, version, *_columns(given), found) == 1


async def refresh_prices(tx: Tx, product_ids: list[uuid.UUID]) -> None:
    await tx.execute(_PRICES, product_ids)
    await price_log.note(tx, product_ids)


async def lock_variants(tx: Tx, product_id: uuid.UUID) -> list[StaffVariant]:
    """All variants, archived ones too, with their stock held: no order can take any until the end. Before it the
    product, as whoever changes prices does."""
    await tx.execute("SELECT FROM shop_product WHERE id = $1 FOR NO KEY UPDATE", product_id)
    return await tx.all(
        StaffVariant,
        "SELECT v.id, v.name, '' AS name_en, v.sku, v.option_values, v.price, v.compare_at, k.on_hand,"
        " k.reserved, v.picture_id FROM shop_variant v JOIN shop_stock k ON k.variant_id = v.id"
        " WHERE v.product_id = $1 ORDER BY v.id FOR UPDATE OF k",
        product_id,
    )


async def insert_variant(tx: Tx, product_id: uuid.UUID, given: VariantInput, position: int) -> None:
    variant_id = uuid7()
    await tx.execute(_NEW_VARIANT, variant_id, product_id, *_variant_columns(given), position)
    await tx.execute(_NEW_STOCK, variant_id, given.on_hand)


async def update_variant(
    tx: Tx, product_id: uuid.UUID, variant_id: uuid.UUID, given: VariantInput, position: int
) -> None:
    await tx.must_touch_one(
        NotFound(), _CHANGE_VARIANT, product_id, variant_id, *_variant_columns(given), position
    )


def _variant_columns(given: VariantInput) -> tuple[object, ...]:
    return (
        given.sku,
        given.name,
        _english(name=given.name_en),
        given.option_values,
        given.price,
        given.compare_at,
        given.picture_id,
    )


async def set_stock(tx: Tx, variant_id: uuid.UUID, seen: int, wanted: int) -> bool:
    """False when the stock is not what was ``seen``, or ``wanted`` is less than orders have reserved."""
    return (
        await tx.execute(
            "UPDATE shop_stock SET on_hand = $3, updated_at = now()"
            " WHERE variant_id = $1 AND on_hand = $2 AND reserved <= $3",
            variant_id,
            seen,
            wanted,
        )
        == 1
    )


async def in_use(tx: Tx, variant_ids: list[uuid.UUID]) -> set[uuid.UUID]:
    """Those that were ever ordered or lie in a cart: they are kept, for the record and for the buyer's notice."""
    return set(await tx.values(_IN_USE, variant_ids))


async def remove_variants(tx: Tx, variant_ids: list[uuid.UUID]) -> None:
    """Those in use are archived, the others destroyed."""
    kept = await in_use(tx, variant_ids)
    await tx.execute("UPDATE shop_variant SET state = 'archived' WHERE id = ANY($1)", list(kept))
    gone = [variant_id for variant_id in variant_ids if variant_id not in kept]
    await tx.execute("DELETE FROM shop_variant WHERE id = ANY($1)", gone)


async def taken_skus(tx: Tx, shop_id: uuid.UUID, product_id: uuid.UUID | None, skus: list[str]) -> set[str]:
    """Those of ``skus`` that another product of the shop has."""
    found = await tx.values(
        "SELECT sku FROM shop_variant WHERE shop_id = $1 AND product_id IS DISTINCT FROM $2 AND sku = ANY($3)",
        shop_id,
        product_id,
        skus,
    )
    return set(found)
