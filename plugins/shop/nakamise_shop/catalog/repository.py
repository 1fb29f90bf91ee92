"""Reading products: only what is published in open shops, in the asked language. One query per answer."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.pricing import Rounding
from nakamise.db import Tx
from nakamise_shop.catalog.sale import IS_ON_SALE, SALE, Sale
from nakamise_shop.catalog.schemas import Beside, ProductCard, ProductFilter, ProductPicture, Sort, Variant
from nakamise_shop.catalog.search import patterns
from nakamise_shop.catalog.sorting import PricesNow

_FROM: Final = "FROM shop_product p JOIN shop_shop s ON s.id = p.shop_id AND s.state = 'open'"
# $1 patterns, $2 category slug, $3 shop slug, $4 only what can be bought
_MATCH: Final = f"""
WHERE p.state = 'published'
  AND p.search_text LIKE ALL ($1::text[])
  AND ($2::text IS NULL OR p.category_id IN (
        WITH RECURSIVE below AS (
            SELECT id FROM shop_category WHERE slug = $2
            UNION SELECT c.id FROM shop_category c JOIN below b ON c.parent_id = b.id)
        SELECT id FROM below))
  AND ($3::text IS NULL OR s.slug = $3)
  AND (NOT $4::bool OR {IS_ON_SALE} AND EXISTS (
        SELECT 1 FROM shop_variant v JOIN shop_stock k ON k.variant_id = v.id
        WHERE v.product_id = p.id AND v.state = 'active' AND k.on_hand > k.reserved))
"""  # noqa: S608 - our own text

# The page's rows are chosen first, by id; only they are read whole.
_CARDS: Final = """
SELECT p.id, p.slug, p.shop_id, p.min_price, p.max_price, p.tax_class, p.sale_from, {sale} AS sale, s.prices_include_tax, s.rounding,
       ARRAY(SELECT coalesce(b ->> ('name_' || {locale}), b ->> 'name') FROM jsonb_array_elements(p.badges) b) AS badges,
       coalesce(p.translations #>> ARRAY[{locale}::text, 'name'], p.name) AS name,
       s.slug AS shop_slug, coalesce(s.translations #>> ARRAY[{locale}::text, 'name'], s.name) AS shop_name,
       coalesce(sales.available, 0)::int AS available, coalesce(sales.variant_count, 0)::int AS variant_count,
       sales.compare_at, coalesce(sales.variant_ids, '{{}}') AS variant_ids,
       coalesce(sales.variant_prices, '{{}}') AS variant_prices, pic.picture, chosen.total
FROM ({chosen}) chosen
JOIN shop_product p ON p.id = chosen.id
JOIN shop_shop s ON s.id = p.shop_id
LEFT JOIN LATERAL (
    SELECT sum(k.on_hand - k.reserved) AS available, count(*) AS variant_count,
           (array_agg(CASE WHEN v.was_until > now() THEN v.compare_at END
               ORDER BY v.price, v.position, v.id))[1] AS compare_at,
           array_agg(v.id ORDER BY v.price, v.position, v.id) AS variant_ids,
           array_agg(v.price ORDER BY v.price, v.position, v.id) AS variant_prices
    FROM shop_variant v JOIN shop_stock k ON k.variant_id = v.id
    WHERE v.product_id = p.id AND v.state = 'active') sales ON true
LEFT JOIN LATERAL (
    SELECT jsonb_build_object('id', m.id, 'width', m.width, 'height', m.height,
                              'colour', m.colour, 'keys', m.keys) AS picture
    FROM shop_picture x JOIN core_media m ON m.id = x.media_id
    WHERE x.product_id = p.id ORDER BY x.position LIMIT 1) pic ON true
ORDER BY {order}
"""

_NEWEST: Final = "p.published_at DESC, p.id"
_PAGE: Final = (
    f"SELECT p.id, count(*) OVER () AS total {_FROM} {_MATCH} ORDER BY {_NEWEST} LIMIT $5 OFFSET $6"
)
# $8 tax rates by class; $9 ids, $10 least and $11 most of what is lowered: see ``sorting.PricesNow``
_LESS: Final = (
    "LEFT JOIN unnest($9::uuid[], $10::bigint[], $11::bigint[]) AS less (id, least, most) ON less.id = p.id"
)
_TAXED: Final = """
CASE WHEN s.prices_include_tax THEN {amount} ELSE ({amount} * (10000 + ($8::jsonb ->> p.tax_class)::bigint)
    + CASE s.rounding WHEN 'ceil' THEN 9999 WHEN 'half_up' THEN 5000 ELSE 0 END) / 10000 END
"""


def _by_price(amount: str, less: str, way: str) -> str:
    key = f"coalesce({less}, {_TAXED.format(amount=amount)})"
    chosen = (
        f"SELECT p.id, count(*) OVER () AS total, {key} AS price {_FROM} {_LESS} {_MATCH}"
        f" ORDER BY price {way}, p.id LIMIT $5 OFFSET $6"
    )
    return _CARDS.format(chosen=chosen, order=f"chosen.price {way}, p.id", locale="$7", sale=SALE)


_LISTS: Final = {
    Sort.NEW: _CARDS.format(chosen=_PAGE, order=_NEWEST, locale="$7", sale=SALE),
    Sort.PRICE_UP: _by_price("p.min_price", "less.least", "ASC"),
    Sort.PRICE_DOWN: _by_price("p.max_price", "less.most", "DESC"),
}
_SOME: Final = _CARDS.format(
    chosen="SELECT p.id, 0 AS total FROM shop_product p JOIN shop_shop s ON s.id = p.shop_id AND s.state = 'open'"
    " WHERE p.state = 'published' AND p.id = ANY($1::uuid[])",
    order="p.id",
    locale="$2",
    sale=SALE,
)


class CardRow(ProductCard, frozen=True, kw_only=True):
    """Amounts are as the shop typed them; ``variant_ids`` and ``variant_prices`` go together, the cheapest first."""

    shop_id: uuid.UUID
    variant_ids: list[uuid.UUID]
    variant_prices: list[int]
    tax_class: str
    prices_include_tax: bool
    rounding: Rounding
    total: int


async def list_products(
    tx: Tx, wanted: ProductFilter, locale: str, page_size: int, prices: PricesNow | None = None
) -> list[CardRow]:
    """One page; each row knows how many match in all. ``prices`` for lists by price."""
    query = _LISTS[wanted.sort if prices else Sort.NEW]
    offset = (wanted.page - 1) * page_size
    more = (dict(prices.rates), list(prices.ids), list(prices.least), list(prices.most)) if prices else ()
    return await tx.all(CardRow, query, *_matching(wanted), page_size, offset, locale, *more)


async def products_by_id(tx: Tx, ids: Sequence[uuid.UUID], locale: str) -> list[CardRow]:
    """In the order of their ids."""
    return await tx.all(CardRow, _SOME, list(ids), locale)


async def count_products(tx: Tx, wanted: ProductFilter) -> int:
    return int(await tx.value(f"SELECT count(*) {_FROM} {_MATCH}", *_matching(wanted)))


def _matching(wanted: ProductFilter) -> tuple[list[str], str | None, str | None, bool]:
    return patterns(wanted.q), wanted.category, wanted.shop, wanted.in_stock


class ProductRow(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts are as the shop typed them."""

    tax_class: str
    prices_include_tax: bool
    rounding: Rounding
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
    state: str
    options: list[dict[str, object]]
    specs: list[list[str]]
    badges: list[str]
    per_order_limit: int | None
    kind: str
    sale: Sale
    sale_from: datetime | None
    sale_until: datetime | None
    per_person_limit: int | None
    per_person_days: int | None
    related: list[Beside]
    faq: list[dict[str, str]]
    size_chart: dict[str, list[list[str]]]
    min_price: int
    max_price: int
    shipping_fee: int
    free_over: int | None
    legal: dict[str, str]
    variants: list[Variant]
    pictures: list[ProductPicture]


_PRODUCT: Final = f"""
SELECT p.id, p.slug, p.shop_id, p.tax_class, p.state, p.options, p.specs, p.per_order_limit, p.kind, {SALE} AS sale,
       p.sale_from, p.sale_until, p.per_person_limit, p.per_person_days, p.faq, p.size_chart,
       coalesce((SELECT jsonb_agg(jsonb_build_object('id', r.other_id, 'kind', r.kind) ORDER BY r.position, r.other_id)
                 FROM shop_related r WHERE r.product_id = p.id), '[]') AS related,
       ARRAY(SELECT coalesce(b ->> ('name_' || $1), b ->> 'name') FROM jsonb_array_elements(p.badges) b) AS badges,
       p.min_price, p.max_price, s.prices_include_tax, s.rounding, s.shipping_fee, s.free_over, s.legal,
       coalesce(p.translations #>> ARRAY[$1::text, 'name'], p.name) AS name,
       coalesce(p.translations #>> ARRAY[$1::text, 'description'], p.description) AS description,
       s.slug AS shop_slug, s.state AS shop_state,
       coalesce(s.translations #>> ARRAY[$1::text, 'name'], s.name) AS shop_name,
       c.slug AS category_slug, coalesce(c.translations #>> ARRAY[$1::text, 'name'], c.name) AS category_name,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object(
               'id', v.id, 'sku', v.sku, 'option_values', v.option_values, 'price', v.price,
               'compare_at', CASE WHEN v.was_until > now() THEN v.compare_at END, 'picture_id', v.picture_id, 'available', k.on_hand - k.reserved,
               'name', coalesce(v.translations #>> ARRAY[$1::text, 'name'], v.name)) ORDER BY v.position, v.id)
           FROM shop_variant v JOIN shop_stock k ON k.variant_id = v.id
           WHERE v.product_id = p.id AND v.state = 'active'), '[]') AS variants,
       coalesce((
           SELECT jsonb_agg(jsonb_build_object(
               'id', m.id, 'width', m.width, 'height', m.height, 'colour', m.colour, 'keys', m.keys,
               'alt', x.alt) ORDER BY x.position)
           FROM shop_picture x JOIN core_media m ON m.id = x.media_id
           WHERE x.product_id = p.id), '[]') AS pictures
FROM shop_product p
JOIN shop_shop s ON s.id = p.shop_id
LEFT JOIN shop_category c ON c.id = p.category_id
WHERE p.slug = $2
"""  # noqa: S608 - our own text


async def find_product(tx: Tx, slug: str, locale: str) -> ProductRow | None:
    """In any state: the service decides who may see a draft."""
    return await tx.first(ProductRow, _PRODUCT, locale, slug)
