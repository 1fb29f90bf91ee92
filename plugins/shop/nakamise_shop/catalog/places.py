"""Reading categories and shops."""

from __future__ import annotations

from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise_shop.catalog.schemas import Category, Shop, ShopCard
from nakamise_shop.on_request.keeping import KEPT_ITEMS, stated
from nakamise_shop.orders.status import KEPT

_PICTURE: Final = """
LEFT JOIN LATERAL (
    SELECT jsonb_build_object('id', m.id, 'width', m.width, 'height', m.height,
                              'colour', m.colour, 'keys', m.keys) AS picture
    FROM core_media m WHERE m.id = {owner}.picture_id) pic ON true
"""

_CATEGORIES: Final = f"""
WITH RECURSIVE shown AS (
    SELECT id FROM shop_category WHERE parent_id IS NULL AND is_on
    UNION ALL SELECT c.id FROM shop_category c JOIN shown o ON c.parent_id = o.id WHERE c.is_on),
below AS (
    SELECT id AS top, id FROM shop_category
    UNION SELECT b.top, c.id FROM shop_category c JOIN below b ON c.parent_id = b.id),
own AS (
    SELECT p.category_id, count(*) AS product_count
    FROM shop_product p JOIN shop_shop s ON s.id = p.shop_id AND s.state = 'open'
    WHERE p.state = 'published' AND p.category_id IS NOT NULL
    GROUP BY p.category_id),
counted AS (
    SELECT b.top, sum(o.product_count) AS product_count
    FROM below b JOIN own o ON o.category_id = b.id
    GROUP BY b.top)
SELECT c.id, c.slug, coalesce(c.translations #>> ARRAY[$1::text, 'name'], c.name) AS name,
       parent.slug AS parent_slug, coalesce(n.product_count, 0)::int AS product_count, pic.picture
FROM shop_category c
LEFT JOIN shop_category parent ON parent.id = c.parent_id
LEFT JOIN counted n ON n.top = c.id
{_PICTURE.format(owner="c")}
JOIN shown ON shown.id = c.id
ORDER BY c.position, c.slug
"""  # noqa: S608 (our own text)

_SHOP: Final = f"""
SELECT s.id, s.slug, s.state, s.legal, {KEPT_ITEMS} AS on_request, s.invoice_number, s.shipping_fee, s.free_over, s.opened_at, pic.picture,
       coalesce(s.translations #>> ARRAY[$1::text, 'name'], s.name) AS name,
       coalesce(s.translations #>> ARRAY[$1::text, 'introduction'], s.introduction) AS introduction,
       (SELECT count(*) FROM shop_product p WHERE p.shop_id = s.id AND p.state = 'published')::int AS product_count,
       (SELECT count(*) FROM shop_order o WHERE o.shop_id = s.id AND {KEPT})::int AS order_count
FROM shop_shop s
{_PICTURE.format(owner="s")}
"""  # noqa: S608 (our own text)

_SHOP_CARDS: Final = f"""
SELECT s.slug, s.opened_at, pic.picture,
       coalesce(s.translations #>> ARRAY[$1::text, 'name'], s.name) AS name,
       coalesce(s.translations #>> ARRAY[$1::text, 'introduction'], s.introduction) AS introduction,
       (SELECT count(*) FROM shop_product p WHERE p.shop_id = s.id AND p.state = 'published')::int AS product_count
FROM shop_shop s
{_PICTURE.format(owner="s")}
WHERE s.state = 'open' ORDER BY s.opened_at, s.slug
"""  # noqa: S608 (our own text)


async def list_categories(tx: Tx, locale: str) -> list[Category]:
    """Categories that are shown, in display order; what is below a hidden one is hidden too."""
    return await tx.all(Category, _CATEGORIES, locale)


async def find_shop(tx: Tx, slug: str, locale: str) -> Shop | None:
    """In any state."""
    found = await tx.first(Shop, _SHOP + "WHERE s.slug = $2", locale, slug)
    return _as_stated(found, locale) if found else None


async def list_open_shops(tx: Tx, locale: str) -> list[Shop]:
    """The oldest first."""
    found = await tx.all(Shop, _SHOP + "WHERE s.state = 'open' ORDER BY s.opened_at, s.slug", locale)
    return [_as_stated(one, locale) for one in found]


def _as_stated(found: Shop, locale: str) -> Shop:
    """What is told on request says so."""
    return msgspec.structs.replace(found, legal=stated(found.legal, found.on_request, locale))


async def list_shops(tx: Tx, locale: str) -> list[ShopCard]:
    """Open shops, the oldest first."""
    return await tx.all(ShopCard, _SHOP_CARDS, locale)
