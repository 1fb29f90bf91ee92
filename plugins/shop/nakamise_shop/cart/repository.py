"""Reading and writing carts."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.pricing import Rounding
from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.media import Media
from nakamise_shop.catalog.sale import SALE, Sale
from nakamise_shop.checkout.limits import bought_sql


class LineRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line with its product as it is now; amounts are as the shop typed them."""

    variant_id: uuid.UUID
    product_id: uuid.UUID
    shop_id: uuid.UUID
    product_slug: str
    name: str
    variant_name: str
    sku: str
    price: int
    seen_price: int
    seen_unit: int | None
    quantity: int
    via: str
    available: int
    per_order_limit: int | None
    per_person_limit: int | None
    bought: int
    in_cart: int
    sale: Sale
    sale_from: datetime | None
    sale_until: datetime | None
    tax_class: str
    prices_include_tax: bool
    rounding: Rounding
    is_for_sale: bool
    shop_is_open: bool
    shop_slug: str
    shop_name: str
    shipping_fee: int
    free_over: int | None
    picture: Media | None


_LINES: Final = f"""
SELECT l.variant_id, l.quantity, l.via, l.seen_price, l.seen_unit, v.product_id, v.sku, v.price, p.slug AS product_slug,
       p.shop_id, p.per_order_limit, p.per_person_limit, p.sale_from, p.sale_until, {SALE} AS sale,
       CASE WHEN p.per_person_limit IS NULL OR c.user_id IS NULL THEN 0
            ELSE {bought_sql("c.user_id", "p.id", "p.per_person_days")} END AS bought,
       sum(l.quantity) OVER (PARTITION BY p.id)::int AS in_cart, p.tax_class, s.prices_include_tax, s.rounding, s.shipping_fee, s.free_over,
       coalesce(p.translations #>> ARRAY[$2::text, 'name'], p.name) AS name,
       coalesce(v.translations #>> ARRAY[$2::text, 'name'], v.name) AS variant_name,
       (k.on_hand - k.reserved) AS available,
       (p.state = 'published' AND v.state = 'active' AND s.state = 'open') AS is_for_sale,
       s.state = 'open' AS shop_is_open,
       s.slug AS shop_slug, coalesce(s.translations #>> ARRAY[$2::text, 'name'], s.name) AS shop_name, pic.picture
FROM shop_cart_line l
JOIN shop_cart c ON c.id = l.cart_id
JOIN shop_variant v ON v.id = l.variant_id
JOIN shop_product p ON p.id = v.product_id
JOIN shop_shop s ON s.id = p.shop_id
JOIN shop_stock k ON k.variant_id = v.id
LEFT JOIN LATERAL (
    SELECT jsonb_build_object('id', m.id, 'width', m.width, 'height', m.height,
                              'colour', m.colour, 'keys', m.keys) AS picture
    FROM shop_picture x JOIN core_media m ON m.id = x.media_id
    WHERE x.product_id = p.id ORDER BY (x.media_id = v.picture_id) DESC NULLS LAST, x.position LIMIT 1) pic ON true
WHERE l.cart_id = $1
ORDER BY s.slug, l.added_at, l.variant_id
"""  # noqa: S608 - our own text


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def cart_of_user(tx: Tx, user_id: uuid.UUID) -> uuid.UUID | None:
    return _id(await tx.value("SELECT id FROM shop_cart WHERE user_id = $1", user_id))


async def cart_of_token(tx: Tx, token: str) -> uuid.UUID | None:
    return _id(await tx.value("SELECT id FROM shop_cart WHERE token_hash = $1", hash_token(token)))


def _id(value: object) -> uuid.UUID | None:
    return value if isinstance(value, uuid.UUID) else None


async def make_user_cart(tx: Tx, user_id: uuid.UUID) -> uuid.UUID:
    """The user's cart, made when there is none; two requests at once get the same."""
    found: uuid.UUID = await tx.value(
        "INSERT INTO shop_cart (id, user_id) VALUES ($1, $2)"
        " ON CONFLICT (user_id) DO UPDATE SET updated_at = excluded.updated_at RETURNING id",
        uuid7(),
        user_id,
    )
    return found


async def make_guest_cart(tx: Tx, token: str) -> uuid.UUID:
    cart_id = uuid7()
    await tx.execute("INSERT INTO shop_cart (id, token_hash) VALUES ($1, $2)", cart_id, hash_token(token))
    return cart_id


async def lines_of(tx: Tx, cart_id: uuid.UUID, locale: str) -> list[LineRow]:
    return await tx.all(LineRow, _LINES, cart_id, locale)


class _Input(msgspec.Struct, frozen=True):
    name: str
    value: str


async def inputs_of(tx: Tx, cart_id: uuid.UUID) -> dict[str, str]:
    """What was chosen for plugins, by name."""
    rows = await tx.all(
        _Input, "SELECT name, value FROM shop_cart_input WHERE cart_id = $1 ORDER BY name", cart_id
    )
    return {row.name: row.value for row in rows}


async def forget_inputs(tx: Tx, cart_id: uuid.UUID) -> None:
    await tx.execute("DELETE FROM shop_cart_input WHERE cart_id = $1", cart_id)


async def count_lines(tx: Tx, cart_id: uuid.UUID) -> int:
    return int(await tx.value("SELECT count(*) FROM shop_cart_line WHERE cart_id = $1", cart_id))


async def quantity_for(tx: Tx, user_id: uuid.UUID | None, token: str | None) -> int:
    """The badge's number: the user's cart and the guest's that will join it, counted as `merge` joins them."""
    return int(
        await tx.value(
            "SELECT coalesce(sum(most), 0) FROM (SELECT max(l.quantity) AS most FROM shop_cart_line l"
            " JOIN shop_cart c ON c.id = l.cart_id WHERE c.user_id = $1 OR c.token_hash = $2"
            " GROUP BY l.variant_id) lines",
            user_id,
            hash_token(token) if token else None,
        )
    )


async def add(tx: Tx, cart_id: uuid.UUID, variant_id: uuid.UUID, quantity: int, via: str = "") -> int:
    """The line's new quantity; 0 when the variant is not for sale. The last ``via`` that is known stays."""
    return int(
        await tx.value(
            "WITH sold AS (SELECT v.id, v.price FROM shop_variant v"
            " JOIN shop_product p ON p.id = v.product_id AND p.state = 'published'"
            " JOIN shop_shop s ON s.id = p.shop_id AND s.state = 'open'"
            " WHERE v.id = $2 AND v.state = 'active')"
            " INSERT INTO shop_cart_line (cart_id, variant_id, quantity, seen_price, via)"
            " SELECT $1, id, $3, price, $4 FROM sold"
            " ON CONFLICT (cart_id, variant_id) DO UPDATE"
            " SET quantity = least(999, shop_cart_line.quantity + excluded.quantity), seen_price = excluded.seen_price,"
            " via = coalesce(nullif(excluded.via, ''), shop_cart_line.via)"
            " RETURNING quantity",
            cart_id,
            variant_id,
            quantity,
            via,
        )
        or 0
    )


async def set_quantity(tx: Tx, cart_id: uuid.UUID, variant_id: uuid.UUID, quantity: int) -> int:
    """Rows touched; accepting a quantity accepts today's price too."""
    return await tx.execute(
        "UPDATE shop_cart_line l SET quantity = $3, seen_price = v.price FROM shop_variant v"
        " WHERE l.cart_id = $1 AND l.variant_id = $2 AND v.id = l.variant_id",
        cart_id,
        variant_id,
        quantity,
    )


async def remove(tx: Tx, cart_id: uuid.UUID, variant_id: uuid.UUID) -> int:
    """The quantity that was taken out; 0 when it was not in the cart."""
    return int(
        await tx.value(
            "DELETE FROM shop_cart_line WHERE cart_id = $1 AND variant_id = $2 RETURNING quantity",
            cart_id,
            variant_id,
        )
        or 0
    )


async def clear(tx: Tx, cart_id: uuid.UUID) -> int:
    await forget_inputs(tx, cart_id)
    return await tx.execute("DELETE FROM shop_cart_line WHERE cart_id = $1", cart_id)


async def merge(tx: Tx, source: uuid.UUID, target: uuid.UUID) -> None:
    """Move the guest's lines over; where both hold a variant the larger quantity stays, and what the guest chose
    last for plugins stands."""
    await tx.execute(
        "WITH guest AS (SELECT variant_id, quantity, seen_price, seen_unit, added_at, via FROM shop_cart_line"
        " WHERE cart_id = $1)"
        " INSERT INTO shop_cart_line (cart_id, variant_id, quantity, seen_price, seen_unit, added_at, via)"
        " SELECT $2, variant_id, quantity, seen_price, seen_unit, added_at, via FROM guest"
        " ON CONFLICT (cart_id, variant_id) DO UPDATE"
        " SET quantity = greatest(shop_cart_line.quantity, excluded.quantity)",
        source,
        target,
    )
    await tx.execute(
        "WITH guest AS (SELECT name, value FROM shop_cart_input WHERE cart_id = $1)"
        " INSERT INTO shop_cart_input (cart_id, name, value) SELECT $2, name, value FROM guest"
        " ON CONFLICT (cart_id, name) DO UPDATE SET value = excluded.value",
        source,
        target,
    )
    await tx.execute("DELETE FROM shop_cart WHERE id = $1", source)
