"""Reserved money: until when an order rests on it, and what follows when it is not taken in time."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from typing import Final

from nakamise.contracts.checkout import RevertReason
from nakamise.contracts.payments import Payment, PaymentState
from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_shop.checkout import repository, stock
from nakamise_shop.checkout.stock import Wants
from nakamise_shop.orders import announce, timeline
from nakamise_shop.orders.schemas import OrderHead
from nakamise_shop.orders.timeline import Happened

log: Final = logging.getLogger("nakamise.shop")
REASON: Final = "lapsed"
# Nothing of them was sent.
_ORDERS: Final = """
UPDATE shop_order SET state = CASE state WHEN 'paid' THEN 'cancelled' ELSE 'refunded' END, closed_at = now(),
    untaken = charge, version = version + 1
WHERE purchase_id = $1 AND state IN ('paid', 'part_refunded') AND fulfil_state IN ('unfulfilled', 'processing')
RETURNING id, purchase_id, shop_id, number, buyer_id, currency, total, charge - refunded_cash AS missing
"""
_UNSENT: Final = """
SELECT variant_id, qty - refunded_qty AS qty, name FROM shop_order_line
WHERE order_id = ANY($1) AND refunded_qty < qty
"""


class _Lapsed(OrderHead, frozen=True, kw_only=True):
    """``missing``: what of its charge had not gone back before."""

    missing: int


async def note_held(tx: Tx, purchase_id: uuid.UUID, payment: Payment) -> None:
    """Until when the money is reserved; nothing is noted of money that was taken."""
    until = payment.capture_before if payment.state is PaymentState.AUTHORIZED else None
    await tx.execute("UPDATE shop_purchase SET authorized_until = $2 WHERE id = $1", purchase_id, until)


async def lapse(ctx: TenantCtx, tx: Tx, purchase_id: uuid.UUID) -> None:
    """Nobody took the money in time: orders that were not sent are cancelled, and their stock goes back. Nothing of
    them was ever taken, also not what earlier refunds had kept back."""
    await repository.lock_purchase(tx, purchase_id)
    if not await repository.move_purchase(tx, purchase_id, ("paid",), "cancelled"):
        return
    orders = await tx.all(_Lapsed, _ORDERS, purchase_id)
    ids = [order.id for order in orders]
    for order in orders:
        missing = {"untaken": order.missing} if order.missing else {}
        await timeline.note(ctx, tx, [order.id], Happened.CANCELLED, reason=REASON, **missing)
    await announce.cancelled(ctx, tx, orders, REASON)
    await announce.reverted(ctx, tx, orders, RevertReason.CANCELLED)
    sent = await tx.values(
        "SELECT number FROM shop_order WHERE purchase_id = $1 AND state NOT IN ('cancelled', 'refunded')"
        " ORDER BY number",
        purchase_id,
    )
    if sent:
        await _tell_staff(ctx, tx, purchase_id, sent)
    await stock.release(tx, await tx.all(Wants, _UNSENT, ids))


async def _tell_staff(ctx: TenantCtx, tx: Tx, purchase_id: uuid.UUID, numbers: Sequence[str]) -> None:
    """Goods left, and the reservation ended before their money was taken."""
    log.error("purchase %s: %s were sent, and their money was never taken", purchase_id, numbers)
    _ = gettext_for(ctx.tenant.locale, "shop")
    await ctx.mail_admins(
        tx,
        "mail/notice",
        subject=_(N_("Goods were sent, and their money was not taken")),
        paragraphs=[
            _(
                N_(
                    "The reservation of the buyer's money ended before it was taken. Please ask the buyer to pay another way."
                )
            )
        ],
        facts=[(_(N_("Orders")), ", ".join(numbers))],
        action={"label": _(N_("See the payments")), "path": "/admin/payments"},
    )
    await ctx.audit(tx, "shop.sent_unpaid", str(purchase_id), orders=list(numbers))
