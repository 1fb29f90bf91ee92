"""Disputed payments: nobody ships or refunds until the bank has decided. Called in the payment's transaction.

While it is open all orders of the purchase stand still, for the bank names no order. What is lost goes by amount.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from nakamise.contracts.orders import RefundLine, RefundOrder
from nakamise.contracts.payments import Payments
from nakamise.db import Tx
from nakamise.ids import uuid7
from nakamise.money import allocate
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for, yen
from nakamise_shop.domain import refund as rules
from nakamise_shop.domain.chargeback import ChargedBack, OpenLine, OpenOrder, all_of, charged_back
from nakamise_shop.domain.order_state import OrderState, order_sources
from nakamise_shop.orders import refunding, timeline, untaken
from nakamise_shop.orders import refunds_repository as repository
from nakamise_shop.orders.timeline import Happened

REASON: Final = N_("The card company gave the payment back")
_OPEN: Final = """
UPDATE shop_order SET disputed_from = state, state = 'disputed', version = version + 1
WHERE purchase_id = $1 AND state = ANY($2) RETURNING id
"""
_OVER: Final = """
UPDATE shop_order SET state = disputed_from, disputed_from = NULL, version = version + 1
WHERE purchase_id = $1 AND state = 'disputed' RETURNING id
"""


async def opened(ctx: TenantCtx, tx: Tx, purchase_id: uuid.UUID) -> None:
    """Every paid order of the purchase stands still. The same again changes nothing."""
    await _tell(ctx, tx, await _stop(tx, purchase_id), Happened.DISPUTED)


async def won(ctx: TenantCtx, tx: Tx, purchase_id: uuid.UUID) -> None:
    """Back to where they were."""
    await _tell(ctx, tx, await tx.values(_OVER, purchase_id), Happened.DISPUTE_WON)


async def lost(
    ctx: TenantCtx, tx: Tx, purchase_id: uuid.UUID, amount: int, *, another_open: bool = False
) -> None:
    """The bank took ``amount``: it went back of the orders that it fits, with all that a refund does but the money.

    Where less was taken than the orders cost, and nothing of that is left now, all that is left of the orders went
    back. The others are where they were, or stand still as long as ``another_open`` dispute is. Staff are told when
    the bank took more than the orders still had.
    """
    ids = await tx.values(_OVER, purchase_id)
    open_orders = [await _left(tx, order_id) for order_id in sorted(ids)]
    missing: dict[uuid.UUID, int] = {}
    if await _is_all_gone(ctx, tx, purchase_id):
        gone = all_of(open_orders)
        missing = _untaken([one for one in open_orders if one.left], amount)
    else:
        gone = charged_back(open_orders, amount)
    words = gettext_for(ctx.tenant.locale, "shop")(REASON)
    wanted = {one.order_id: _wanted(one, words) for one in gone}
    booked = await refunding.charge_back(ctx, tx, wanted, missing)
    for order_id, cash in booked.items():
        more = {"untaken": missing[order_id]} if missing.get(order_id) else {}
        await _tell(ctx, tx, [order_id], Happened.DISPUTE_LOST, amount=cash, **more)
    if another_open:
        await _stop(tx, purchase_id)
    else:
        await _tell(ctx, tx, [one for one in ids if one not in booked], Happened.DISPUTE_WON)
    if amount > sum(booked.values()):
        await _tell_staff(ctx, tx, purchase_id, amount, sum(booked.values()))


async def _stop(tx: Tx, purchase_id: uuid.UUID) -> list[uuid.UUID]:
    return await tx.values(_OPEN, purchase_id, sorted(order_sources(OrderState.DISPUTED)))


async def _is_all_gone(ctx: TenantCtx, tx: Tx, purchase_id: uuid.UUID) -> bool:
    """Nothing of what was taken is here any more; its rows are held by the caller's transaction."""
    paid = [one for one in await ctx.service(Payments).of_subject(tx, purchase_id) if one.is_paid]
    return bool(paid) and untaken.left_of(paid) == 0


def _untaken(gone: Sequence[OpenOrder], amount: int) -> dict[uuid.UUID, int]:
    """What of these orders was never taken, by order: what they had left and the bank could not take."""
    left = [order.left for order in gone]
    if amount >= sum(left):
        return {}
    parts = allocate(sum(left) - amount, left)
    return {order.order_id: part for order, part in zip(gone, parts, strict=True)}


async def _left(tx: Tx, order_id: uuid.UUID) -> OpenOrder:
    """What of an order can still go back, by its frozen price, and what had been kept back of it."""
    order = await repository.lock_order(tx, order_id)
    if order is None:
        raise LookupError(f"no order {order_id}")
    before = {line.line_no: line.refunded_qty for line in await repository.lock_lines(tx, order_id)}
    lines = tuple(
        OpenLine(line_no=number, qty=line.qty, before=before[number], cash=line.cash)
        for number, line in enumerate(order.quote.lines, start=1)
    )
    shipping = 0 if order.shipping_refunded else rules.paid_shipping(order.quote.shipping).cash
    open_now = OpenOrder(order_id=order_id, lines=lines, shipping=shipping)
    return msgspec.structs.replace(
        open_now,
        kept=order.charge - order.refunded_cash - open_now.left,
        postage=await repository.postage_kept(tx, order_id),
    )


def _wanted(gone: ChargedBack, words: str) -> RefundOrder:
    return RefundOrder(
        idem=uuid7(),
        lines=tuple(RefundLine(line_no=number, qty=units) for number, units in sorted(gone.units.items())),
        with_shipping=gone.with_shipping,
        deduction=gone.deduction,
        postage=gone.postage,
        reason=words,
    )


async def _tell_staff(ctx: TenantCtx, tx: Tx, purchase_id: uuid.UUID, amount: int, booked: int) -> None:
    """More was taken than the orders had left, such as what had been refunded before: a matter for the provider."""
    _ = gettext_for(ctx.tenant.locale, "shop")
    numbers = await tx.values("SELECT number FROM shop_order WHERE purchase_id = $1 ORDER BY 1", purchase_id)
    await ctx.mail_admins(
        tx,
        "mail/notice",
        subject=_(N_("A lost dispute took more than was left of its orders")),
        paragraphs=[
            _(
                N_(
                    "The card company took more than the buyer had still paid; part of it may have been refunded before."
                    " Please ask the payment provider about it."
                )
            )
        ],
        facts=[
            (_(N_("Orders")), ", ".join(numbers)),
            (_(N_("Taken by the card company")), yen(amount)),
            (_(N_("Booked on the orders")), yen(booked)),
            (_(N_("Not booked")), yen(amount - booked)),
        ],
        action={"label": _(N_("See the payments")), "path": "/admin/payments"},
    )
    await ctx.audit(tx, "shop.dispute_unbooked", str(purchase_id), amount=amount, booked=booked)


async def _tell(ctx: TenantCtx, tx: Tx, ids: Iterable[uuid.UUID], kind: Happened, **data: object) -> None:
    ids = list(ids)
    await timeline.note(ctx, tx, ids, kind, **data)
    for order_id in ids:
        await ctx.audit(tx, f"shop.order_{kind.value}", str(order_id), **data)
