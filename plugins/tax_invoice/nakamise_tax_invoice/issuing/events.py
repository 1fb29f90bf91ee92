"""Documents follow what happens to orders. Each event is answered once; each document is written once anyway."""

from __future__ import annotations

import uuid

from nakamise.contracts.orders import (
    OrderCancelled,
    OrderEvent,
    OrderPaid,
    OrderRefunded,
    Orders,
    OrderShipped,
    OrderView,
)
from nakamise.db import Tx
from nakamise.plugin import Delivery, TenantCtx
from nakamise_tax_invoice.issuing import mails, repository, service
from nakamise_tax_invoice.papers import writing
from nakamise_tax_invoice.settings import TaxInvoiceSettings


async def on_paid(ctx: TenantCtx, event: OrderPaid, delivery: Delivery) -> None:
    await _at(ctx, event, delivery, "payment")


async def on_shipped(ctx: TenantCtx, event: OrderShipped, delivery: Delivery) -> None:
    """The first parcel counts, also where the setting was another one when the order was paid."""
    await _at(ctx, event, delivery, "shipment")


async def _at(ctx: TenantCtx, event: OrderEvent, delivery: Delivery, moment: str) -> None:
    if ctx.settings(TaxInvoiceSettings).issue_on != moment:
        return
    async with ctx.begin() as tx:
        if not await delivery.first_time(tx):
            return
        order = await _order(ctx, tx, event)
        made = [await service.issue_invoice(ctx, tx, order)]
        # What went back before the invoice was due.
        made += [await service.issue_return(ctx, tx, order, refund) for refund in order.refunds]
        await _tell(ctx, tx, order, made)


async def on_refunded(ctx: TenantCtx, event: OrderRefunded, delivery: Delivery) -> None:
    async with ctx.begin() as tx:
        if not await delivery.first_time(tx):
            return
        order = await _order(ctx, tx, event)
        made = [
            await service.issue_return(ctx, tx, order, refund)
            for refund in order.refunds
            if refund.id == event.refund_id
        ]
        await _tell(ctx, tx, order, made)


async def on_cancelled(ctx: TenantCtx, event: OrderCancelled, delivery: Delivery) -> None:
    """A paid order that is cancelled goes back as a whole."""
    async with ctx.begin() as tx:
        if not await delivery.first_time(tx):
            return
        order = await _order(ctx, tx, event)
        if order.paid_at is None:
            return
        at = await tx.value("SELECT now()")
        await _tell(ctx, tx, order, [await service.issue_return(ctx, tx, order, writing.rest(order, at))])


async def _order(ctx: TenantCtx, tx: Tx, event: OrderEvent) -> OrderView:
    """As it is when it is this handler's turn: an invoice and a refund at the same moment miss each other not."""
    await service.hold(ctx, tx, event.shop_id)
    return await ctx.service(Orders).get(tx, event.order_id)


async def _tell(ctx: TenantCtx, tx: Tx, order: OrderView, made: list[uuid.UUID | None]) -> None:
    """One mail for what was just made."""
    ids = [document_id for document_id in made if document_id is not None]
    if not ids or not ctx.settings(TaxInvoiceSettings).mails:
        return
    entries = [one for one in await repository.of_order(tx, order.id) if one.id in ids]
    await mails.ready(ctx, tx, order, entries)
