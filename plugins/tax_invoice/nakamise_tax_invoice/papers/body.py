"""The contents of a document, frozen when it is issued. Amounts are tax-included yen."""

from __future__ import annotations

import enum
from datetime import date
from typing import Final, Literal

import msgspec

from nakamise.contracts.pricing import Rounding

What = Literal["goods", "shipping", "extra", "kept"]
Honorific = Literal["様", "御中"]


class Family(enum.StrEnum):
    """Each order has at most one chain of versions of its invoice and of its receipt; each refund one."""

    INVOICE = "invoice"
    RETURN = "return"
    RECEIPT = "receipt"


class Kind(enum.StrEnum):
    """What a document is in law; the plain ones belong to shops that are not registered."""

    INVOICE = "invoice"  # 適格請求書
    SIMPLIFIED = "simplified"  # 適格簡易請求書
    ITEMISED = "itemised"  # 区分記載請求書
    RETURN = "return"  # 適格返還請求書
    PLAIN_RETURN = "plain_return"  # 返金明細書
    RECEIPT = "receipt"  # 領収書


FAMILIES: Final = {
    Kind.INVOICE: Family.INVOICE,
    Kind.SIMPLIFIED: Family.INVOICE,
    Kind.ITEMISED: Family.INVOICE,
    Kind.RETURN: Family.RETURN,
    Kind.PLAIN_RETURN: Family.RETURN,
    Kind.RECEIPT: Family.RECEIPT,
}


class Mode(enum.StrEnum):
    """Who issues for a shop."""

    OWN = "own"
    AGENT = "agent"  # 代理交付: the shop's name and number, handed over by the site
    INTERMEDIARY = "intermediary"  # 媒介者交付特例: the site's own name and number


class Issuer(msgspec.Struct, frozen=True, kw_only=True):
    """``number`` is T and 13 digits, "" for a business that is not registered. ``agent`` hands the document over
    for the issuer; ``supplier`` is who sold the goods, where the issuer is an intermediary."""

    name: str
    number: str = ""
    agent: str = ""
    supplier: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """amount = unit * qty for goods, what goes back on documents of returns. ``name`` is "" for shipping
    and for what had been kept back of an earlier return."""

    what: What
    name: str
    qty: int
    unit: int
    amount: int
    rate_bp: int
    reduced: bool


class Discount(msgspec.Struct, frozen=True, kw_only=True):
    """What one rule took off the taxable amount of one rate; amount > 0.

    ``label`` is the rule's public name. ``code`` is in documents of before 2026-11-22 only: a buyer's code may be
    meant for nobody else, and whoever books an invoice need not know it.
    """

    amount: int
    rate_bp: int
    reduced: bool
    label: str = ""
    code: str = ""


class TaxRow(msgspec.Struct, frozen=True, kw_only=True):
    """``tax`` is contained in ``gross`` and rounded once for the document and rate."""

    rate_bp: int
    reduced: bool
    gross: int
    tax: int


# A tender's code: what the shop paid for sending goods back on the buyer's behalf.
RETURN_POSTAGE: Final = "return_postage"

# A tender's code: what had not been taken of the buyer, and so does not go back to them either.
UNTAKEN: Final = "untaken"


class Tender(msgspec.Struct, frozen=True, kw_only=True):
    """A means of payment other than money, such as points that were bought; changes no tax. ``label`` and ``code``
    as in ``Discount``."""

    amount: int
    label: str = ""
    code: str = ""


class Original(msgspec.Struct, frozen=True, kw_only=True):
    """The sale that a return belongs to; ``number`` is its invoice's, "" without one."""

    number: str
    supplied_on: date


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """total = sum of rows - discounts = sum of ``taxes.gross``; paid = total - tenders.

    ``note`` is a receipt's 但し書き; ``refunded`` what of ``paid`` had gone back when a receipt was written,
    ``untaken`` what of it was known then to have never been taken.
    ``replaces`` is the number of the version before, "" for the first. ``honorific`` stands behind ``recipient`` in
    Japanese; documents of before 2026-11-22 have 様.
    """

    kind: Kind
    order_number: str
    issued_on: date
    supplied_on: date
    issuer: Issuer
    recipient: str
    rows: tuple[Row, ...]
    discounts: tuple[Discount, ...]
    taxes: tuple[TaxRow, ...]
    tenders: tuple[Tender, ...]
    total: int
    paid: int
    rounding: Rounding
    honorific: Honorific = "様"
    note: str = ""
    refunded: int = 0
    untaken: int = 0
    original: Original | None = None
    replaces: str = ""
    version: int = 1

    @property
    def family(self) -> Family:
        return FAMILIES[self.kind]

    @property
    def is_qualified(self) -> bool:
        """Whether a buyer may deduct by it: the issuer is registered."""
        return bool(self.issuer.number)

    @property
    def tax(self) -> int:
        return sum(row.tax for row in self.taxes)
