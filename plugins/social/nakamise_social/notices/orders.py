"""Notifications about orders."""

from __future__ import annotations

from nakamise.contracts.orders import OrderPaid, OrderShipped
from nakamise.plugin import Delivery, TenantCtx
from nakamise_social.notices.schemas import Params
from nakamise_social.notices.telling import tell


async def on_paid(ctx: TenantCtx, event: OrderPaid, _delivery: Delivery) -> None:
    async with ctx.begin() as tx:
        path, once = f"/shop/orders/{event.number}", f"paid/{event.order_id}"
        await tell(ctx, tx, [event.buyer_id], "order", "paid", Params(number=event.number), path, once)


async def on_shipped(ctx: TenantCtx, event: OrderShipped, _delivery: Delivery) -> None:
    """One for each parcel."""
    params = Params(number=event.number, carrier=event.carrier, tracking=event.tracking_number)
    async with ctx.begin() as tx:
        path, once = f"/shop/orders/{event.number}", f"shipped/{event.shipment_id}"
        await tell(ctx, tx, [event.buyer_id], "order", "shipped", params, path, once)
