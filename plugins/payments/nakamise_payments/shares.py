"""How much of an order is its seller's, and the way back of what was passed on too much."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Final

import msgspec

from nakamise.contracts.orders import Orders, OrderView
from nakamise.contracts.payments import OpKind
from nakamise.contracts.pricing import Part, ShopQuote
from nakamise.db import Tx
from nakamise.errors import Conflict
from nakamise.money import unit_refund
from nakamise.plugin import TenantCtx
from nakamise_payments import mails, older, repository, short
from nakamise_payments.reversal import later
from nakamise_payments.schemas import Op, OpState
from nakamise_payments.settings import PaymentsSettings

REASON: Final = "sale"
_TOO_MUCH: Final = (
    "UPDATE payments_sale SET owed_back = paid_by_hand - $2"
    " WHERE order_id = $1 AND paid_by_hand - $2 > owed_back RETURNING owed_back - got_back"
)


def share_of(charged: int, returned: int, fee_bp: int) -> int:
    """What the seller gets in all of ``charged`` after ``returned`` went back; the fee is rounded down."""
    left = charged - returned
    return left - left * fee_bp // 10_000


class Stand(msgspec.Struct, frozen=True):
    """The seller's share of an order as it stands now, and what of the price others than the seller bore at first."""

    share: int
    borne: int


class _Terms(msgspec.Struct, frozen=True, kw_only=True):
    subject: uuid.UUID
    fee_bp: int


async def share(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> Stand:
    """What others bear of a price counts for the seller as if the buyer had paid it, and goes back with the units. The
    fee is that of the sale, and nothing counts that was never taken of the buyer. Raises Unavailable while the shop is
    off: what nobody knows must not look like nothing."""
    orders = _orders(ctx)
    order = await orders.get(tx, order_id)
    terms = await _terms(ctx, tx, order)
    borne = borne_by_others(order.quote)
    back = borne if short.is_over(order) else borne - borne_still(order)
    kept = await short.kept(orders, tx, terms.subject, order)
    return Stand(share_of(kept + borne, back, terms.fee_bp), borne)


async def at_first(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> int:
    """The share of all that was sold, before anything of it went back; 0 while the shop is off."""
    if ctx.optional_service(Orders) is None:
        return 0
    order = await _orders(ctx).get(tx, order_id)
    fee_bp = (await _terms(ctx, tx, order)).fee_bp
    return share_of(order.charge + borne_by_others(order.quote), 0, fee_bp)


def _orders(ctx: TenantCtx) -> Orders:
    """All of them, whoever acts: staff of one shop retry a share that depends on the orders of the others, too."""
    return ctx.as_system().service(Orders)


async def _terms(ctx: TenantCtx, tx: Tx, order: OrderView) -> _Terms:
    """Those of its sale; of an order without one, those of today."""
    found = await tx.first(
        _Terms,
        "SELECT subject, coalesce(fee_bp, $2) AS fee_bp FROM payments_sale WHERE order_id = $1",
        *(order.id, ctx.settings(PaymentsSettings).seller_fee),
    )
    return found or _Terms(subject=order.purchase_id, fee_bp=ctx.settings(PaymentsSettings).seller_fee)


def borne_by_others(quote: ShopQuote) -> int:
    """What reductions took off goods and shipping that are not at the shop's cost."""
    return sum(_borne(part for line in quote.lines for part in line.parts)) + sum(
        _borne(quote.shipping.parts)
    )


def borne_still(order: OrderView) -> int:
    """Of that, what belongs to units, and to a carriage, that did not go back; to the yen in any order of refunds.

    A carriage that cost the buyer nothing goes back with the last unit: no refund tells of it.
    """
    left = 0
    for quoted, line in zip(order.quote.lines, order.lines, strict=True):
        left += sum(one - unit_refund(one, line.qty, 0, line.refunded_qty) for one in _borne(quoted.parts))
    carriage = order.quote.shipping
    is_all_back = all(line.refunded_qty == line.qty for line in order.lines)
    if any(refund.shipping for refund in order.refunds) or (is_all_back and not carriage.net):
        return left
    return left + sum(_borne(carriage.parts))


def _borne(parts: Iterable[Part]) -> list[int]:
    return [part.amount for part in parts if part.bearer != "shop"]


async def adjust(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> None:
    """What the seller got too much comes back; the same again changes nothing. With less taken of a purchase than was to
    be, what goes back of one order may take from its others. Raises Unavailable while the shop is off."""
    if not await tx.value("SELECT EXISTS (SELECT 1 FROM payments_sale WHERE order_id = $1)", order_id):
        return
    orders = _orders(ctx)
    for one in await short.together(tx, order_id):
        await older.note_paid(tx, one)
        await older.fix_fee(ctx, tx, orders, one)
        await _adjust(ctx, tx, one)


async def _adjust(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> None:
    op_id = await tx.value("SELECT op_id FROM payments_sale WHERE order_id = $1 FOR UPDATE", order_id)
    if op_id is None:
        if await tx.value("SELECT by_hand IS NOT NULL FROM payments_sale WHERE order_id = $1", order_id):
            await leave_to_staff(ctx, tx, order_id)
        return
    transfer: Op = await repository.lock(tx, op_id)
    excess = transfer.amount - transfer.reversed - (await share(ctx, tx, order_id)).share
    if excess <= 0 or transfer.state in (OpState.FAILED, OpState.CANCELED):
        return
    too_much = Conflict("The reversal does not fit its transfer.", domain="payments")
    await repository.take_from_transfer(tx, too_much, transfer.id, excess)
    reversal = await repository.insert_child(
        tx, OpKind.REVERSAL, transfer, excess, REASON, str(order_id), seller_id=transfer.seller_id
    )
    if reversal is not None:
        await later(ctx, tx, reversal)


async def leave_to_staff(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> None:
    """The buyer paid nothing, others all of it: there is no charge that the share could come from. What staff have
    paid already stays as it is, and what of it is too much by now is theirs to ask back."""
    is_paid = await tx.value(
        "SELECT paid_by_hand > 0 FROM payments_sale WHERE order_id = $1 FOR UPDATE", order_id
    )
    left = max(0, (await share(ctx, tx, order_id)).share)
    if is_paid:
        if owed := await tx.value(_TOO_MUCH, order_id, left):
            await mails.share_owed(ctx, tx, owed)
        return
    if left == 0:
        await nothing_left(ctx, tx, order_id)
        return
    await tx.execute(
        "UPDATE payments_sale SET by_hand = $2 WHERE order_id = $1 AND op_id IS NULL AND done_at IS NULL",
        *(order_id, left),
    )


async def nothing_left(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID) -> None:
    """A share never grows again: the sale is not looked at any more. While the shop is off, nobody knows."""
    if ctx.optional_service(Orders) is not None:
        await tx.execute(
            "UPDATE payments_sale SET done_at = now() WHERE order_id = $1 AND op_id IS NULL AND done_at IS NULL",
            order_id,
        )
