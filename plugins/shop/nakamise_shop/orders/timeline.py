"""What happened to an order, written once, in the transaction in which it happened."""

from __future__ import annotations

import enum
import uuid
from collections.abc import Sequence
from datetime import datetime

import msgspec

from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx


class Happened(enum.StrEnum):
    PLACED = "placed"
    PAID = "paid"  # with ``reserved`` in its data: authorised only
    CAPTURED = "captured"  # what was reserved was taken
    PROCESSING = "processing"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    REPLACED = "replaced"
    REFUNDING = "refunding"  # decided; the provider has not confirmed it yet
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"  # the bank sent it back, or the provider refused it
    RENUMBERED = "renumbered"
    CHANGED = "changed"
    CLOSED = "closed"
    DISPUTED = "disputed"
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"


class OrderNote(msgspec.Struct, frozen=True):
    """``kind`` is a ``Happened``, or what a plugin noted: ``<plugin id>.<what happened>``.

    ``data`` depends on the kind: line numbers, carrier and tracking number, an amount, a reason.
    """

    kind: str
    at: datetime
    actor_name: str
    data: dict[str, object]

    @property
    def words(self) -> str:
        """What the shop's staff wrote to the buyer, such as why it cancels."""
        return str(self.data.get("words", ""))


async def note(ctx: TenantCtx, tx: Tx, order_ids: Sequence[uuid.UUID], kind: str, **data: object) -> None:
    await tx.execute_many(
        "INSERT INTO shop_order_event (id, order_id, kind, actor_id, actor_name, data)"
        " VALUES ($1, $2, $3, $4, $5, $6)",
        [
            (uuid7(), order_id, str(kind), ctx.actor.user_id, ctx.actor.display_name, data)
            for order_id in order_ids
        ],
    )


async def notes_of(tx: Tx, order_id: uuid.UUID) -> list[OrderNote]:
    return await tx.all(
        OrderNote,
        "SELECT kind, at, actor_name, data FROM shop_order_event WHERE order_id = $1 ORDER BY at, id",
        order_id,
    )
