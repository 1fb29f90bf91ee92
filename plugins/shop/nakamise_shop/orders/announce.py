"""What happened to orders, told to other plugins in the transaction that made it true."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import TypedDict

from nakamise.contracts.checkout import OrderRef, RefundDraft, RevertReason
from nakamise.contracts.orders import (
    OrderCancelled,
    OrderDelivered,
    OrderPaid,
    OrderPlaced,
    OrderRefunded,
    OrderShipped,
)
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop.checkout import turns
from nakamise_shop.orders.schemas import OrderHead


class _About(TypedDict):
    order_id: uuid.UUID
    purchase_id: uuid.UUID
    shop_id: uuid.UUID
    number: str
    buyer_id: uuid.UUID
    currency: str
    total: int


def _about(order: OrderHead) -> _About:
    return {
        "order_id": order.id,
        "purchase_id": order.purchase_id,
        "shop_id": order.shop_id,
        "number": order.number,
        "buyer_id": order.buyer_id,
        "currency": order.currency,
        "total": order.total,
    }


async def placed(ctx: TenantCtx, tx: Tx, orders: Iterable[OrderHead]) -> None:
    for order in orders:
        await ctx.publish(tx, OrderPlaced(**_about(order)))


async def paid(ctx: TenantCtx, tx: Tx, orders: Iterable[OrderHead]) -> None:
    for order in orders:
        await ctx.publish(tx, OrderPaid(**_about(order)))


async def cancelled(ctx: TenantCtx, tx: Tx, orders: Iterable[OrderHead], reason: str) -> None:
    for order in orders:
        await ctx.publish(tx, OrderCancelled(**_about(order), reason=reason))


async def refunded(
    ctx: TenantCtx,
    tx: Tx,
    order: OrderHead,
    draft: RefundDraft,
    reason: str,
    *,
    by_bank: bool = False,
    untaken: int = 0,
) -> None:
    """``by_bank``: a dispute was lost, and nothing is sent. ``untaken`` of the cash was never taken, and is not sent."""
    event = OrderRefunded(
        **_about(order),
        refund_id=draft.refund_id,
        cash=draft.cash,
        tender=draft.tender,
        is_last=draft.is_last,
        reason=reason,
        by_bank=by_bank,
        untaken=untaken,
    )
    await ctx.publish(tx, event)


async def shipped(
    ctx: TenantCtx,
    tx: Tx,
    order: OrderHead,
    shipment_id: uuid.UUID,
    carrier: str,
    tracking_number: str,
    line_numbers: Sequence[int],
) -> None:
    """One parcel with these lines."""
    event = OrderShipped(
        **_about(order),
        shipment_id=shipment_id,
        carrier=carrier,
        tracking_number=tracking_number,
        line_numbers=tuple(line_numbers),
    )
    await ctx.publish(tx, event)


async def delivered(ctx: TenantCtx, tx: Tx, order: OrderHead, shipment_id: uuid.UUID) -> None:
    """That parcel arrived."""
    await ctx.publish(tx, OrderDelivered(**_about(order), shipment_id=shipment_id))


async def reverted(ctx: TenantCtx, tx: Tx, orders: Iterable[OrderHead], why: RevertReason) -> None:
    """Plugins give back what they took for these orders, such as points and coupons."""
    if ctx.lineup.has("checkout_revert"):
        await turns.for_one(tx)
    for order in orders:
        ref = OrderRef(order.id, order.purchase_id, order.number)
        await ctx.lineup.call("checkout_revert", ctx=ctx, tx=tx, order=ref, why=why)
