"""A body in words: the one text that HTML and PDF draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

import msgspec

from nakamise.web import N_, gettext_for, short_date, yen
from nakamise_tax_invoice.papers.body import RETURN_POSTAGE, UNTAKEN, Body, Discount, Family, Kind, Row

Words = Callable[..., str]
MARK: Final = "※"
TITLES: Final = {
    Kind.INVOICE: N_("Qualified invoice (適格請求書)"),
    Kind.SIMPLIFIED: N_("Simplified qualified invoice (適格簡易請求書)"),
    Kind.ITEMISED: N_("Itemised invoice"),
    Kind.RETURN: N_("Qualified return invoice (適格返還請求書)"),
    Kind.PLAIN_RETURN: N_("Statement of refund"),
    Kind.RECEIPT: N_("Receipt"),
}
# A sale's documents have a unit price, a return's only what goes back.
_ZONE: Final = "UTC"  # days are days already


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """Texts ready to print. ``stamp`` is 再発行 or ""; ``columns`` and each of ``rows`` have equal length, as do
    ``tax_columns`` and ``taxes``; ``sums`` are (label, amount, "strong" or "")."""

    lang: str
    title: str
    stamp: str
    number: str
    recipient: str
    headline: tuple[str, str]
    note: str
    facts: tuple[tuple[str, str], ...]
    issuer: tuple[str, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    sums: tuple[tuple[str, str, str], ...]
    tax_columns: tuple[str, ...]
    taxes: tuple[tuple[str, ...], ...]
    remarks: tuple[str, ...]

    def texts(self) -> Iterator[str]:
        """Everything that is printed, piece by piece."""
        yield from (self.title, self.stamp, self.number, self.recipient, *self.headline, self.note)
        yield from (text for fact in self.facts for text in fact)
        yield from (*self.issuer, *self.columns, *self.tax_columns)
        yield from (cell for row in (*self.rows, *self.taxes) for cell in row)
        yield from (text for label, amount, _style in self.sums for text in (label, amount))
        yield from self.remarks


def rate_text(rate_bp: int) -> str:
    """10%, 8%, 7.5%."""
    whole, rest = divmod(rate_bp, 100)
    return f"{whole}%" if rest == 0 else f"{rate_bp / 100:g}%"


def sheet_of(body: Body, number: str, locale: str) -> Sheet:
    """``number`` is the document's own."""
    _ = gettext_for(locale, "tax_invoice")
    return Sheet(
        lang=locale,
        title=_(TITLES[body.kind]),
        stamp=_("Reissued") if body.version > 1 else "",
        number=number,
        recipient=_("To: %(name)s", name=titled(body, locale)) if body.recipient else "",
        headline=_headline(_, body),
        note=_("For: %(note)s", note=body.note) if body.note else "",
        facts=tuple(_facts(_, body, number, locale)),
        issuer=tuple(_issuer(_, body)),
        columns=(_("Item"), _("Quantity"), _("Unit price"), _("Rate"), _("Amount (tax incl.)")),
        rows=tuple(_rows(_, body)),
        sums=tuple(_sums(_, body)),
        tax_columns=(_("By tax rate"), _("Amount (tax incl.)"), _("of which tax")),
        taxes=tuple(
            (
                _("%(rate)s taxable", rate=rate_text(tax.rate_bp)) + (f" {MARK}" if tax.reduced else ""),
                yen(tax.gross),
                yen(tax.tax),
            )
            for tax in body.taxes
        ),
        remarks=tuple(_remarks(_, body)),
    )


def titled(body: Body, locale: str) -> str:
    """The recipient with the title, which Japanese alone has."""
    return f"{body.recipient} {body.honorific}" if locale == "ja" else body.recipient


def _headline(_: Words, body: Body) -> tuple[str, str]:
    if body.family is Family.RETURN:
        return _("Refunded (tax incl.)"), yen(body.total)
    if body.family is Family.RECEIPT:
        return _("Received (tax incl.)"), yen(body.paid)
    return _("Total (tax incl.)"), yen(body.total)


def _facts(_: Words, body: Body, number: str, locale: str) -> Iterator[tuple[str, str]]:
    def day(value: date) -> str:
        return short_date(value, locale, _ZONE)

    yield _("Number"), number
    yield _("Issued on"), day(body.issued_on)
    if body.original is None:
        yield _("Date of sale"), day(body.supplied_on)
    else:
        yield _("Date of return"), day(body.supplied_on)
        yield _("Date of the original sale"), day(body.original.supplied_on)
        if body.original.number:
            yield _("Original invoice"), body.original.number
    yield _("Order"), body.order_number
    if body.replaces:
        yield _("Replaces"), body.replaces


def _issuer(_: Words, body: Body) -> Iterator[str]:
    issuer = body.issuer
    yield issuer.name
    if issuer.number:
        yield _("Registration number %(number)s", number=issuer.number)
    if issuer.supplier:
        yield _("Sold by %(name)s (issued under the intermediary rule)", name=issuer.supplier)
    if issuer.agent:
        yield _("Handed over for the issuer by %(name)s", name=issuer.agent)


def _rows(_: Words, body: Body) -> Iterator[tuple[str, ...]]:
    is_return = body.family is Family.RETURN
    for row in body.rows:
        unit = "" if is_return else yen(row.unit)
        yield _marked(_row_name(_, row), row), str(row.qty), unit, rate_text(row.rate_bp), yen(row.amount)
    for off in body.discounts:
        said = off.label or off.code
        name = _("Discount %(code)s", code=said) if said else _("Discount")
        name = _("Kept back") if is_return else name
        yield _marked(name, off), "", "", rate_text(off.rate_bp), yen(-off.amount)


def _row_name(_: Words, row: Row) -> str:
    if row.what == "kept":
        return _("Kept back earlier")
    return _("Shipping") if row.what == "shipping" else row.name


def _marked(name: str, one: Row | Discount) -> str:
    return f"{name} {MARK}" if one.reduced else name


def _sums(_: Words, body: Body) -> Iterator[tuple[str, str, str]]:
    yield _("Total (tax incl.)"), yen(body.total), "strong"
    yield _("of which tax"), yen(body.tax), ""
    for tender in body.tenders:
        said = tender.label or tender.code
        label = _("Points and the like: %(code)s", code=said) if said else _("Points and the like")
        if tender.code == RETURN_POSTAGE:
            label = _("Return postage paid for you (not taxed)")
        if tender.code == UNTAKEN:
            label = _("Had not been charged")
        yield label, yen(-tender.amount), ""
    if body.tenders or body.family is not Family.INVOICE:
        is_return = body.family is Family.RETURN
        yield _("Refunded to the way of payment") if is_return else _("Paid"), yen(body.paid), "strong"


def _remarks(_: Words, body: Body) -> Iterator[str]:
    if any(row.reduced for row in body.rows):
        yield _("%(mark)s marks goods of the reduced tax rate.", mark=MARK)
    if any(one.code not in (RETURN_POSTAGE, UNTAKEN) for one in body.tenders):
        yield _("Points and the like are a means of payment: they change no tax.")
    if body.refunded:
        yield _("Of this, %(amount)s has been refunded.", amount=yen(body.refunded))
    if body.untaken:
        yield _("Of this, %(amount)s had not been charged.", amount=yen(body.untaken))
    if body.version > 1:
        yield _("This document replaces the one with the number %(number)s.", number=body.replaces)
