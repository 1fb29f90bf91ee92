"""SQL of purchases while they are made, paid or ended."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from nakamise.contracts.pricing import Quote, ShopQuote
from nakamise.db import Tx
from nakamise_shop.checkout.bulk import insert_all
from nakamise_shop.checkout.schemas import PlacedOrder, Purchase
from nakamise_shop.checkout.stock import Wants
from nakamise_shop.on_request.keeping import KEPT_ITEMS, stated
from nakamise_shop.orders.schemas import OrderHead
from nakamise_shop.orders.status import KEPT

_PURCHASES: Final = (
    "SELECT id, buyer_id, state, currency, total, charge, provider_id, email, locale, expires_at, placed_at, paid_at"
    " FROM shop_purchase"
)

_SELLING: Final = f"""
SELECT id, slug, coalesce(translations #>> ARRAY[$2::text, 'name'], name) AS name, legal, {KEPT_ITEMS} AS on_request,
       invoice_number, order_number_prefix
FROM shop_shop WHERE id = ANY($1) ORDER BY slug
"""  # noqa: S608 (our own text)


class SellingShop(msgspec.Struct, frozen=True, kw_only=True):
    """What an order keeps of its shop as it was; ``legal`` as buyers read it."""

    id: uuid.UUID
    slug: str
    name: str
    legal: dict[str, str]
    invoice_number: str | None
    order_number_prefix: str
    on_request: list[str] = []


class _Priced(msgspec.Struct, frozen=True):
    quote: ShopQuote


class NewOrder(OrderHead, frozen=True, kw_only=True):
    """One row of shop_order; json fields are what jsonb takes."""

    state: str = "pending"
    buyer_name: str
    goods: int
    shipping: int
    points: int
    charge: int
    tax: int
    quote: object
    shop: object
    address: object
    search_text: str


class NewLine(msgspec.Struct, frozen=True, kw_only=True):
    """One row of shop_order_line."""

    order_id: uuid.UUID
    line_no: int
    product_id: uuid.UUID
    variant_id: uuid.UUID
    sku: str
    name: str
    variant_name: str
    picture: str | None
    qty: int
    list: int
    unit: int
    sub: int
    discount: int
    net: int
    points_part: int
    cash: int
    tax_bp: int
    reduced: bool
    via: str


class NewPurchase(msgspec.Struct, frozen=True, kw_only=True):
    """One row of shop_purchase; held until ``expires_at``, by the database's time."""

    id: uuid.UUID
    buyer_id: uuid.UUID
    idem: str
    currency: str
    total: int
    charge: int
    quote: object
    address: object
    inputs: object
    provider_id: str
    email: str
    locale: str
    expires_at: datetime
    state: str = "pending"


class NewNote(msgspec.Struct, frozen=True, kw_only=True):
    """One row of shop_order_event."""

    id: uuid.UUID
    order_id: uuid.UUID
    kind: str
    actor_id: uuid.UUID | None
    actor_name: str


class InCart(msgspec.Struct, frozen=True):
    """A line as it was read; ``price`` as the shop typed it."""

    cart_id: uuid.UUID
    variant_id: uuid.UUID
    quantity: int
    price: int


async def selling_shops(tx: Tx, ids: Sequence[uuid.UUID], locale: str) -> list[SellingShop]:
    found = await tx.all(SellingShop, _SELLING, list(ids), locale)
    return [msgspec.structs.replace(one, legal=stated(one.legal, one.on_request, locale)) for one in found]


async def next_numbers(tx: Tx, prefix: str, day: date, count: int) -> int:
    """The last of the next ``count`` of a day. Holds the counter's row until the commit, so it is asked for late."""
    last = await tx.value(
        "INSERT INTO shop_order_counter (prefix, day, last) VALUES ($1, $2, $3)"
        " ON CONFLICT (prefix, day) DO UPDATE SET last = shop_order_counter.last + excluded.last RETURNING last",
        *(prefix, day, count),
    )
    return int(last)


async def insert_purchases(tx: Tx, purchases: Sequence[NewPurchase]) -> None:
    await insert_all(tx, "shop_purchase", purchases)


async def insert_orders(tx: Tx, orders: Sequence[NewOrder]) -> None:
    await insert_all(tx, "shop_order", orders)


async def insert_lines(tx: Tx, lines: Sequence[NewLine]) -> None:
    await insert_all(tx, "shop_order_line", lines)


async def insert_notes(tx: Tx, notes: Sequence[NewNote]) -> None:
    await insert_all(tx, "shop_order_event", notes)


async def take_out_of_carts(tx: Tx, lines: Sequence[InCart]) -> list[uuid.UUID]:
    """The carts of the lines that were there as read, at the price that was read: they are gone now.

    A cart is named once for each of its lines; one that is missing was ordered or changed by somebody else.
    """
    return await tx.values(
        "DELETE FROM shop_cart_line l USING shop_variant v, shop_product p, shop_shop s,"
        " unnest($1::uuid[], $2::uuid[], $3::int[], $4::bigint[]) AS seen (cart_id, variant_id, quantity, price)"
        " WHERE l.cart_id = seen.cart_id AND l.variant_id = seen.variant_id AND l.quantity = seen.quantity"
        " AND v.id = seen.variant_id AND v.price = seen.price AND v.state = 'active'"
        " AND p.id = v.product_id AND p.state = 'published' AND s.id = v.shop_id AND s.state = 'open'"
        " RETURNING l.cart_id",
        *([getattr(line, name) for line in lines] for name in InCart.__struct_fields__),
    )


async def forget_inputs(tx: Tx, cart_ids: Sequence[uuid.UUID]) -> None:
    """What was chosen in these carts for plugins is with the purchase now."""
    await tx.execute("DELETE FROM shop_cart_input WHERE cart_id = ANY($1)", list(cart_ids))


async def find_purchase(tx: Tx, purchase_id: uuid.UUID) -> Purchase | None:
    return await tx.first(Purchase, f"{_PURCHASES} WHERE id = $1", purchase_id)


async def lock_purchase(tx: Tx, purchase_id: uuid.UUID) -> Purchase | None:
    return await tx.first(Purchase, f"{_PURCHASES} WHERE id = $1 FOR UPDATE", purchase_id)


async def is_payable(tx: Tx, purchase_id: uuid.UUID) -> bool:
    return bool(
        await tx.value(
            "SELECT state = 'pending' AND expires_at > now() FROM shop_purchase WHERE id = $1", purchase_id
        )
    )


async def quote_of(tx: Tx, purchase_id: uuid.UUID) -> Quote:
    found: Quote = msgspec.convert(
        await tx.value("SELECT quote FROM shop_purchase WHERE id = $1", purchase_id), Quote
    )
    return found


async def orders_in(tx: Tx, purchase_id: uuid.UUID) -> list[PlacedOrder]:
    return await tx.all(
        PlacedOrder,
        "SELECT id, number, total FROM shop_order WHERE purchase_id = $1 ORDER BY number",
        purchase_id,
    )


async def paid_orders(tx: Tx, purchase_id: uuid.UUID) -> list[uuid.UUID]:
    """Those that are neither cancelled nor wholly refunded."""
    return await tx.values(
        f"SELECT o.id FROM shop_order o WHERE o.purchase_id = $1 AND {KEPT}",  # noqa: S608 - a constant
        purchase_id,
    )


async def quotes_in(tx: Tx, purchase_id: uuid.UUID) -> list[ShopQuote]:
    """What each order was priced at."""
    rows = await tx.all(
        _Priced, "SELECT quote FROM shop_order WHERE purchase_id = $1 ORDER BY number", purchase_id
    )
    return [row.quote for row in rows]


async def shops_of(tx: Tx, purchase_id: uuid.UUID) -> list[uuid.UUID]:
    """The sellers of a purchase."""
    return await tx.values(
        "SELECT shop_id FROM shop_order WHERE purchase_id = $1 ORDER BY number", purchase_id
    )


async def wants_of_orders(tx: Tx, order_ids: Sequence[uuid.UUID]) -> list[Wants]:
    return await tx.all(
        Wants,
        "SELECT variant_id, qty, name FROM shop_order_line WHERE order_id = ANY($1)",
        list(order_ids),
    )


async def move_purchase(tx: Tx, purchase_id: uuid.UUID, sources: Sequence[str], target: str) -> bool:
    """Whether it was in one of ``sources``, and is in ``target`` now."""
    touched = await tx.execute(
        "UPDATE shop_purchase SET state = $3, version = version + 1,"
        " paid_at = CASE WHEN $3 = 'paid' THEN (SELECT now()) ELSE paid_at END WHERE id = $1 AND state = ANY($2)",
        *(purchase_id, list(sources), target),
    )
    return touched == 1


async def expire_purchase(tx: Tx, purchase_id: uuid.UUID) -> bool:
    """Whether it was still unpaid and its time is over."""
    touched = await tx.execute(
        "UPDATE shop_purchase SET state = 'expired', version = version + 1"
        " WHERE id = $1 AND state = 'pending' AND expires_at <= now()",
        purchase_id,
    )
    return touched == 1


async def move_orders(tx: Tx, purchase_id: uuid.UUID, sources: Sequence[str], target: str) -> list[OrderHead]:
    """All orders of a purchase that are in ``sources``; those that moved."""
    return await tx.all(
        OrderHead,
        "UPDATE shop_order SET state = $3, version = version + 1,"
        " paid_at = CASE WHEN $3 = 'paid' THEN (SELECT now()) ELSE paid_at END,"
        " closed_at = CASE WHEN $3 IN ('expired', 'cancelled') THEN (SELECT now()) WHEN $3 = 'paid' THEN NULL"
        " ELSE closed_at END WHERE purchase_id = $1 AND state = ANY($2)"
        " RETURNING id, purchase_id, shop_id, number, buyer_id, currency, total",
        *(purchase_id, list(sources), target),
    )


async def move_order(tx: Tx, order_id: uuid.UUID, sources: Sequence[str], target: str) -> bool:
    touched = await tx.execute(
        "UPDATE shop_order SET state = $3, version = version + 1,"
        " closed_at = CASE WHEN $3 = 'cancelled' THEN (SELECT now()) ELSE closed_at END"
        " WHERE id = $1 AND state = ANY($2)",
        *(order_id, list(sources), target),
    )
    return touched == 1


class DuePurchase(msgspec.Struct, frozen=True, kw_only=True):
    """An unpaid purchase whose time is over."""

    id: uuid.UUID
    expires_at: datetime


async def due_purchases(tx: Tx, limit: int, after: DuePurchase | None = None) -> list[DuePurchase]:
    """The oldest first, and behind ``after``."""
    return await tx.all(
        DuePurchase,
        "SELECT id, expires_at FROM shop_purchase WHERE state = 'pending' AND expires_at <= now()"
        " AND ($2::timestamptz IS NULL OR (expires_at, id) > ($2, $3)) ORDER BY expires_at, id LIMIT $1",
        *(limit, after.expires_at if after else None, after.id if after else None),
    )
