"""SQL of purchases while they are made, paid or ended."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

import msgspec

from nakamise.contracts.pricing import Quote
from nakamise.db import Tx
from nakamise_shop.checkout.schemas import PlacedOrder, Purchase
from nakamise_shop.checkout.stock import Wants
from nakamise_shop.orders.schemas import OrderHead

_PURCHASES: Final = (
    "SELECT id, buyer_id, state, currency, total, charge, provider_id, email, locale, expires_at, placed_at, paid_at"
    " FROM shop_purchase"
)


class SellingShop(msgspec.Struct, frozen=True, kw_only=True):
    """What an order keeps of its shop as it was."""

    id: uuid.UUID
    slug: str
    name: str
    legal: dict[str, str]
    invoice_number: str | None
    order_number_prefix: str


class NewOrder(OrderHead, frozen=True, kw_only=True):
    """One row of shop_order; json fields are what jsonb takes."""

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


async def selling_shops(tx: Tx, ids: Sequence[uuid.UUID], locale: str) -> list[SellingShop]:
    return await tx.all(
        SellingShop,
        "SELECT id, slug, coalesce(translations #>> ARRAY[$2::text, 'name'], name) AS name, legal,"
        " invoice_number, order_number_prefix FROM shop_shop WHERE id = ANY($1) ORDER BY slug",
        *(list(ids), locale),
    )


async def next_number(tx: Tx, prefix: str, day: date) -> int:
    """The next of a day. Holds the counter's row until the commit, so it is asked for late."""
    last = await tx.value(
        "INSERT INTO shop_order_counter (prefix, day, last) VALUES ($1, $2, 1)"
        " ON CONFLICT (prefix, day) DO UPDATE SET last = shop_order_counter.last + 1 RETURNING last",
        *(prefix, day),
    )
    return int(last)


async def insert_purchase(
    tx: Tx, purchase_id: uuid.UUID, buyer: tuple[uuid.UUID, str, str], idem: str, quote: Quote,
    address: object, provider_id: str, hold_minutes: int, inputs: Mapping[str, str],
) -> datetime:  # fmt: skip
    """``buyer`` is (id, e-mail, locale). Answers when the hold ends."""
    buyer_id, email, locale = buyer
    expires_at: datetime = await tx.value(
        "INSERT INTO shop_purchase (id, buyer_id, idem, state, currency, total, charge, quote, address,"
        " provider_id, email, locale, inputs, expires_at)"
        " VALUES ($1, $2, $3, 'pending', $4, $5, $6, $7, $8, $9, $10, $11, $12,"
        " now() + $13 * interval '1 minute') RETURNING expires_at",
        *(purchase_id, buyer_id, idem, quote.currency, quote.total, quote.due, quote, address),
        *(provider_id, email, locale, dict(inputs), hold_minutes),
    )
    return expires_at


async def insert_orders(tx: Tx, orders: Sequence[NewOrder]) -> None:
    names = NewOrder.__struct_fields__
    await _insert_many(tx, "shop_order", (*names, "state"), [(*_row(one), "pending") for one in orders])


async def insert_lines(tx: Tx, lines: Sequence[NewLine]) -> None:
    await _insert_many(tx, "shop_order_line", NewLine.__struct_fields__, [_row(line) for line in lines])


async def _insert_many(tx: Tx, table: str, columns: Sequence[str], rows: list[tuple[object, ...]]) -> None:
    marks = ", ".join(f"${n}" for n in range(1, len(columns) + 1))
    # Names come from our own Structs, never from outside.
    await tx.execute_many(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", rows)  # noqa: S608


def _row(struct: msgspec.Struct) -> tuple[object, ...]:
    return tuple(getattr(struct, name) for name in struct.__struct_fields__)


async def remove_from_cart(tx: Tx, cart_id: uuid.UUID, variant_ids: Sequence[uuid.UUID]) -> None:
    await tx.execute(
        "DELETE FROM shop_cart_line WHERE cart_id = $1 AND variant_id = ANY($2)",
        *(cart_id, list(variant_ids)),
    )


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


async def due_purchases(tx: Tx, limit: int) -> list[uuid.UUID]:
    return await tx.values(
        "SELECT id FROM shop_purchase WHERE state = 'pending' AND expires_at <= now()"
        " ORDER BY expires_at LIMIT $1",
        limit,
    )
