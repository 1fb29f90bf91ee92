"""Being built."""

from __future__ import annotations

from nakamise.contracts.orders import OrderCancelled, OrderPaid, OrderShipped
from nakamise.plugin import Delivery, TenantCtx


async def on_order_paid(ctx: TenantCtx, event: OrderPaid, delivery: Delivery) -> None:
    raise NotImplementedError


async def on_order_shipped(ctx: TenantCtx, event: OrderShipped, delivery: Delivery) -> None:
    raise NotImplementedError


async def on_order_cancelled(ctx: TenantCtx, event: OrderCancelled, delivery: Delivery) -> None:
    raise NotImplementedError
