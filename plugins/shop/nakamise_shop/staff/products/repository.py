"""Reading products as staff see them: in every state, in Japanese with the English beside."""

from __future__ import annotations

import uuid
from typing import Final, TypeVar

import msgspec

from nakamise.db import Tx
from nakamise_shop.catalog.search import patterns
from nakamise_shop.orders.status import SOLD
from nakamise_shop.scope import Shops
from nakamise_shop.staff.products.schemas import (
    BadgeInput,
    Choice,
    FaqInput,
    OptionInput,
    ProductHead,
    ProductLine,
    ProductState,
    SpecInput,
    StaffPicture,
    StaffProduct,
    StaffProductFilter,
    StaffVariant,
)

# $1 patterns, $2 category slug, $3 shop slug, $4 only low stock, $5 what counts as low, $6 shops of the staff or null
_MATCH: Final = """
FROM shop_product p
JOIN shop_shop s ON s.id = p.shop_id
LEFT JOIN shop_category c ON c.id = p.category_id
LEFT JOIN LATERAL (
    SELECT sum(k.on_hand)::int AS on_hand, sum(k.reserved)::int AS reserved, count(*)::int AS variant_count,
           coalesce(bool_or(k.on_hand - k.reserved < $5::int), false) AS is_low
    FROM shop_variant v JOIN shop_stock k ON k.variant_id = v.id
    WHERE v.product_id = p.id AND v.state = 'active') sums ON true
WHERE p.search_text LIKE ALL ($1::text[])
  AND ($2::text IS NULL OR p.category_id IN (
        WITH RECURSIVE below AS (
            SELECT id FROM shop_category WHERE slug = $2
            UNION SELECT o.id FROM shop_category o JOIN below b ON o.parent_id = b.id)
        SELECT id FROM below))
  AND ($3::text IS NULL OR s.slug = $3)
  AND (NOT $4::bool OR (sums.is_low AND p.state = 'published'))
  AND ($6::uuid[] IS NULL OR p.shop_id = ANY($6))
"""
_COUNTS: Final = "SELECT p.state, count(*)::int AS number" + _MATCH + "GROUP BY p.state"
_LINES: Final = f"""
SELECT p.id, p.slug, p.name, p.state, s.name AS shop_name, s.state = 'open' AS shop_is_open,
       c.name AS category_name, p.min_price, p.max_price, p.updated_at,
       coalesce(sums.variant_count, 0) AS variant_count, coalesce(sums.on_hand, 0) AS on_hand,
       coalesce(sums.reserved, 0) AS reserved,
       (SELECT jsonb_build_object('id', m.id, 'width', m.width, 'height', m.height, 'colour', m.colour,
                                  'keys', m.keys)
        FROM shop_picture x JOIN core_media m ON m.id = x.media_id
        WHERE x.product_id = p.id ORDER BY x.position LIMIT 1) AS picture
{_MATCH}
AND ($7::text IS NULL OR p.state = $7) ORDER BY p.updated_at DESC, p.id LIMIT $8 OFFSET $9
"""  # noqa: S608 - constants


_IDS: Final = f"SELECT p.id {_MATCH} AND ($7::text IS NULL AND p.state <> 'archived' OR p.state = $7)"
_GRID: Final = f"""
SELECT v.id, v.product_id, p.name AS product_name, v.name, v.sku, v.price, k.on_hand, k.reserved,
       count(*) OVER ()::int AS total
FROM shop_variant v JOIN shop_product p ON p.id = v.product_id JOIN shop_stock k ON k.variant_id = v.id
WHERE v.state = 'active' AND p.id IN ({_IDS}) ORDER BY p.name, p.id, v.position, v.id LIMIT $8 OFFSET $9
"""  # noqa: S608 - constants
T = TypeVar("T", bound=msgspec.Struct)


class _Count(msgspec.Struct, frozen=True):
    state: ProductState
    number: int


async def counts(tx: Tx, wanted: StaffProductFilter, low_from: int, shops: Shops) -> dict[str, int]:
    """How many products match in each state, whatever state is wanted."""
    rows = await tx.all(_Count, _COUNTS, *_conditions(wanted, low_from, shops))
    found = {row.state: row.number for row in rows}
    return {state.value: found.get(state, 0) for state in ProductState}


async def lines(
    tx: Tx, wanted: StaffProductFilter, low_from: int, shops: Shops, page_size: int
) -> list[ProductLine]:
    return await tx.all(
        ProductLine,
        _LINES,
        *_conditions(wanted, low_from, shops),
        wanted.state,
        page_size,
        (wanted.page - 1) * page_size,
    )


async def ids_of(tx: Tx, wanted: StaffProductFilter, low_from: int, shops: Shops) -> list[uuid.UUID]:
    """All that match, by name; archived products only when asked for."""
    return await tx.values(
        f"{_IDS} ORDER BY p.name, p.id", *_conditions(wanted, low_from, shops), wanted.state
    )


async def grid_rows(
    tx: Tx, wanted: StaffProductFilter, low_from: int, shops: Shops, row: type[T], page_size: int
) -> list[T]:
    """Active variants of the products that match, by name; archived products only when asked for."""
    return await tx.all(
        row,
        _GRID,
        *_conditions(wanted, low_from, shops),
        wanted.state,
        page_size,
        (wanted.page - 1) * page_size,
    )


def _conditions(wanted: StaffProductFilter, low_from: int, shops: Shops) -> tuple[object, ...]:
    return patterns(wanted.q), wanted.category, wanted.shop, wanted.low, low_from, shops


class _ProductRow(ProductHead, frozen=True, kw_only=True):
    options: list[dict[str, object]]
    specs: list[list[str]]
    badges: list[dict[str, str]]
    faq: list[FaqInput]
    chart: dict[str, list[list[str]]]


_PRODUCT: Final = f"""
SELECT p.id, p.slug, p.state, p.version, p.shop_id, s.name AS shop_name, s.state AS shop_state, p.name,
       coalesce(p.translations #>> '{{en,name}}', '') AS name_en, p.description,
       coalesce(p.translations #>> '{{en,description}}', '') AS description_en, p.category_id, p.tax_class,
       p.per_order_limit, p.kind, p.sale_from, p.sale_until, p.per_person_limit, p.per_person_days, p.options,
       p.specs, p.badges, p.faq, p.size_chart AS chart, p.created_at, p.updated_at, p.published_at,
       (SELECT count(DISTINCT o.id) FROM shop_variant v JOIN shop_order_line l ON l.variant_id = v.id
        JOIN shop_order o ON o.id = l.order_id WHERE v.product_id = p.id AND {SOLD})::int AS order_count
FROM shop_product p JOIN shop_shop s ON s.id = p.shop_id
WHERE p.id = $1
"""  # noqa: S608 - a constant
_VARIANTS: Final = """
SELECT v.id, v.name, coalesce(v.translations #>> '{en,name}', '') AS name_en, v.sku, v.option_values, v.price,
       v.compare_at, k.on_hand, k.reserved, v.picture_id
FROM shop_variant v JOIN shop_stock k ON k.variant_id = v.id
WHERE v.product_id = $1 AND v.state = 'active' ORDER BY v.position, v.id
"""
_PICTURES: Final = """
SELECT x.media_id AS id, x.alt, jsonb_build_object('id', m.id, 'width', m.width, 'height', m.height,
                                                   'colour', m.colour, 'keys', m.keys) AS media
FROM shop_picture x JOIN core_media m ON m.id = x.media_id
WHERE x.product_id = $1 ORDER BY x.position, x.media_id
"""


async def find(tx: Tx, product_id: uuid.UUID) -> StaffProduct | None:
    row = await tx.first(_ProductRow, _PRODUCT, product_id)
    if row is None:
        return None
    plain = msgspec.structs.asdict(row)
    chart = plain.pop("chart")
    plain |= {
        "size_chart": chart.get("ja", []),
        "size_chart_en": chart.get("en", []),
        "options": [_option(option) for option in row.options],
        "specs": [_spec(spec) for spec in row.specs],
        "badges": [BadgeInput(name=b["name"], name_en=b.get("name_en", "")) for b in row.badges],
    }
    return StaffProduct(
        **plain, variants=await variants_of(tx, product_id), pictures=await pictures_of(tx, product_id)
    )


async def variants_of(tx: Tx, product_id: uuid.UUID) -> list[StaffVariant]:
    return await tx.all(StaffVariant, _VARIANTS, product_id)


async def pictures_of(tx: Tx, product_id: uuid.UUID) -> list[StaffPicture]:
    return await tx.all(StaffPicture, _PICTURES, product_id)


def _option(stored: dict[str, object]) -> OptionInput:
    known = {name: stored[name] for name in OptionInput.__struct_fields__ if name in stored}
    return msgspec.convert(known, OptionInput)


def _spec(stored: list[str]) -> SpecInput:
    label, value, *english = stored
    label_en, value_en = english if len(english) == 2 else ("", "")
    return SpecInput(label=label, value=value, label_en=label_en, value_en=value_en)


async def shop_choices(tx: Tx, shops: Shops) -> list[Choice]:
    """Shops that can have products, of these only, the oldest first."""
    return await tx.all(
        Choice,
        "SELECT id, slug, name FROM shop_shop WHERE state <> 'closed' AND ($1::uuid[] IS NULL OR id = ANY($1))"
        " ORDER BY created_at, slug",
        shops,
    )


_CATEGORY_CHOICES: Final = """
WITH RECURSIVE tree AS (
    SELECT id, slug, name, ARRAY[to_char(position, '0000000000'), slug] AS place FROM shop_category
    WHERE parent_id IS NULL AND is_on
    UNION ALL
    SELECT c.id, c.slug, t.name || ' › ' || c.name, t.place || ARRAY[to_char(c.position, '0000000000'), c.slug]
    FROM shop_category c JOIN tree t ON c.parent_id = t.id WHERE c.is_on)
SELECT id, slug, name FROM tree ORDER BY place
"""


async def category_choices(tx: Tx) -> list[Choice]:
    """Categories that are shown, each before those below it; a sub-category is named with those above it."""
    return await tx.all(Choice, _CATEGORY_CHOICES)
