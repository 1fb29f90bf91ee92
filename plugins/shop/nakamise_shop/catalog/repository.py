"""Reading the catalogue: only what is published in open shops, in the asked language."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.japan import fold
from nakamise.media import Media, media_of
from nakamise_shop.catalog.schemas import Category, ProductCard, ProductFilter, Shop, ShopCard, Sort, Variant

_ORDER: Final = {
    Sort.NEW: "p.published_at DESC, p.id",
    Sort.PRICE_UP: "p.min_price, p.id",
    Sort.PRICE_DOWN: "p.max_price DESC, p.id",
}

# $1 locale, $2 LIKE pattern, $3 category slug, $4 shop slug, $5 only what can be bought
_MATCH: Final = """
FROM shop_product p
JOIN shop_shop s ON s.id = p.shop_id AND s.state = 'open'
WHERE p.state = 'published'
  AND ($2::text = '' OR p.search_text LIKE $2)
  AND ($3::text IS NULL OR p.category_id IN (
        WITH RECURSIVE below AS (
            SELECT id FROM shop_category WHERE slug = $3
            UNION ALL SELECT c.id FROM shop_category c JOIN below b ON c.parent_id = b.id)
        SELECT id FROM below))
  AND ($4::text IS NULL OR s.slug = $4)
  AND (NOT $5::bool OR EXISTS (
        SELECT 1 FROM shop_variant v JOIN shop_stock k ON k.variant_id = v.id
        WHERE v.product_id = p.id AND v.state = 'active' AND k.on_hand > k.reserved))
"""

_CARD: Final = """
SELECT p.id, p.slug, p.min_price, p.max_price,
       ARRAY(SELECT coalesce(b ->> ('name_' || $1), b ->> 'name') FROM jsonb_array_elements(p.badges) b) AS badges,
       coalesce(p.translations #>> ARRAY[$1::text, 'name'], p.name) AS name,
       s.slug AS shop_slug, coalesce(s.translations #>> ARRAY[$1::text, 'name'], s.name) AS shop_name,
       coalesce(sales.available, 0)::int AS available, coalesce(sales.variant_count, 0)::int AS variant_count,
       sales.compare_at, pic.picture, p.total
FROM (SELECT p.*, count(*) OVER () AS total {match} ORDER BY {order} LIMIT $6 OFFSET $7) p
JOIN shop_shop s ON s.id = p.shop_id
LEFT JOIN LATERAL (
    SELECT sum(k.on_hand - k.reserved) AS available, count(*) AS variant_count, min(v.compare_at) AS compare_at
    FROM shop_variant v JOIN shop_stock k ON k.variant_id = v.id
    WHERE v.product_id = p.id AND v.state = 'active') sales ON true
LEFT JOIN LATERAL (
    SELECT jsonb_build_object('id', m.id, 'width', m.width, 'height', m.height,
                              'colour', m.colour, 'keys', m.keys) AS picture
    FROM shop_picture x JOIN core_media m ON m.id = x.media_id
    WHERE x.product_id = p.id ORDER BY x.position LIMIT 1) pic ON true
ORDER BY {order}
"""

_LISTS: Final = {sort: _CARD.format(match=_MATCH, order=order) for sort, order in _ORDER.items()}


class _CardRow(ProductCard, frozen=True, kw_only=True):
    total: int


async def list_products(
    tx: Tx, wanted: ProductFilter, locale: str, page_size: int
) -> tuple[list[ProductCard], int]:
    """One page of cards, and how many match in all."""
    rows = await tx.all(
        _CardRow,
        _LISTS[wanted.sort],
        locale,
        like(wanted.q),
        wanted.category,
        wanted.shop,
        wanted.in_stock,
        page_size,
        (wanted.page - 1) * page_size,
    )
    return list[ProductCard](rows), rows[0].total if rows else 0


def like(query: str) -> str:
    """A LIKE pattern in which what was typed is literal; "" matches all."""
    words = fold(query).split()
    if not words:
        return ""
    plain = (word.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_") for word in words)
    return "%" + "%".join(plain) + "%"


class ProductRow(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    slug: str
    name: str
    description: str
    shop_id: uuid.UUID
    shop_slug: str
    shop_name: str
    shop_state: str
    category_slug: str | None
    category_name: str | None
    tax_class: str
    state: str
    options: list[dict[str, object]]
    specs: list[list[str]]
    badges: list[str]
    per_order_limit: int | None
    min_price: int
    max_price: int


_PRODUCT: Final = """
SELECT p.id, p.slug, p.shop_id, p.tax_class, p.state, p.options, p.specs, p.per_order_limit,
       ARRAY(SELECT coalesce(b ->> ('name_' || $1), b ->> 'name') FROM jsonb_array_elements(p.badges) b) AS badges,
       p.min_price, p.max_price,
       coalesce(p.translations #>> ARRAY[$1::text, 'name'], p.name) AS name,
       coalesce(p.translations #>> ARRAY[$1::text, 'description'], p.description) AS description,
       s.slug AS shop_slug, s.state AS shop_state,
       coalesce(s.translations #>> ARRAY[$1::text, 'name'], s.name) AS shop_name,
       c.slug AS category_slug, coalesce(c.translations #>> ARRAY[$1::text, 'name'], c.name) AS category_name
FROM shop_product p
JOIN shop_shop s ON s.id = p.shop_id
LEFT JOIN shop_category c ON c.id = p.category_id
WHERE p.slug = $2
"""


async def find_product(tx: Tx, slug: str, locale: str) -> ProductRow | None:
    """In any state: the service decides who may see a draft."""
    return await tx.first(ProductRow, _PRODUCT, locale, slug)


async def variants_of(tx: Tx, product_id: uuid.UUID, locale: str) -> list[Variant]:
    return await tx.all(
        Variant,
        "SELECT v.id, v.sku, v.option_values, v.price, v.compare_at, v.picture_id,"
        " coalesce(v.translations #>> ARRAY[$2::text, 'name'], v.name) AS name,"
        " (k.on_hand - k.reserved) AS available"
        " FROM shop_variant v JOIN shop_stock k ON k.variant_id = v.id"
        " WHERE v.product_id = $1 AND v.state = 'active' ORDER BY v.position, v.id",
        product_id,
        locale,
    )


async def pictures_of(tx: Tx, product_id: uuid.UUID) -> list[Media]:
    return await tx.all(
        Media,
        "SELECT m.id, m.width, m.height, m.colour, m.keys FROM shop_picture x"
        " JOIN core_media m ON m.id = x.media_id WHERE x.product_id = $1 ORDER BY x.position",
        product_id,
    )


class _CategoryRow(msgspec.Struct, frozen=True, kw_only=True):
    id: uuid.UUID
    slug: str
    name: str
    parent_slug: str | None
    product_count: int
    picture_id: uuid.UUID | None


async def list_categories(tx: Tx, locale: str) -> list[Category]:
    """Switched-on categories in display order."""
    rows = await tx.all(_CategoryRow, _CATEGORIES, locale)
    pictures = await media_of(tx, [row.picture_id for row in rows if row.picture_id])
    return [
        Category(
            id=row.id,
            slug=row.slug,
            name=row.name,
            parent_slug=row.parent_slug,
            product_count=row.product_count,
            picture=pictures.get(row.picture_id) if row.picture_id else None,
        )
        for row in rows
    ]


_CATEGORIES: Final = """
SELECT c.id, c.slug, coalesce(c.translations #>> ARRAY[$1::text, 'name'], c.name) AS name,
       parent.slug AS parent_slug, c.picture_id,
       (SELECT count(*) FROM shop_product p JOIN shop_shop s ON s.id = p.shop_id AND s.state = 'open'
        JOIN shop_category own ON own.id = p.category_id
        WHERE p.state = 'published' AND (own.id = c.id OR own.parent_id = c.id))::int AS product_count
FROM shop_category c LEFT JOIN shop_category parent ON parent.id = c.parent_id
WHERE c.is_on
ORDER BY c.position, c.slug
"""


class _ShopRow(Shop, frozen=True, kw_only=True):
    picture_id: uuid.UUID | None


_SHOP: Final = """
SELECT s.id, s.slug, s.state, s.legal, s.invoice_number, s.shipping_fee, s.free_over, s.opened_at, s.picture_id,
       coalesce(s.translations #>> ARRAY[$1::text, 'name'], s.name) AS name,
       coalesce(s.translations #>> ARRAY[$1::text, 'introduction'], s.introduction) AS introduction,
       (SELECT count(*) FROM shop_product p WHERE p.shop_id = s.id AND p.state = 'published')::int AS product_count,
       (SELECT count(*) FROM shop_order o WHERE o.shop_id = s.id
        AND o.state IN ('paid', 'part_refunded', 'refunded'))::int AS order_count
FROM shop_shop s
"""


async def find_shop(tx: Tx, slug: str, locale: str) -> Shop | None:
    """In any state."""
    row = await tx.first(_ShopRow, _SHOP + "WHERE s.slug = $2", locale, slug)
    if row is None or row.picture_id is None:
        return row
    pictures = await media_of(tx, [row.picture_id])
    return msgspec.structs.replace(row, picture=pictures.get(row.picture_id))


async def list_shops(tx: Tx, locale: str) -> list[ShopCard]:
    """Open shops, the oldest first."""
    rows = await tx.all(_ShopRow, _SHOP + "WHERE s.state = 'open' ORDER BY s.opened_at, s.slug", locale)
    pictures = await media_of(tx, [row.picture_id for row in rows if row.picture_id])
    return [
        ShopCard(
            slug=row.slug,
            name=row.name,
            introduction=row.introduction,
            product_count=row.product_count,
            picture=pictures.get(row.picture_id) if row.picture_id else None,
        )
        for row in rows
    ]
