"""Giving back a part of a paid order, or what is left of it: rows, stock, plugins and money in one transaction.

A whole order that was not sent is cancelled by ``orders.cancel``; here lines and units go back. Locks as
everywhere: payments, order, lines, what plugins own, and the stock, which others wait for, at the end.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from nakamise.contracts.checkout import OrderRef, RefundDraft, RefundedLine
from nakamise.contracts.orders import OrderRefund, RefundLine, RefundOrder
from nakamise.contracts.payments import Payments
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_shop import scope
from nakamise_shop.checkout import stock, turns
from nakamise_shop.checkout.stock import Wants
from nakamise_shop.domain import refund as rules
from nakamise_shop.domain.order_state import OrderState
from nakamise_shop.orders import announce, fulfil, timeline, untaken
from nakamise_shop.orders import refunds_repository as repository
from nakamise_shop.orders.labels import NO_MONEY
from nakamise_shop.orders.refunds_repository import RefundedOrder, RefundedOrderLine
from nakamise_shop.orders.timeline import Happened

REASON: Final = "refund"
_REFUNDABLE: Final = frozenset({OrderState.PAID, OrderState.CLOSED, OrderState.PART_REFUNDED})


class _Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back, reckoned under the locks and not yet written."""

    order: RefundedOrder
    lines: Sequence[RefundedOrderLine]
    asked: Mapping[int, RefundLine]
    amounts: rules.Refund
    draft: RefundDraft
    # Nothing of the order is left after it; unlike ``draft.is_last`` also where it was so before, and only what had
    # been kept back is taken.
    is_gone: bool
    # What of the draft's cash was never taken of the buyer, and so does not go back.
    untaken: int = 0
    # What payments are told to give back, or not to take.
    going: int = 0

    @property
    def money(self) -> int:
        """What comes to the buyer by the rail."""
        return self.draft.cash - self.untaken

    @property
    def pairs(self) -> list[tuple[RefundedOrderLine, RefundedLine]]:
        """Each line as it was, and what of it goes back."""
        by_number = {line.line_no: line for line in self.lines}
        return [(by_number[back.line_no], back) for back in self.draft.lines]


async def refund(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, wanted: RefundOrder) -> OrderRefund:
    """As ``Orders.refund``: the same ``idem`` again answers as before.

    Raises NotFound; Conflict for an order that is not paid or under dispute, for more than is left, and for an
    ``idem`` that stood for something else.
    """
    await scope.check_order(ctx, tx, order_id)
    return await _refund(ctx, tx, order_id, wanted)


async def refund_rest(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, reason: str) -> OrderRefund:
    """All that is left of an order of which nothing was sent; whose order it may be, the caller has looked at.

    Raises as ``refund``."""
    await repository.lock_order(tx, order_id)
    left = [
        RefundLine(line_no=line.line_no, qty=line.qty - line.refunded_qty)
        for line in await repository.lock_lines(tx, order_id)
        if line.refunded_qty < line.qty
    ]
    return await _refund(ctx, tx, order_id, RefundOrder(idem=uuid7(), lines=tuple(left), reason=reason))


async def _refund(ctx: TenantCtx, tx: Tx, order_id: uuid.UUID, wanted: RefundOrder) -> OrderRefund:
    purchase_id = await repository.purchase_of(tx, order_id)
    if purchase_id is None:
        raise NotFound
    held = await ctx.service(Payments).lock(tx, purchase_id)
    order = await repository.lock_order(tx, order_id)
    if order is None:
        raise NotFound
    known = await repository.by_idem(tx, wanted.idem)
    if known is not None:
        if not known.is_same(order_id, wanted):
            raise _conflict("idem_used", N_("This refund was asked for before, with other contents."))
        return known.as_refund()
    _check_state(order)
    plan = _reckon(order, await repository.lock_lines(tx, order_id), wanted)
    cash = plan.draft.cash
    missing, going = untaken.missing_of(cash, held), min(cash, untaken.left_of(held))
    plan = msgspec.structs.replace(plan, untaken=missing, going=going)
    await _write(ctx, tx, plan, wanted)
    await _tell(ctx, tx, plan, wanted.reason)
    await _give_back(ctx, tx, plan)
    await _move_stock(tx, [plan])
    done = await repository.by_idem(tx, wanted.idem)
    if done is None:
        raise RuntimeError(f"refund {wanted.idem} was written and is not there")
    return done.as_refund()


async def charge_back(
    ctx: TenantCtx,
    tx: Tx,
    wanted: Mapping[uuid.UUID, RefundOrder],
    missing: Mapping[uuid.UUID, int],
) -> dict[uuid.UUID, int]:
    """The bank took it after a dispute: everything of ``refund`` but the money, by order; the cash that the bank has
    taken of each. A ``deduction`` below zero takes what had been kept back. ``missing``, by order, was never taken of
    the buyer. The caller holds the payments and has put the orders back to where they were. Raises as ``refund``."""
    plans = []
    for order_id in sorted(wanted):
        order = await repository.lock_order(tx, order_id)
        if order is None:
            raise NotFound
        _check_state(order)
        plan = _reckon(order, await repository.lock_lines(tx, order_id), wanted[order_id], by_bank=True)
        plan = msgspec.structs.replace(plan, untaken=missing.get(order_id, 0))
        await _write(ctx, tx, plan, wanted[order_id])
        await announce.refunded(
            ctx, tx, order, plan.draft, wanted[order_id].reason, by_bank=True, untaken=plan.untaken
        )
        await ctx.lineup.call("refund_commit", ctx=ctx, tx=tx, refund=plan.draft)
        plans.append(plan)
    await _move_stock(tx, plans)
    return {plan.order.id: plan.money for plan in plans}


async def refunds_of(tx: Tx, order_ids: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, tuple[OrderRefund, ...]]:
    """What went back so far, by order, the oldest first; an order without refunds is missing."""
    found: dict[uuid.UUID, tuple[OrderRefund, ...]] = {}
    for row in await repository.refunds_of(tx, order_ids):
        found[row.order_id] = (*found.get(row.order_id, ()), row.as_refund())
    return found


def _check_state(order: RefundedOrder) -> None:
    if order.state is OrderState.DISPUTED:
        raise _conflict("order_disputed", N_("The payment is under dispute; nothing can be refunded now."))
    if order.state not in _REFUNDABLE:
        raise _conflict("not_refundable", N_("Only paid orders can be refunded."))


def _reckon(
    order: RefundedOrder, lines: Sequence[RefundedOrderLine], wanted: RefundOrder, *, by_bank: bool = False
) -> _Plan:
    """Raises Conflict for units that are not left, named twice, or restocked without coming back."""
    asked = {line.line_no: line for line in wanted.lines}
    by_number = {line.line_no: line for line in lines}
    if len(asked) != len(wanted.lines) or any(not 0 <= one.restock <= one.qty for one in asked.values()):
        raise _too_much()
    if set(asked) - set(by_number) or (wanted.with_shipping and order.shipping_refunded):
        raise _too_much()
    paid = [
        rules.paid_line(quoted, by_number[number].refunded_qty)
        for number, quoted in enumerate(order.quote.lines, start=1)
    ]
    numbers = {line.line_id: number for number, line in enumerate(paid, start=1)}
    try:
        amounts = rules.refund(
            paid,
            rules.paid_shipping(order.quote.shipping, refunded=order.shipping_refunded),
            {
                line.line_id: asked[numbers[line.line_id]].qty
                for line in paid
                if numbers[line.line_id] in asked
            },
            with_shipping=wanted.with_shipping,
        )
    except rules.RefundError as error:
        raise _too_much() from error
    _check_deduction(amounts, wanted, by_bank=by_bank)
    draft = _draft(order, by_number, amounts, numbers)
    is_gone = draft.is_last
    is_last = is_gone and (bool(draft.lines) or amounts.shipping is not None)
    is_unsent = all(line.fulfil_state in repository.UNSENT for line in lines)
    draft = msgspec.structs.replace(
        draft,
        cash=draft.cash - wanted.deduction,
        is_last=is_last,
        is_undone=is_last and is_unsent and not by_bank,
    )
    return _Plan(order=order, lines=lines, asked=asked, amounts=amounts, draft=draft, is_gone=is_gone)


def _check_deduction(amounts: rules.Refund, wanted: RefundOrder, *, by_bank: bool) -> None:
    """Raises Conflict. The bank may take a part of the shipping, and what had been kept back."""
    if not amounts.lines and amounts.shipping is None and not (by_bank and wanted.deduction < 0):
        raise _conflict("nothing_to_refund", N_("Choose what is to be refunded."))
    goods = sum(line.cash for line in amounts.lines)
    is_in_bounds = (
        wanted.deduction <= amounts.cash if by_bank else 0 <= wanted.postage <= wanted.deduction <= goods
    )
    if not is_in_bounds:
        raise _conflict("deduction_too_large", N_("More would be kept back than the goods cost."))


def _draft(
    order: RefundedOrder,
    lines: Mapping[int, RefundedOrderLine],
    amounts: rules.Refund,
    numbers: Mapping[str, int],
) -> RefundDraft:
    back = tuple(_refunded_line(lines[numbers[one.line_id]], one) for one in amounts.lines)
    units_left = sum(line.qty - line.refunded_qty for line in lines.values()) - sum(one.qty for one in back)
    has_shipping_left = order.shipping > 0 and not order.shipping_refunded and amounts.shipping is None
    return RefundDraft(
        refund_id=uuid7(),
        order=OrderRef(order.id, order.purchase_id, order.number),
        quote=order.quote,
        lines=back,
        shipping=_whole(amounts.shipping) if amounts.shipping else 0,
        cash=amounts.cash,
        tender=amounts.tender,
        is_last=units_left == 0 and not has_shipping_left,
    )


def _refunded_line(line: RefundedOrderLine, amounts: rules.LineRefund) -> RefundedLine:
    return RefundedLine(
        line_no=line.line_no,
        variant_id=line.variant_id,
        qty=amounts.qty,
        of_qty=line.qty,
        before=line.refunded_qty,
        cash=amounts.cash,
        tender=sum(part.amount for part in amounts.tenders),
    )


def _whole(shipping: rules.PaidShipping) -> int:
    return shipping.cash + sum(part.amount for part in shipping.tenders)


async def _write(ctx: TenantCtx, tx: Tx, plan: _Plan, wanted: RefundOrder) -> None:
    order, draft = plan.order, plan.draft
    for back in draft.lines:
        await repository.take_units(tx, _too_much(), order.id, back.line_no, back.qty)
    await repository.take_money(
        tx,
        _too_much(),
        order,
        (draft.cash, draft.tender),
        is_last=plan.is_gone,
        with_shipping=plan.amounts.shipping is not None,
    )
    await repository.insert_refund(
        tx,
        _conflict("idem_used", N_("This refund was asked for before, with other contents.")),
        (
            *(draft.refund_id, order.id, wanted.idem, draft.shipping, draft.cash, draft.tender),
            *(
                wanted.deduction,
                wanted.postage,
                draft.is_last,
                wanted.reason,
                ctx.actor.user_id,
                ctx.actor.display_name,
                plan.untaken,
            ),
        ),
        [
            (draft.refund_id, one.line_no, one.qty, plan.asked[one.line_no].restock, one.cash, one.tender)
            for one in draft.lines
        ],
    )
    await untaken.note(tx, order.id, plan.untaken)
    await fulfil.derive(tx, order.id)


async def _tell(ctx: TenantCtx, tx: Tx, plan: _Plan, reason: str) -> None:
    order, draft = plan.order, plan.draft
    missing = {"untaken": plan.untaken} if plan.untaken else {}
    told = {"tender": draft.tender, **missing}
    ended = {NO_MONEY: True} if missing and not plan.money else {}
    shown = {**told, **ended, "amount": plan.money, "words": reason}
    await timeline.note(ctx, tx, [order.id], Happened.REFUNDING, **shown)
    await ctx.audit(tx, "shop.order_refunded", str(order.id), cash=plan.money, reason=reason, **told)
    await announce.refunded(ctx, tx, order, draft, reason, untaken=plan.untaken)


async def _give_back(ctx: TenantCtx, tx: Tx, plan: _Plan) -> None:
    """Plugins their part, and the money, which leaves after the commit."""
    order, draft = plan.order, plan.draft
    if draft.is_undone and ctx.lineup.has("refund_commit"):
        await turns.for_one(tx)
    await ctx.lineup.call("refund_commit", ctx=ctx, tx=tx, refund=draft)
    if plan.going:
        await ctx.service(Payments).give_back(
            tx, order.purchase_id, plan.going, REASON, reference=str(order.id)
        )


async def _move_stock(tx: Tx, plans: Iterable[_Plan]) -> None:
    """What never left is free again; what came back can be sold as far as staff say so."""
    freed: list[Wants] = []
    returned: list[Wants] = []
    for plan in plans:
        for line, back in plan.pairs:
            if line.fulfil_state in repository.UNSENT:
                freed.append(Wants(line.variant_id, back.qty, line.name))
            elif plan.asked[line.line_no].restock:
                returned.append(Wants(line.variant_id, plan.asked[line.line_no].restock, line.name))
    await stock.release(tx, freed)
    await stock.put_back(tx, returned)


def _too_much() -> Conflict:
    return _conflict("refund_too_much", N_("More would be refunded than is left of this order."))


def _conflict(code: str, message: str) -> Conflict:
    return Conflict(message, code=code, domain="shop")
