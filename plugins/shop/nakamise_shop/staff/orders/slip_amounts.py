"""What a slip says of an order of which something was refunded: only what is, or was, in the parcel."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec.structs import replace

from nakamise.contracts.orders import OrderRefund
from nakamise.contracts.pricing import Part, Phase, QuotedLine, QuotedShipping, ShopQuote
from nakamise.money import allocate, unit_refund
from nakamise_shop.domain.quote import tax_lines
from nakamise_shop.orders.schemas import Line, OrderHeader


def packed(
    header: OrderHeader,
    lines: Sequence[Line],
    refunds: Sequence[OrderRefund],
    sent_at: Mapping[uuid.UUID, datetime],
) -> tuple[OrderHeader, list[Line]]:
    """The order with the quantities and amounts of its slip, whose lines and totals agree.

    Units that were refunded before their line's parcel left (``sent_at`` by shipment) are not in it; what came back
    afterwards was. Shipping goes with the units that it was refunded with.
    """
    early = [one for one in refunds if is_early(one, lines, sent_at)]
    gone = Counter[int]()
    for one in early:
        gone.update({line_no: qty for line_no, qty, _ in one.lines})
    quote = left_of(header.quote, gone, with_shipping=not any(one.shipping for one in early))
    left = [
        replace(line, qty=line.qty - gone[line.line_no], net=quoted.net, refunded_qty=0)
        for line, quoted in zip(lines, quote.lines, strict=True)
    ]
    head = replace(
        header,
        quote=quote,
        goods=quote.goods,
        shipping=quote.shipping.net,
        points=quote.tender,
        total=quote.total,
        tax=quote.tax,
        refunded_cash=0,
        refunded_points=0,
    )
    return head, [line for line in left if line.qty]


def is_early(refund: OrderRefund, lines: Sequence[Line], sent_at: Mapping[uuid.UUID, datetime]) -> bool:
    """Whether it was decided before what it gave back left; one of shipping alone, before any parcel did."""
    by_no = {line.line_no: line for line in lines}
    parcels = [by_no[line_no].shipment_id for line_no, _, _ in refund.lines] or list(sent_at)
    return all(parcel is None or refund.at < sent_at[parcel] for parcel in parcels)


def left_of(quote: ShopQuote, gone: Mapping[int, int], *, with_shipping: bool) -> ShopQuote:
    """What the units that are not ``gone`` cost, line by line: the bill's rows add up, and none is below zero.

    ``gone``: units by line number, which is the line's place in the quote.
    """
    lines = tuple(_line_left(line, gone.get(no, 0)) for no, line in enumerate(quote.lines, start=1))
    shipping = quote.shipping if with_shipping else _no_shipping(quote.shipping)
    taxes = tax_lines(lines, shipping, quote.rounding)
    goods, tender = sum(line.net for line in lines), sum(line.tender for line in lines) + shipping.tender
    return replace(
        quote,
        lines=lines,
        shipping=shipping,
        tax_lines=taxes,
        goods=goods,
        total=goods + shipping.net,
        tax=sum(one.tax for one in taxes),
        tender=tender,
        due=goods + shipping.net - tender,
    )


def _line_left(line: QuotedLine, gone: int) -> QuotedLine:
    """What was paid for it is shared over its units as refunds share it; discounts make up the rest.

    Refunds round cash and each tender down by themselves, so that a few yen more can be left than the units cost:
    the slip leaves those out of the tenders.
    """
    qty = line.qty - gone
    subtotal = line.unit_amount * qty
    cash = line.cash - unit_refund(line.cash, line.qty, 0, gone)
    paid = [_part_left(part, line.qty, gone) for part in line.parts if part.phase is Phase.TENDER]
    tender = min(sum(part.amount for part in paid), subtotal - cash)
    net = cash + tender
    tenders = _shared(tender, paid)
    discounts = [part for part in line.parts if Phase.UNIT < part.phase < Phase.TENDER]
    lowered = _shared(subtotal - net, discounts)
    return replace(
        line,
        qty=qty,
        subtotal=subtotal,
        discount=subtotal - net,
        net=net,
        tender=tender,
        cash=cash,
        parts=tuple(part for part in (*lowered, *tenders) if part.amount),
    )


def _shared(total: int, parts: Sequence[Part]) -> list[Part]:
    shares = allocate(total, [part.amount for part in parts])
    return [replace(part, amount=share) for part, share in zip(parts, shares, strict=True)]


def _part_left(part: Part, qty: int, gone: int) -> Part:
    return replace(part, amount=part.amount - unit_refund(part.amount, qty, 0, gone))


def _no_shipping(shipping: QuotedShipping) -> QuotedShipping:
    return replace(shipping, fee=0, discount=0, net=0, tender=0, cash=0, parts=(), extras=(), free_from=None)
