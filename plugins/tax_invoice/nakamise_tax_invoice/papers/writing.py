"""Bodies of invoices, receipts and returns, from an order as it was frozen."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import msgspec

from nakamise.contracts.orders import OrderRefund, OrderView
from nakamise_tax_invoice.papers import amounts
from nakamise_tax_invoice.papers.body import (
    RETURN_POSTAGE,
    UNTAKEN,
    Body,
    Family,
    Issuer,
    Kind,
    Mode,
    Original,
    Tender,
)


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Who issues, and the name and number that stand on the paper in the intermediary's case."""

    mode: Mode
    site_name: str
    platform_name: str = ""
    platform_number: str = ""


class Sold(msgspec.Struct, frozen=True, kw_only=True):
    """The seller's name and number as the order or the shop has them."""

    name: str
    number: str


def seller_of(order: OrderView) -> Sold:
    """As they were at the moment of sale."""
    shop = order.shop
    return Sold(
        name=str(shop.get("seller") or shop.get("name") or ""), number=str(shop.get("invoice_number") or "")
    )


def issuer_of(sold: Sold, terms: Terms) -> Issuer:
    """An intermediary issues only for a registered seller and with a number of its own; otherwise the site hands
    over the seller's document."""
    if terms.mode is Mode.OWN:
        return Issuer(name=sold.name, number=sold.number)
    if terms.mode is Mode.INTERMEDIARY and sold.number and terms.platform_number:
        return Issuer(name=terms.platform_name, number=terms.platform_number, supplier=sold.name)
    return Issuer(name=sold.name, number=sold.number, agent=terms.site_name)


def supplied_on(order: OrderView, zone: ZoneInfo) -> date:
    """The day by which the order's tax rates were judged."""
    return _day(order.placed_at, zone)


def invoice(
    order: OrderView, issuer: Issuer, zone: ZoneInfo, issued_at: datetime, recipient: str = ""
) -> Body:
    """Without a recipient a simplified one (適格簡易請求書); of an issuer without a number an itemised one."""
    kind = kind_for(Family.INVOICE, issuer, recipient)
    return _sale(order, issuer, zone, issued_at, kind, recipient)


def kind_for(family: Family, issuer: Issuer, recipient: str) -> Kind:
    """What a document of this family is when this issuer writes it."""
    if family is Family.RECEIPT:
        return Kind.RECEIPT
    if family is Family.RETURN:
        return Kind.RETURN if issuer.number else Kind.PLAIN_RETURN
    if not issuer.number:
        return Kind.ITEMISED
    return Kind.INVOICE if recipient else Kind.SIMPLIFIED


def receipt(
    order: OrderView, issuer: Issuer, zone: ZoneInfo, issued_at: datetime, recipient: str, note: str
) -> Body:
    """For what was paid; says what of it has gone back since, and what of it was never taken."""
    made = _sale(order, issuer, zone, issued_at, Kind.RECEIPT, recipient)
    refunded = sum(refund.cash - refund.untaken for refund in order.refunds)
    return msgspec.structs.replace(made, note=note, refunded=refunded, untaken=order.untaken)


def _sale(
    order: OrderView, issuer: Issuer, zone: ZoneInfo, issued_at: datetime, kind: Kind, recipient: str
) -> Body:
    return Body(
        kind=kind,
        order_number=order.number,
        issued_on=_day(issued_at, zone),
        supplied_on=supplied_on(order, zone),
        issuer=issuer,
        recipient=recipient,
        rows=amounts.sold_rows(order),
        discounts=amounts.discounts_of(order),
        taxes=amounts.sold_taxes(order),
        tenders=amounts.tenders_of(order),
        total=order.total,
        paid=order.charge,
        rounding=order.quote.rounding,
    )


def returned(
    order: OrderView,
    refund: OrderRefund,
    issuer: Issuer,
    zone: ZoneInfo,
    issued_at: datetime,
    original: Original,
    recipient: str = "",
) -> Body:
    """For one refund. Raises ValueError for a refund whose parts are not its sum."""
    rows = amounts.returned_rows(order, refund)
    # Postage that the shop paid for the buyer is no price: the goods go back at their whole price and tax.
    less = max(0, refund.deduction - refund.postage)  # below zero it is among the rows
    off = amounts.kept_back(rows, less)
    total = sum(row.amount for row in rows) - less
    if total != refund.cash + refund.tender + refund.postage:
        raise ValueError(
            f"refund {refund.id}: {total} is not {refund.cash} + {refund.tender} + {refund.postage}"
        )
    return Body(
        kind=kind_for(Family.RETURN, issuer, recipient),
        order_number=order.number,
        issued_on=_day(issued_at, zone),
        supplied_on=_day(refund.at, zone),
        issuer=issuer,
        recipient=recipient,
        rows=rows,
        discounts=off,
        taxes=amounts.taxes_of(rows, off, order.quote.rounding),
        tenders=tuple(
            Tender(code=code, amount=amount)
            for code, amount in (
                ("", refund.tender),
                (RETURN_POSTAGE, refund.postage),
                (UNTAKEN, refund.untaken),
            )
            if amount > 0
        ),
        total=total,
        # Postage that goes back is no part of what was sold either.
        paid=refund.cash - refund.untaken + min(0, refund.postage),
        rounding=order.quote.rounding,
        original=original,
    )


def rest(order: OrderView, at: datetime) -> OrderRefund:
    """What a cancelled order had left: goes back as one refund, known by the order's own id. What was never taken of it
    and is in no refund was cancelled with it."""
    back: dict[int, int] = {}
    for number, _qty, amount in (line for refund in order.refunds for line in refund.lines):
        back[number] = back.get(number, 0) + amount
    shipping = order.quote.shipping.net - sum(refund.shipping for refund in order.refunds)
    lines = tuple(
        (line.line_no, line.qty - line.refunded_qty, line.net - back.get(line.line_no, 0))
        for line in order.lines
        if line.qty > line.refunded_qty
    )
    total = sum(amount for _no, _qty, amount in lines) + shipping
    tender = order.points - sum(refund.tender for refund in order.refunds)
    # Of a reservation that ended also what earlier refunds had kept back was never taken, which is no part of the rest.
    missing = order.untaken - sum(refund.untaken for refund in order.refunds)
    return OrderRefund(
        id=order.id,
        at=at.astimezone(UTC),
        lines=lines,
        shipping=shipping,
        cash=total - tender,
        tender=tender,
        untaken=min(total - tender, missing),
        reason="cancelled",
    )


def _day(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()
