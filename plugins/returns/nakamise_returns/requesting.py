"""What buyers do: ask for a return, look at it, take it back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

from nakamise.contracts.orders import OrderQuery, Orders, OrderView
from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_returns import history, repository, rules
from nakamise_returns.policy import policy, postage_of
from nakamise_returns.schemas import (
    FAULTS,
    Head,
    Line,
    NewRequest,
    Return,
    Returnable,
    ReturnPage,
    WantedLine,
)
from nakamise_returns.states import State

PAGE_SIZE: Final = 20


async def own_order(ctx: TenantCtx, tx: Tx, number: str) -> OrderView:
    """The actor's order. Raises NotFound for anybody else's."""
    wanted = OrderQuery(numbers=(number,), buyer_id=ctx.require_user())
    found = await ctx.service(Orders).find(tx, wanted, limit=1)
    if not found:
        raise NotFound
    return found[0]


async def own_return(ctx: TenantCtx, tx: Tx, request_id: uuid.UUID) -> Return:
    """Raises NotFound for anybody else's."""
    head = await repository.head(tx, request_id)
    if head is None or head.buyer_id != ctx.require_user():
        raise NotFound
    return await repository.whole(tx, head)


async def own_returns(ctx: TenantCtx, tx: Tx, page: int) -> ReturnPage:
    """The newest first."""
    buyer_id = ctx.require_user()
    total = await repository.count_of_buyer(tx, buyer_id)
    items = await repository.of_buyer(tx, buyer_id, PAGE_SIZE, (page - 1) * PAGE_SIZE)
    return ReturnPage(items=items, total=total, page=page, page_size=PAGE_SIZE, counts={})


async def ask(ctx: TenantCtx, number: str, wanted: NewRequest, photos: Sequence[uuid.UUID] = ()) -> Return:
    """Raises NotFound; Invalid for units that cannot be asked back for this reason; Conflict when somebody
    asked for them in the meantime."""
    async with ctx.begin() as tx:
        order = await ctx.service(Orders).lock(tx, (await own_order(ctx, tx, number)).id)
        known = await repository.head(tx, wanted.id) if wanted.id else None
        if known is not None:
            return await own_return(ctx, tx, known.id)
        lines = _checked(await rules.returnable(ctx, tx, order), wanted)
        head = await _write(ctx, tx, order, wanted, lines)
        await _claim(tx, order, lines)
        await repository.add_photos(tx, head.id, photos)
        await history.note(ctx, tx, head, State.REQUESTED)
        await ctx.service(Orders).note(tx, order.id, "returns.requested", {"number": head.number})
        return await repository.whole(tx, head)


def _checked(known: Sequence[Returnable], wanted: NewRequest) -> list[Line]:
    """Raises Invalid."""
    by_number = {line.line_no: line for line in known}
    asked: dict[int, WantedLine] = {line.line_no: line for line in wanted.lines}
    faults = {}
    for number, one in asked.items():
        line = by_number.get(number)
        most = 0 if line is None else line.for_fault if wanted.reason in FAULTS else line.left
        if one.qty > most:
            message = N_("At most %(n)s of this item can be returned for this reason.")
            faults[f"qty_{number}"] = FieldError(message, domain="returns", n=most)
    if len(asked) != len(wanted.lines):
        faults["lines"] = FieldError(N_("Name each item once."), domain="returns")
    if faults:
        raise Invalid(faults)
    return [_line(by_number[number], one.qty) for number, one in sorted(asked.items())]


def _line(known: Returnable, qty: int) -> Line:
    return Line(
        line_no=known.line_no, product_id=known.product_id, name=known.name, qty=qty,
        received_qty=None, condition=None, restock=0,
    )  # fmt: skip


async def _write(ctx: TenantCtx, tx: Tx, order: OrderView, wanted: NewRequest, lines: Sequence[Line]) -> Head:
    promise = await policy(tx, order.shop_id)
    now = await tx.value("SELECT now()")
    head = Head(
        id=wanted.id or uuid7(),
        number=await repository.next_number(tx, now.astimezone(ctx.tenant.zone).date()),
        order_id=order.id,
        order_number=order.number,
        shop_id=order.shop_id,
        shop_name=str(order.shop.get("name", "")),
        buyer_id=order.buyer_id,
        buyer_name=order.buyer_name,
        wish=wanted.wish,
        reason=wanted.reason,
        words=wanted.words,
        state=State.REQUESTED,
        payer="shop" if wanted.reason in FAULTS else promise.payer,
        # What was promised when it was asked for holds.
        deduction_bp=0 if wanted.reason in FAULTS else promise.deduction_bp,
        postage=postage_of(promise, wanted.reason),
        postage_kept=0,
        due_at=None,
        deduction=0,
        refunded=0,
        requested_at=now,
        ended_at=None,
    )
    await repository.insert(tx, head, lines)
    return head


async def _claim(tx: Tx, order: OrderView, lines: Sequence[Line]) -> None:
    gone = await rules.refunded_otherwise(tx, order)
    bought = {line.line_no: line.qty for line in order.lines}
    taken = Conflict(N_("These items were asked back in the meantime."), code="claimed", domain="returns")
    for line in lines:
        limits = (bought[line.line_no], gone[line.line_no])
        await repository.claim(tx, taken, order.id, line.line_no, line.qty, limits)


async def cancel(ctx: TenantCtx, request_id: uuid.UUID) -> Return:
    """Until the parcel arrived. Raises NotFound, Conflict."""
    async with ctx.begin() as tx:
        head = await repository.lock(tx, request_id)
        if head is None or head.buyer_id != ctx.require_user():
            raise NotFound
        await history.step(ctx, tx, head, State.CANCELLED)
        return await own_return(ctx, tx, request_id)
