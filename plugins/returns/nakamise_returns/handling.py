"""What staff do with a request: decide, receive, give the money back. Goods are sent again by ``exchanging``.

Locks as everywhere: the order's (payments, order) before the request's.
"""

from __future__ import annotations

import logging
import uuid
from typing import Final

from nakamise.contracts.orders import Orders, OrderView, RefundLine, RefundOrder
from nakamise.contracts.shops import ShopSellers
from nakamise.db import Tx
from nakamise.errors import FieldError, Invalid, NotFound
from nakamise.money import unit_refund
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_returns import history, repository
from nakamise_returns.schemas import Decision, Head, Line, Received, Refund, Rejection, Return
from nakamise_returns.settings import ReturnsSettings
from nakamise_returns.states import State

log: Final = logging.getLogger("nakamise.returns")
BATCH: Final = 100


async def approve(ctx: TenantCtx, request_id: uuid.UUID, given: Decision) -> Return:
    """The buyer may send the goods. Raises NotFound, Conflict."""
    days = ctx.settings(ReturnsSettings).days_to_send
    async with ctx.begin() as tx:
        _, head = await locked(ctx, tx, request_id)
        await history.step(ctx, tx, head, State.APPROVED, given.words, due_days=days)
        return await whole(tx, request_id)


async def reject(ctx: TenantCtx, request_id: uuid.UUID, given: Rejection) -> Return:
    """Before or after the goods were looked at. Raises NotFound, Conflict."""
    async with ctx.begin() as tx:
        _, head = await locked(ctx, tx, request_id)
        await history.step(ctx, tx, head, State.REJECTED, given.words)
        return await whole(tx, request_id)


async def receive(ctx: TenantCtx, request_id: uuid.UUID, given: Received) -> Return:
    """The parcel came: each announced line is counted. Raises NotFound, Conflict, Invalid."""
    async with ctx.begin() as tx:
        _, head = await locked(ctx, tx, request_id)
        if not head.may(State.RECEIVED):
            raise history.illegal()
        lines = await repository.lines_of(tx, request_id)
        _check_counts(lines, given)
        await repository.receive_lines(tx, request_id, given.lines)
        announced = {line.line_no: line.qty for line in lines}
        missing = [(one.line_no, announced[one.line_no] - one.received) for one in given.lines]
        await repository.free(tx, head.order_id, missing)
        await history.step(ctx, tx, head, State.RECEIVED, given.words)
        return await whole(tx, request_id)


def _check_counts(lines: list[Line], given: Received) -> None:
    """Raises Invalid."""
    announced = {line.line_no: line.qty for line in lines}
    faults: dict[str, FieldError] = {}
    if sorted(announced) != sorted(one.line_no for one in given.lines):
        faults["lines"] = FieldError(N_("Count each announced item once."), domain="returns")
    for one in given.lines:
        most = announced.get(one.line_no, 0)
        if one.received > most:
            message = N_("At most %(n)s were announced.")
            faults[f"received_{one.line_no}"] = FieldError(message, domain="returns", n=most)
        if one.restock > one.received:
            message = N_("No more than came can be sold again.")
            faults[f"restock_{one.line_no}"] = FieldError(message, domain="returns")
    if not faults and not any(one.received for one in given.lines):
        message = N_("Nothing came? Then wait, or let the request lapse.")
        faults["lines"] = FieldError(message, domain="returns")
    if faults:
        raise Invalid(faults)


async def refund(ctx: TenantCtx, request_id: uuid.UUID, given: Refund) -> Return:
    """The price of what came goes back, less what is kept back for worn goods and for postage.

    Raises NotFound, Conflict, Invalid.
    """
    async with ctx.begin() as tx:
        order, head = await locked(ctx, tx, request_id)
        if not head.may(State.REFUNDED):
            raise history.illegal()
        lines = await repository.lines_of(tx, request_id)
        postage = _kept_back(order, head, lines, given)
        done = await ctx.service(Orders).refund(tx, head.order_id, _refund_of(head, lines, given, postage))
        amounts = (done.cash + done.tender - done.untaken, given.deduction, done.postage)
        await repository.finish_refund(tx, history.illegal(), head.id, done.id, amounts)
        await history.note(ctx, tx, head, State.REFUNDED, given.words)
        return await whole(tx, request_id)


def _kept_back(order: OrderView, head: Head, lines: list[Line], given: Refund) -> int:
    """The postage. Raises Invalid for more than was promised, of either kind."""
    most = most_deduction(order, head, lines)
    faults: dict[str, FieldError] = {}
    if given.deduction > most:
        message = N_("At most %(n)s yen can be kept back of these goods.")
        faults["deduction"] = FieldError(message, domain="returns", n=most)
    if given.postage is not None and given.postage > head.postage:
        message = N_("At most %(n)s yen were announced for postage.")
        faults["postage"] = FieldError(message, domain="returns", n=head.postage)
    if faults:
        raise Invalid(faults)
    if given.postage is not None:
        return given.postage
    return max(0, min(head.postage, cash_of(order, lines) - given.deduction)) if head.postage else 0


def cash_of(order: OrderView, lines: list[Line]) -> int:
    """The money that a refund of the units that came gives back now, to the yen; of those only that did not go back
    another way."""
    paid = {line.line_no: line for line in order.lines}
    came = [(paid[one.line_no], one.received_qty or 0) for one in lines]
    return sum(
        unit_refund(line.cash, line.qty, line.refunded_qty, min(units, line.qty - line.refunded_qty))
        for line, units in came
    )


def most_deduction(order: OrderView, head: Head, lines: list[Line]) -> int:
    """What may be kept back at most: the promised share of what came back worn."""
    return worth(order, lines, worn_only=True) * head.deduction_bp // 10_000


def worth(order: OrderView, lines: list[Line], *, worn_only: bool) -> int:
    """What the units that came had cost in money, each line rounded down."""
    paid = {line.line_no: line for line in order.lines}
    return sum(
        paid[one.line_no].cash * (one.received_qty or 0) // paid[one.line_no].qty
        for one in lines
        if one.condition == "worn" or not worn_only
    )


def _refund_of(head: Head, lines: list[Line], given: Refund, postage: int) -> RefundOrder:
    return RefundOrder(
        idem=head.id,  # one return is refunded once, whatever happens
        lines=units_of(lines),
        with_shipping=given.with_shipping,
        reason=given.words,
        deduction=given.deduction + postage,
        postage=postage,
    )


def units_of(lines: list[Line]) -> tuple[RefundLine, ...]:
    return tuple(
        RefundLine(line_no=one.line_no, qty=one.received_qty, restock=one.restock)
        for one in lines
        if one.received_qty
    )


async def lapse_due(ctx: TenantCtx) -> None:
    """Approved requests whose parcel did not come in time; each in a transaction of its own. One that cannot lapse is
    left for the next time, and those behind it go on."""
    due = await _due(ctx, None)
    while due:
        for one in due:
            try:
                await _lapse(ctx, one.id)
            except Exception:
                log.exception("return %s cannot lapse", one.id)
        due = await _due(ctx, due[-1])


async def _due(ctx: TenantCtx, after: repository.Due | None) -> list[repository.Due]:
    async with ctx.read() as tx:
        return await repository.due(tx, BATCH, after)


async def _lapse(ctx: TenantCtx, request_id: uuid.UUID) -> None:
    async with ctx.begin() as tx:
        _, head = await locked(ctx, tx, request_id)
        if head.may(State.LAPSED):
            await history.step(ctx, tx, head, State.LAPSED)


async def locked(ctx: TenantCtx, tx: Tx, request_id: uuid.UUID) -> tuple[OrderView, Head]:
    """Raises NotFound, also for another shop's than the staff work for, even if they bought it themselves."""
    known = await repository.head(tx, request_id)
    if known is None:
        raise NotFound
    await ctx.service(ShopSellers).check(tx, known.shop_id)
    order = await ctx.service(Orders).lock(tx, known.order_id)
    head = await repository.lock(tx, request_id)
    if head is None:
        raise NotFound
    return order, head


async def whole(tx: Tx, request_id: uuid.UUID) -> Return:
    """Raises NotFound."""
    head = await repository.head(tx, request_id)
    if head is None:
        raise NotFound
    return await repository.whole(tx, head)
