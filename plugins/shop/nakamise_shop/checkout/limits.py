"""How many one person may have of a product: counted over earlier orders, inside the order's own transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.web import N_

_STATES: Final = "('pending', 'paid', 'part_refunded', 'closed', 'disputed')"


def bought_sql(buyer: str, product: str, days: str) -> str:
    """What ``buyer`` has of ``product`` from orders of the last ``days`` days (NULL: ever), as an expression.

    What was cancelled, expired or sent back does not count. The arguments are columns or parameters of our own.
    """
    return (
        "coalesce((SELECT sum(bl.qty - bl.refunded_qty) FROM shop_order bo JOIN shop_order_line bl"  # noqa: S608
        f" ON bl.order_id = bo.id WHERE bo.buyer_id = {buyer} AND bl.product_id = {product}"
        f" AND bo.state IN {_STATES} AND ({days} IS NULL OR bo.placed_at > now() - {days} * interval '1 day')), 0)::int"
    )


_LIMITED: Final = """
SELECT id, name, per_person_limit AS most FROM shop_product
WHERE id = ANY($1) AND per_person_limit IS NOT NULL ORDER BY id
"""
# First the person's row, so that a second order of the same person waits here for the first one's end …
_HOLD: Final = """
INSERT INTO shop_person_limit (product_id, buyer_id) VALUES ($1, $2)
ON CONFLICT (product_id, buyer_id) DO UPDATE SET asked_at = excluded.asked_at
"""
# … then the count, in a statement of its own: only so does it see what the first one wrote.
_TAKE: Final = f"""
UPDATE shop_person_limit l SET asked_at = now() FROM shop_product p
WHERE l.product_id = $1 AND l.buyer_id = $2 AND p.id = l.product_id
  AND {bought_sql("l.buyer_id", "l.product_id", "p.per_person_days")} + $3 <= p.per_person_limit
"""  # noqa: S608 - our own text


_PIECES: Final = """
SELECT l.product_id, sum(l.qty)::int AS qty FROM shop_order_line l JOIN shop_order o ON o.id = l.order_id
WHERE o.purchase_id = $1 GROUP BY l.product_id
"""


class _Pieces(msgspec.Struct, frozen=True):
    product_id: uuid.UUID
    qty: int


class _Limited(msgspec.Struct, frozen=True):
    id: uuid.UUID
    name: str
    most: int


class OverPersonLimit(Conflict):
    """This person has had as many as one may have; nothing was placed and nothing charged."""

    default_code = "person_limit"

    def __init__(self, name: str, most: int) -> None:
        super().__init__(
            N_(
                "%(name)s: at most %(n)s per person, earlier orders included. Nothing was ordered or charged."
            ),
            domain="shop",
            params={"name": name, "n": most},
        )


async def take_again(tx: Tx, purchase_id: uuid.UUID, buyer_id: uuid.UUID) -> None:
    """As ``take``, for a purchase that expired and is paid now. Raises OverPersonLimit."""
    rows = await tx.all(_Pieces, _PIECES, purchase_id)
    await take(tx, buyer_id, {row.product_id: row.qty for row in rows})


async def take(tx: Tx, buyer_id: uuid.UUID, wanted: Mapping[uuid.UUID, int]) -> None:
    """``wanted``: pieces by product id, of this order. To be called before its rows are written, and before any
    counter or stock is touched: a person's row is held to the end of the transaction.

    Raises OverPersonLimit: then the whole transaction must fail. Products without a limit cost one query, none
    when ``wanted`` is empty.
    """
    if not wanted:
        return
    for one in await tx.all(_Limited, _LIMITED, list(wanted)):
        await tx.execute(_HOLD, one.id, buyer_id)
        await tx.must_touch_one(OverPersonLimit(one.name, one.most), _TAKE, one.id, buyer_id, wanted[one.id])
