"""What goes back when units of an order are returned: cumulative, so that parts add up to what was paid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from nakamise.contracts.pricing import Part, Phase, QuotedLine, QuotedShipping
from nakamise.money import unit_refund


class RefundError(ValueError):
    """More units asked than are left, or a line that the order does not have."""


class PaidLine(msgspec.Struct, frozen=True, kw_only=True):
    """One order line as it was paid; `refunded_qty` units have gone back before."""

    line_id: str
    qty: int
    cash: int
    tenders: tuple[Part, ...] = ()
    refunded_qty: int = 0


class PaidShipping(msgspec.Struct, frozen=True, kw_only=True):
    """The order's shipping fee as it was paid."""

    cash: int
    tenders: tuple[Part, ...] = ()
    refunded: bool = False


class LineRefund(msgspec.Struct, frozen=True, kw_only=True):
    """Yen for the card and, per tender, for the plugin that took it (points, gift card)."""

    line_id: str
    qty: int
    cash: int
    tenders: tuple[Part, ...]


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """One refund of an order: its lines, and the shipping fee if that goes back too."""

    lines: tuple[LineRefund, ...]
    shipping: PaidShipping | None
    cash: int
    tender: int


def paid_line(line: QuotedLine, refunded_qty: int = 0) -> PaidLine:
    """The line of an order's price snapshot as refunds see it."""
    tenders = _tenders(line.parts)
    return PaidLine(
        line_id=line.line_id, qty=line.qty, cash=line.cash, tenders=tenders, refunded_qty=refunded_qty
    )


def paid_shipping(shipping: QuotedShipping, *, refunded: bool = False) -> PaidShipping:
    """The fee of an order's price snapshot as refunds see it."""
    return PaidShipping(cash=shipping.cash, tenders=_tenders(shipping.parts), refunded=refunded)


def _tenders(parts: Sequence[Part]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.phase is Phase.TENDER)


def refund(
    lines: Sequence[PaidLine],
    shipping: PaidShipping,
    quantities: Mapping[str, int],
    *,
    with_shipping: bool | None = None,
) -> Refund:
    """Refund `quantities` (line id -> units) of an order with `lines`.

    Shipping goes back with the last unit of the order, or as `with_shipping` chooses; never twice.
    A coupon's minimum is not judged again. Raises RefundError.
    """
    known = {line.line_id for line in lines}
    if unknown := set(quantities) - known:
        raise RefundError(f"no such line: {', '.join(sorted(unknown))}")
    line_refunds = tuple(
        _line_refund(line, quantities[line.line_id]) for line in lines if line.line_id in quantities
    )
    is_last = all(line.refunded_qty + quantities.get(line.line_id, 0) == line.qty for line in lines)
    send_back = is_last if with_shipping is None else with_shipping
    returned = shipping if send_back and not shipping.refunded else None
    tenders = [part for line in line_refunds for part in line.tenders]
    tenders += returned.tenders if returned else ()
    return Refund(
        lines=line_refunds,
        shipping=returned,
        cash=sum(line.cash for line in line_refunds) + (returned.cash if returned else 0),
        tender=sum(part.amount for part in tenders),
    )


def _line_refund(line: PaidLine, qty: int) -> LineRefund:
    left = line.qty - line.refunded_qty
    if not 0 < qty <= left:
        raise RefundError(f"line {line.line_id}: {qty} units asked, {left} left")
    tenders = (
        msgspec.structs.replace(part, amount=unit_refund(part.amount, line.qty, line.refunded_qty, qty))
        for part in line.tenders
    )
    return LineRefund(
        line_id=line.line_id,
        qty=qty,
        cash=unit_refund(line.cash, line.qty, line.refunded_qty, qty),
        tenders=tuple(part for part in tenders if part.amount),
    )
