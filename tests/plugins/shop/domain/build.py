"""Short builders for requests, adjustments and terms."""

from __future__ import annotations

import datetime as dt

from nakamise.contracts.pricing import Adjustment, Extra, Phase, Quote, QuoteLine, QuoteRequest, Rounding
from nakamise.contracts.shipping import ShippingTerms, ShippingTier
from nakamise_shop.domain.pricing import ShopTerms

AT = dt.datetime(2026, 6, 10, 3, 0, tzinfo=dt.UTC)
DAY = dt.date(2026, 6, 10)
SHOP = "shop-a"


def line(
    line_id: str, amount: int, qty: int = 1, *, tax_class: str = "standard", shop_id: str = SHOP
) -> QuoteLine:
    return QuoteLine(
        line_id=line_id,
        shop_id=shop_id,
        product_id=f"p-{line_id}",
        variant_id=f"v-{line_id}",
        qty=qty,
        list_amount=amount,
        tax_class=tax_class,
    )


def request(*lines: QuoteLine, tax_date: dt.date = DAY) -> QuoteRequest:
    return QuoteRequest(lines=lines, at=AT, tax_date=tax_date)


def terms(
    *,
    fee: int = 0,
    free_from: int | None = None,
    rounding: Rounding = Rounding.FLOOR,
    prices_include_tax: bool = True,
    surcharge: int = 0,
    extras: tuple[int, ...] = (),
) -> ShopTerms:
    tiers = [ShippingTier(0, fee if free_from != 0 else 0)]
    if free_from:
        tiers.append(ShippingTier(free_from, 0))
    rule = ShippingTerms(
        tiers=tuple(tiers),
        surcharge=surcharge,
        extras=tuple(Extra(code=f"x{n}", label="包装", amount=amount) for n, amount in enumerate(extras)),
    )
    return ShopTerms(shipping=rule, rounding=rounding, prices_include_tax=prices_include_tax)


def off(
    phase: Phase,
    amount: int = 0,
    *,
    code: str = "C",
    line_id: str | None = None,
    shop_id: str | None = None,
    rate_bp: int = 0,
    cap: int | None = None,
    min_goods: int = 0,
    whole_order: bool = False,
    group: str | None = None,
) -> Adjustment:
    return Adjustment(
        phase=phase,
        code=code,
        label=code,
        amount=-amount,
        rate_bp=rate_bp,
        cap=cap,
        min_goods=min_goods,
        line_id=line_id,
        shop_id=shop_id,
        whole_order=whole_order,
        exclusive_group=group,
    )


def tax_by_rate(quote: Quote, shop: int = 0) -> dict[int, tuple[int, int]]:
    """Rate in basis points -> (gross, tax) of one shop."""
    return {tax.rate_bp: (tax.gross, tax.tax) for tax in quote.shops[shop].tax_lines}
