"""Sending goods again for what came back: the same, or another variant that costs no more.

A cheaper one gives the difference back. It is booked as a refund of the units with what they are exchanged for kept
back, so that the order, the return invoice and the reports know the difference and its tax.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

import msgspec

from nakamise.contracts.catalog import Catalog, ListedVariant
from nakamise.contracts.orders import OrderLine, Orders, OrderView, RefundLine, RefundOrder
from nakamise.db import Tx
from nakamise.errors import FieldError, Invalid
from nakamise.money import unit_refund
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for, yen
from nakamise_returns import history, repository
from nakamise_returns.handling import locked, units_of, whole
from nakamise_returns.schemas import Exchange, Head, Line, Return
from nakamise_returns.states import State

Choices = list[tuple[str, str]]


class _Swap(msgspec.Struct, frozen=True):
    """One line and what is sent instead; ``less`` is how much less a unit of it costs by the list."""

    line: OrderLine
    units: int
    variant: ListedVariant
    less: int
    before: int

    @property
    def back(self) -> int:
        """As much less of what was paid as the list says: a discount of then counts for the new goods too."""
        return self.cash * self.less // self.before if self.before else 0

    @property
    def cash(self) -> int:
        line = self.line
        units = min(self.units, line.qty - line.refunded_qty)  # fewer: the order refuses them afterwards
        return unit_refund(line.cash, line.qty, line.refunded_qty, units)


async def exchange(ctx: TenantCtx, request_id: uuid.UUID, given: Exchange) -> Return:
    """Goods are sent again, free of charge. Raises NotFound, Conflict (sold out too), Invalid for a variant that is
    dearer or of another product."""
    async with ctx.begin() as tx:
        order, head = await locked(ctx, tx, request_id)
        if not head.may(State.EXCHANGED):
            raise history.illegal()
        lines = await repository.lines_of(tx, request_id)
        swaps = await _swaps(ctx, tx, order, lines, given)
        shipment_id = await ctx.service(Orders).replace(
            tx,
            head.order_id,
            units_of(lines),
            given.carrier,
            given.tracking_number,
            {number: one.variant.id for number, one in swaps.items()},
        )
        difference = await _give_difference(ctx, tx, order, head, swaps)
        await repository.note_sent(
            tx, head.id, [(number, one.variant.id, _name(one.variant)) for number, one in swaps.items()]
        )
        await repository.finish_exchange(tx, history.illegal(), head.id, shipment_id, difference)
        await history.note(ctx, tx, head, State.EXCHANGED, given.words)
        return await whole(tx, request_id)


async def choices(
    ctx: TenantCtx, tx: Tx, order: OrderView, lines: Sequence[Line]
) -> list[tuple[Line, Choices]]:
    """For each line that came, the variants that can be sent instead, with what then goes back for each."""
    by_number = {line.line_no: line for line in order.lines}
    known = await ctx.service(Catalog).variants(tx, sorted({line.product_id for line in lines}))
    found = []
    for line in lines:
        bought = by_number[line.line_no]
        before = _price_of(bought, known)
        others = [
            (str(one.id), f"{_name(one)} {yen(one.price)}")
            for one in known
            if one.product_id == line.product_id and one.id != bought.variant_id and one.price <= before
        ]
        if line.received_qty and others:
            found.append((line, others))
    return found


async def _swaps(
    ctx: TenantCtx, tx: Tx, order: OrderView, lines: Sequence[Line], given: Exchange
) -> Mapping[int, _Swap]:
    """By line number. Raises Invalid."""
    came = {line.line_no: line.received_qty or 0 for line in lines}
    by_number = {line.line_no: line for line in order.lines if came.get(line.line_no)}
    products = sorted({line.product_id for line in by_number.values()})
    known = await ctx.service(Catalog).variants(tx, products) if given.variants else []
    swaps: dict[int, _Swap] = {}
    faults: dict[str, FieldError] = {}
    for wanted in given.variants:
        line = by_number.get(wanted.line_no)
        variant = next((one for one in known if one.id == wanted.variant_id), None)
        if line is None or variant is None or variant.product_id != line.product_id:
            faults[f"variant_{wanted.line_no}"] = FieldError(_OTHER_PRODUCT, domain="returns")
            continue
        before = _price_of(line, known)
        swap = _Swap(line, came[line.line_no], variant, before - variant.price, before)
        if fault := _fault(swap):
            faults[f"variant_{wanted.line_no}"] = fault
        swaps[line.line_no] = swap
    if len(swaps) != len(given.variants) and not faults:
        faults["variants"] = FieldError(N_("Name each item once."), domain="returns")
    if faults:
        raise Invalid(faults)
    return {number: one for number, one in swaps.items() if one.variant.id != one.line.variant_id}


_OTHER_PRODUCT = N_("Only another variant of the same product can be sent instead.")


def _fault(swap: _Swap) -> FieldError | None:
    amounts = {"price": yen(swap.variant.price), "before": yen(swap.before)}
    if swap.less < 0:
        said = N_(
            "This variant costs %(price)s, more than %(before)s: give the money back and let the buyer order it."
        )
        return FieldError(said, domain="returns", **amounts)
    if swap.back and swap.line.points_part:
        said = N_("Part of this was paid with points, so a difference cannot be given back: refund and let the buyer order anew.")  # fmt: skip
        return FieldError(said, domain="returns")
    return None


def _price_of(line: OrderLine, known: Sequence[ListedVariant]) -> int:
    """What the bought variant costs now, so that a new price of both is no difference; else what it cost."""
    return next((one.price for one in known if one.id == line.variant_id), line.list)


def _name(variant: ListedVariant) -> str:
    return variant.name or variant.sku


async def _give_difference(
    ctx: TenantCtx, tx: Tx, order: OrderView, head: Head, swaps: Mapping[int, _Swap]
) -> tuple[uuid.UUID, int] | None:
    """The refund and what goes back; None when nothing does."""
    cheaper = [(number, one) for number, one in sorted(swaps.items()) if one.back]
    if not cheaper:
        return None
    _ = gettext_for(order.locale, "returns")
    kept = sum(one.cash - one.back for _number, one in cheaper)
    wanted = RefundOrder(
        idem=head.id,
        lines=tuple(RefundLine(line_no=number, qty=one.units) for number, one in cheaper),
        with_shipping=False,
        reason=_(N_("Exchange %(number)s for something cheaper: the difference"), number=head.number),
        deduction=kept,
    )
    done = await ctx.service(Orders).refund(tx, head.order_id, wanted)
    return done.id, done.cash + done.tender - done.untaken
