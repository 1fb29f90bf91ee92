"""From the frozen quote of an order to rows, discounts and taxes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nakamise.contracts.orders import OrderLine, OrderRefund, OrderView
from nakamise.contracts.pricing import Part, Phase, QuotedLine, QuotedShipping, Rounding
from nakamise.money import allocate
from nakamise_tax_invoice.papers.body import Discount, Row, TaxRow, Tender

BASIS_POINTS = 10_000
_DISCOUNTS = (Phase.LINE, Phase.CART, Phase.SHIPPING)
Rate = tuple[int, bool]


def contained_tax(gross: int, rate_bp: int, rounding: Rounding) -> int:
    """The tax inside a tax-included sum (割戻し), rounded once; gross >= 0."""
    numerator, denominator = gross * rate_bp, BASIS_POINTS + rate_bp
    if rounding is Rounding.FLOOR:
        return numerator // denominator
    if rounding is Rounding.CEIL:
        return -(-numerator // denominator)
    return (2 * numerator + denominator) // (2 * denominator)


def sold_rows(order: OrderView) -> tuple[Row, ...]:
    """The order's lines as they were bought, shipping and what was charged with it, such as wrapping."""
    shipping = order.quote.shipping
    extras = sum(extra.amount for extra in shipping.extras)
    rows = [_line(line) for line in order.lines]
    if shipping.fee > extras:
        rows.append(_fee("shipping", "", shipping.fee - extras, shipping))
    rows += [_fee("extra", extra.label, extra.amount, shipping) for extra in shipping.extras if extra.amount]
    return tuple(rows)


def name_of(line: OrderLine) -> str:
    return f"{line.name} {line.variant_name}".strip()


def _line(line: OrderLine) -> Row:
    return Row(
        what="goods",
        name=name_of(line),
        qty=line.qty,
        unit=line.unit,
        amount=line.sub,
        rate_bp=line.tax_bp,
        reduced=line.reduced,
    )


def _fee(what: str, name: str, amount: int, shipping: QuotedShipping) -> Row:
    return Row(
        what="extra" if what == "extra" else "shipping",
        name=name,
        qty=1,
        unit=amount,
        amount=amount,
        rate_bp=shipping.tax_rate_bp,
        reduced=shipping.reduced,
    )


def discounts_of(order: OrderView) -> tuple[Discount, ...]:
    """Taxable discounts (課税値引き) by rule and rate, under the rule's public name. A price that was lower from the
    start is in the rows."""
    sums: dict[tuple[str, str, str, int, bool], int] = {}
    for part, (rate_bp, reduced) in _parts(order):
        if part.phase in _DISCOUNTS:
            key = (part.plugin_id, part.code, part.label, rate_bp, reduced)
            sums[key] = sums.get(key, 0) + part.amount
    return tuple(
        Discount(label=label, amount=amount, rate_bp=rate_bp, reduced=reduced)
        for (_plugin, _code, label, rate_bp, reduced), amount in sums.items()
    )


def tenders_of(order: OrderView) -> tuple[Tender, ...]:
    """Means of payment (不課税): they lower what is paid and no tax."""
    sums: dict[tuple[str, str, str], int] = {}
    for part, _rate in _parts(order):
        if part.phase is Phase.TENDER:
            key = (part.plugin_id, part.code, part.label)
            sums[key] = sums.get(key, 0) + part.amount
    return tuple(Tender(label=label, amount=amount) for (_plugin, _code, label), amount in sums.items())


def _parts(order: OrderView) -> Iterable[tuple[Part, Rate]]:
    priced: Sequence[QuotedLine | QuotedShipping] = (*order.quote.lines, order.quote.shipping)
    for one in priced:
        for part in one.parts:
            yield part, (one.tax_rate_bp, one.reduced)


def sold_taxes(order: OrderView) -> tuple[TaxRow, ...]:
    """As the order was priced: nothing is reckoned again."""
    return tuple(
        TaxRow(rate_bp=line.rate_bp, reduced=line.reduced, gross=line.gross, tax=line.tax)
        for line in order.quote.tax_lines
    )


def returned_rows(order: OrderView, refund: OrderRefund) -> tuple[Row, ...]:
    """What goes back of each line and of shipping, discounts taken off already."""
    lines = {line.line_no: line for line in order.lines}
    rows = [_back(lines[number], qty, amount) for number, qty, amount in refund.lines]
    if refund.shipping:
        rows.append(_fee("shipping", "", refund.shipping, order.quote.shipping))
    kept = refund.postage - refund.deduction
    if kept > 0:
        rows += _kept_before(order, refund, kept)
    return tuple(rows)


def _kept_before(order: OrderView, refund: OrderRefund, amount: int) -> list[Row]:
    """``amount`` of what earlier refunds had kept back of the price, by their rates."""
    sums: dict[Rate, int] = {}
    for earlier in order.refunds:
        if earlier.id == refund.id:
            break
        kept = earlier.deduction - earlier.postage
        for off in kept_back(returned_rows(order, earlier), max(0, kept)):
            key = (off.rate_bp, off.reduced)
            sums[key] = sums.get(key, 0) + off.amount
    return [
        Row(what="kept", name="", qty=1, unit=share, amount=share, rate_bp=rate_bp, reduced=reduced)
        for (rate_bp, reduced), share in zip(sums, allocate(amount, list(sums.values())), strict=True)
        if share
    ]


def _back(line: OrderLine, qty: int, amount: int) -> Row:
    return Row(
        what="goods",
        name=name_of(line),
        qty=qty,
        unit=line.unit,
        amount=amount,
        rate_bp=line.tax_bp,
        reduced=line.reduced,
    )


def kept_back(rows: Sequence[Row], deduction: int) -> tuple[Discount, ...]:
    """What a shop keeps of a refund, shared over the goods that come back, by rate; over all rows where the buyer's
    bank took less than the shipping."""
    if deduction <= 0:
        return ()
    goods = [row for row in rows if row.what == "goods"]
    if sum(row.amount for row in goods) < deduction:
        goods = list(rows)
    sums: dict[Rate, int] = {}
    for row, share in zip(goods, allocate(deduction, [row.amount for row in goods]), strict=True):
        key = (row.rate_bp, row.reduced)
        sums[key] = sums.get(key, 0) + share
    return tuple(
        Discount(amount=amount, rate_bp=rate_bp, reduced=reduced)
        for (rate_bp, reduced), amount in sums.items()
        if amount
    )


def taxes_of(rows: Sequence[Row], discounts: Sequence[Discount], rounding: Rounding) -> tuple[TaxRow, ...]:
    """One rounding for each rate of these rows, the highest rate first."""
    gross: dict[Rate, int] = {}
    for row in rows:
        key = (row.rate_bp, row.reduced)
        gross[key] = gross.get(key, 0) + row.amount
    for off in discounts:
        gross[off.rate_bp, off.reduced] -= off.amount
    return tuple(
        TaxRow(rate_bp=rate_bp, reduced=reduced, gross=amount, tax=contained_tax(amount, rate_bp, rounding))
        for (rate_bp, reduced), amount in sorted(gross.items(), reverse=True)
    )
