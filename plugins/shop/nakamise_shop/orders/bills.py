"""A bill in words: the rows that pages and mails show, from one function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from nakamise.web import gettext_for, yen
from nakamise_shop.domain.bill import Bill
from nakamise_shop.orders.labels import rate


class BillText(NamedTuple):
    """``kind``: goods, discount, shipping, extra, total, tender, due or tax. ``text`` is ready to read; ``is_due``
    marks the row that is paid."""

    kind: str
    label: str
    text: str
    is_due: bool = False


class BillTexts(NamedTuple):
    """``note`` explains the mark ※; "" where no row has it."""

    rows: list[BillText]
    note: str


class Unsure(NamedTuple):
    """What a cart cannot know yet: without an address the carriage is an estimate, or not known at all."""

    is_estimate: bool = False
    is_unknown: bool = False


CERTAIN: Final = Unsure()


def teller(locale: str) -> Callable[..., BillTexts]:
    """For templates: ``told(bill)``."""

    def told(bill: Bill, unsure: Unsure = CERTAIN) -> BillTexts:
        return texts(gettext_for(locale, "shop"), bill, unsure)

    return told


def texts(_: Callable[..., str], bill: Bill, unsure: Unsure = CERTAIN) -> BillTexts:
    rows = [
        BillText("goods", _("Subtotal"), yen(bill.goods)),
        *(BillText("discount", one.label or _("Discount"), f"-{yen(one.amount)}") for one in bill.discounts),
        _shipping(_, bill, unsure),
        *(BillText("extra", _("of which %(what)s", what=one.label), yen(one.amount)) for one in bill.extras),
        *_sums(_, bill, unsure),
        *(
            BillText("tax", _tax_label(_, one.rate_bp, one.gross, one.reduced), yen(one.tax))
            for one in bill.taxes
        ),
    ]
    return BillTexts(rows, reduced_note(_, bill))


def _shipping(_: Callable[..., str], bill: Bill, unsure: Unsure) -> BillText:
    label = _("Shipping (estimate)") if unsure.is_estimate else _("Shipping")
    if unsure.is_unknown:
        return BillText("shipping", label, _("Not known now"))
    return BillText("shipping", label, yen(bill.shipping) if bill.shipping else _("Free"))


def _sums(_: Callable[..., str], bill: Bill, unsure: Unsure) -> list[BillText]:
    """What points and the like pay stands below the total: it is no discount."""
    label = _("Total without shipping (tax incl.)") if unsure.is_unknown else _("Total (tax incl.)")
    total = BillText("total", label, yen(bill.total), is_due=not bill.tenders)
    if not bill.tenders:
        return [total]
    paid = [
        BillText("tender", one.label or _("Paid with points"), f"-{yen(one.amount)}") for one in bill.tenders
    ]
    return [total, *paid, BillText("due", _("Amount to pay"), yen(bill.due), is_due=True)]


def _tax_label(_: Callable[..., str], rate_bp: int, gross: int, reduced: bool) -> str:
    return _(
        "%(rate)s %% taxable%(mark)s: %(gross)s, of which tax",
        rate=rate(rate_bp),
        mark="※" if reduced else "",
        gross=yen(gross),
    )


def reduced_note(_: Callable[..., str], bill: Bill) -> str:
    """With the rate that this bill was taxed at: rates change, old orders do not."""
    rates = " / ".join(rate(one.rate_bp) for one in bill.taxes if one.reduced)
    return _("※ Reduced tax rate (%(rate)s%%)", rate=rates) if rates else ""
