"""What a price is made of: the one breakdown that every page, slip, mail and answer of the API shows.

goods − discounts + shipping = total; total − tenders = due. ``extras`` are part of ``shipping``, ``taxes`` of ``total``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from nakamise.contracts.pricing import Part, Phase, ShopQuote, TaxLine

_DISCOUNTS: Final = (Phase.LINE, Phase.CART, Phase.SHIPPING)


class BillRow(msgspec.Struct, frozen=True):
    """One rule's part, or one extra; ``label`` is its public name, "" where a rule has none. ``amount`` > 0."""

    label: str
    amount: int


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """``goods`` are quantity × unit price, which a sale has lowered already; all else that is taken off is a row of
    ``discounts``. ``shipping`` is before discounts. ``taxes`` have one row per rate, the highest first; of several
    shops they are the sums of what each shop rounded."""

    goods: int
    discounts: tuple[BillRow, ...]
    shipping: int
    extras: tuple[BillRow, ...]
    total: int
    tenders: tuple[BillRow, ...]
    due: int
    taxes: tuple[TaxLine, ...]


def bill_of(*shops: ShopQuote) -> Bill:
    """Of one order, or of a purchase with an order per shop."""
    parts = list(_parts(shops))
    return Bill(
        goods=sum(line.subtotal for shop in shops for line in shop.lines),
        discounts=_by_rule(part for part in parts if part.phase in _DISCOUNTS),
        shipping=sum(shop.shipping.fee for shop in shops),
        extras=tuple(BillRow(one.label, one.amount) for shop in shops for one in shop.shipping.extras),
        total=sum(shop.total for shop in shops),
        tenders=_by_rule(part for part in parts if part.phase is Phase.TENDER),
        due=sum(shop.due for shop in shops),
        taxes=_taxes(shops),
    )


def shipping_discounts(shop: ShopQuote) -> tuple[BillRow, ...]:
    """Of ``Bill.discounts`` what is off this shop's shipping."""
    return _by_rule(part for part in shop.shipping.parts if part.phase in _DISCOUNTS)


def _parts(shops: Sequence[ShopQuote]) -> Iterator[Part]:
    for shop in shops:
        for line in shop.lines:
            yield from line.parts
        yield from shop.shipping.parts


def _by_rule(parts: Iterator[Part]) -> tuple[BillRow, ...]:
    """In the order in which the rules were applied."""
    sums: dict[tuple[Phase, str, str, str], int] = {}
    for part in parts:
        key = (part.phase, part.plugin_id, part.code, part.label)
        sums[key] = sums.get(key, 0) + part.amount
    return tuple(BillRow(key[3], sums[key]) for key in sorted(sums, key=lambda key: key[0]))


def _taxes(shops: Sequence[ShopQuote]) -> tuple[TaxLine, ...]:
    sums: dict[tuple[int, bool], tuple[int, int]] = {}
    for shop in shops:
        for one in shop.tax_lines:
            gross, tax = sums.get((one.rate_bp, one.reduced), (0, 0))
            sums[one.rate_bp, one.reduced] = (gross + one.gross, tax + one.tax)
    return tuple(
        TaxLine(rate_bp=rate, reduced=reduced, gross=gross, tax=tax)
        for (rate, reduced), (gross, tax) in sorted(sums.items(), reverse=True)
    )
