"""A buyer's orders."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.contracts.ui import OrderSubject
from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_shop import scope
from nakamise_shop.domain.order_state import OrderState, OrderStatus, is_cancellable, order_status
from nakamise_shop.orders import repository, timeline
from nakamise_shop.orders.schemas import Order, OrderFilter, OrderHeader, OrderPage
from nakamise_shop.settings import ShopSettings

PAGE_SIZE: Final = 20
# The rule in force and the words in which buyers read it, wherever that is.
_CANCELLABLE: Final = {
    "pending": (
        frozenset({OrderStatus.PENDING}),
        N_("You can cancel in the order history until you have paid."),
    ),
    "until_processing": (
        frozenset({OrderStatus.PENDING, OrderStatus.CONFIRMED}),
        N_("You can cancel in the order history until the shop begins to process the order."),
    ),
}


async def order_page(ctx: TenantCtx, tx: Tx, wanted: OrderFilter) -> OrderPage:
    buyer_id = ctx.require_user()
    counts = await repository.counts(tx, buyer_id)
    total = counts.get(wanted.status.value, 0) if wanted.status else sum(counts.values())
    items = await repository.list_orders(tx, buyer_id, wanted.status, wanted.page, PAGE_SIZE)
    return OrderPage(items=items, total=total, page=wanted.page, page_size=PAGE_SIZE, counts=counts)


async def own_order(ctx: TenantCtx, tx: Tx, number: str) -> Order:
    """The actor's order. Raises NotFound for anybody else's."""
    header = await repository.header_by_number(tx, number)
    if header is None or header.buyer_id != ctx.require_user():
        raise NotFound
    return await assembled(ctx, tx, header)


async def order_by_id(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> Order:
    """Anybody's order, for staff and mails. Raises NotFound, also for another shop's than the staff work for."""
    header = await repository.header_by_id(tx, order_id)
    if header is None:
        raise NotFound
    await scope.check_shop(ctx, tx, header.shop_id)
    return await assembled(ctx, tx, header)


async def assembled(ctx: TenantCtx, tx: Tx, header: OrderHeader) -> Order:
    lines = await repository.lines_of(tx, header.id)
    line_states = [line.fulfil_state for line in lines if line.counts]
    return Order(
        header=header,
        status=order_status(header.state, line_states),
        pay_status=header.pay_status,
        lines=lines,
        shipments=await repository.shipments_of(tx, header.id),
        timeline=await timeline.notes_of(tx, header.id),
        bill=header.bill,
        may_cancel=is_cancellable(header.state, line_states, allowed_to_buyer(ctx)),
        with_others=await repository.other_numbers(tx, header.purchase_id, header.id)
        if header.state is OrderState.PENDING
        else [],
    )


def allowed_to_buyer(ctx: TenantCtx) -> frozenset[OrderStatus]:
    """Statuses in which a buyer may cancel: the tenant's rule."""
    return _CANCELLABLE[ctx.settings(ShopSettings).cancellable][0]


def cancel_words(ctx: TenantCtx) -> str:
    """Until when a buyer may cancel, as ``allowed_to_buyer`` judges it."""
    return gettext_for(ctx.locale, "shop")(_CANCELLABLE[ctx.settings(ShopSettings).cancellable][1])


def subject_of(order: Order) -> OrderSubject:
    header = order.header
    return OrderSubject(
        order_id=header.id,
        number=header.number,
        state=header.state.value,
        total=header.total,
        currency=header.currency,
    )
