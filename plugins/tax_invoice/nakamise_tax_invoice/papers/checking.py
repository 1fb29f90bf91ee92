"""Whether a document says what the law asks for: the six items of a qualified invoice, and sums that add up.

Items (消費税法57条の4): 1 issuer and number, 2 date, 3 contents with the ※ of the reduced rate, 4 consideration by
rate and the rate, 5 tax by rate, 6 recipient. A simplified one needs no 6; a return's date is the return's and the
sale's. A paper of a business without a number must not look like any of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from nakamise.japan import InvalidInvoiceNumber, parse_invoice_number
from nakamise.web import yen
from nakamise_tax_invoice.papers.amounts import contained_tax
from nakamise_tax_invoice.papers.body import Body, Family, Kind, TaxRow
from nakamise_tax_invoice.papers.sheet import MARK, Sheet, rate_text

_QUALIFIED = frozenset({Kind.INVOICE, Kind.SIMPLIFIED, Kind.RETURN})
_FOR_SOMEBODY = frozenset({Kind.INVOICE, Kind.RECEIPT})


def faults(body: Body, sheet: Sheet) -> list[str]:
    """What is missing or wrong, in words for developers; [] is right."""
    printed = "\n".join(sheet.texts())
    return [
        *_issuer(body, printed),
        *_dates(body),
        *_contents(body, sheet),
        *_by_rate(body, printed),
        *_recipient(body, printed),
        *_sums(body, printed),
    ]


def _issuer(body: Body, printed: str) -> Iterator[str]:
    if not body.issuer.name or body.issuer.name not in printed:
        yield "1: no issuer"
    if body.is_qualified:
        try:
            parse_invoice_number(body.issuer.number)
        except InvalidInvoiceNumber:
            yield "1: the number is none"
        if body.issuer.number not in printed:
            yield "1: the number is not printed"
    elif body.kind in _QUALIFIED or "適格" in printed or "T-number" in printed:
        yield "1: looks qualified without a number"


def _dates(body: Body) -> Iterator[str]:
    if body.family is Family.RETURN and body.original is None:
        yield "2: a return without the date of the sale"
    if body.issued_on < body.supplied_on:
        yield "2: issued before it happened"


def _contents(body: Body, sheet: Sheet) -> Iterator[str]:
    if not body.rows:
        yield "3: says nothing"
    if len(sheet.rows) < len(body.rows) or any(not row[0].strip() for row in sheet.rows):
        yield "3: a row without a name"
    for row, cells in zip(body.rows, sheet.rows, strict=False):
        if row.reduced != (MARK in cells[0]):
            yield f"3: {cells[0]}: the mark of the reduced rate"
    if any(row.reduced for row in body.rows) and not any(MARK in remark for remark in sheet.remarks):
        yield "3: nobody says what the mark means"


def _by_rate(body: Body, printed: str) -> Iterator[str]:
    rates = [(row.rate_bp, row.reduced) for row in body.taxes]
    if len(set(rates)) != len(rates) or set(rates) != {(row.rate_bp, row.reduced) for row in body.rows}:
        yield "4: not one sum for each rate"
    for tax in body.taxes:
        if rate_text(tax.rate_bp) not in printed or yen(tax.gross) not in printed:
            yield f"4: {tax.rate_bp}: rate or consideration is not printed"
        if yen(tax.tax) not in printed:
            yield f"5: {tax.rate_bp}: tax is not printed"
        if tax.gross != _of_rate(body, tax):
            yield f"4: {tax.rate_bp}: {tax.gross} is not the sum of its rows"
        if tax.tax != contained_tax(tax.gross, tax.rate_bp, body.rounding):
            yield f"5: {tax.rate_bp}: {tax.tax} is not rounded once"


def _of_rate(body: Body, tax: TaxRow) -> int:
    def same(one: object) -> bool:
        return (getattr(one, "rate_bp", None), getattr(one, "reduced", None)) == (tax.rate_bp, tax.reduced)

    return sum(row.amount for row in body.rows if same(row)) - sum(
        off.amount for off in body.discounts if same(off)
    )


def _recipient(body: Body, printed: str) -> Iterator[str]:
    if body.kind in _FOR_SOMEBODY and (not body.recipient or body.recipient not in printed):
        yield "6: no recipient"


def _sums(body: Body, printed: str) -> Iterator[str]:
    if sum(tax.gross for tax in body.taxes) != body.total:
        yield "the rates do not add up to the total"
    if body.total - sum(tender.amount for tender in body.tenders) != body.paid:
        yield "what was paid is not the total without means of payment"
    if any(yen(amount) not in printed for amount in (body.total, body.paid)):
        yield "total or payment is not printed"
