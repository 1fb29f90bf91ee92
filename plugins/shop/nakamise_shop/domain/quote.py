"""From open amounts to the quote: per shop, with tax rounded once per rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nakamise.contracts.pricing import (
    Applied,
    DraftLine,
    Phase,
    Quote,
    QuotedLine,
    QuotedShipping,
    QuoteRequest,
    Rounding,
    ShopQuote,
    TaxLine,
)
from nakamise.contracts.shipping import ShippingTerms
from nakamise_shop.domain.open_amounts import OpenAmount
from nakamise_shop.domain.shipping import free_from
from nakamise_shop.domain.tax import TaxRate, contained_tax

_GOODS_DISCOUNTS = (Phase.LINE, Phase.CART, Phase.SHIPPING)


def build_quote(
    request: QuoteRequest,
    goods: Sequence[OpenAmount],
    shipping: Sequence[OpenAmount],
    rules: Mapping[str, tuple[Rounding, ShippingTerms]],
    shipping_rate: TaxRate,
    applied: Sequence[Applied],
    degraded: Sequence[str],
) -> Quote:
    """One `ShopQuote` per shop in cart order, and their sums: the purchase is never rounded again."""
    shops = tuple(
        _shop_quote([a for a in goods if a.shop_id == fee.shop_id], fee, *rules[fee.shop_id], shipping_rate)
        for fee in shipping
    )
    return Quote(
        currency=request.currency,
        priced_at=request.at,
        tax_date=request.tax_date,
        shops=shops,
        goods=sum(shop.goods for shop in shops),
        shipping=sum(shop.shipping.net for shop in shops),
        total=sum(shop.total for shop in shops),
        tender=sum(shop.tender for shop in shops),
        due=sum(shop.due for shop in shops),
        applied=tuple(applied),
        degraded=tuple(degraded),
    )


def _shop_quote(
    goods: Sequence[OpenAmount], fee: OpenAmount, rounding: Rounding, terms: ShippingTerms, rate: TaxRate
) -> ShopQuote:
    lines = tuple(_quoted_line(amount, amount.line) for amount in goods if amount.line is not None)
    goods_net = sum(line.net for line in lines)
    judged = goods_net + sum(amount.sum_of(Phase.SHIPPING) for amount in goods)
    shipping = _quoted_shipping(fee, terms, judged, rate)
    taxes = tax_lines(lines, shipping, rounding)
    tender = sum(line.tender for line in lines) + shipping.tender
    return ShopQuote(
        shop_id=fee.shop_id,
        rounding=rounding,
        lines=lines,
        shipping=shipping,
        tax_lines=taxes,
        goods=goods_net,
        total=goods_net + shipping.net,
        tax=sum(line.tax for line in taxes),
        tender=tender,
        due=goods_net + shipping.net - tender,
        unavailable=terms.unavailable,
    )


def _quoted_line(amount: OpenAmount, line: DraftLine) -> QuotedLine:
    subtotal = amount.full - amount.sum_of(Phase.UNIT)
    discount = amount.sum_of(*_GOODS_DISCOUNTS)
    tender = amount.sum_of(Phase.TENDER)
    return QuotedLine(
        line_id=line.line_id,
        shop_id=line.shop_id,
        product_id=line.product_id,
        variant_id=line.variant_id,
        qty=line.qty,
        tax_class=line.tax_class,
        tax_rate_bp=line.tax_rate_bp,
        reduced=line.reduced,
        list_amount=line.list_amount,
        unit_amount=subtotal // line.qty,
        subtotal=subtotal,
        discount=discount,
        net=subtotal - discount,
        tender=tender,
        cash=amount.left,
        parts=tuple(amount.parts),
    )


def _quoted_shipping(fee: OpenAmount, terms: ShippingTerms, goods: int, rate: TaxRate) -> QuotedShipping:
    """``goods``: what the tier was judged on."""
    discount = fee.sum_of(Phase.SHIPPING)
    tender = fee.sum_of(Phase.TENDER)
    return QuotedShipping(
        tax_rate_bp=rate.rate_bp,
        reduced=rate.reduced,
        fee=fee.full,
        discount=discount,
        net=fee.full - discount,
        tender=tender,
        cash=fee.left,
        parts=tuple(fee.parts),
        extras=terms.extras,
        free_from=free_from(terms, goods),
    )


def tax_lines(
    lines: Sequence[QuotedLine], shipping: QuotedShipping, rounding: Rounding
) -> tuple[TaxLine, ...]:
    """Highest rate first. Tender is no discount, so `net` and not `cash` is the base."""
    gross: dict[tuple[int, bool], int] = {}
    for line in lines:
        key = (line.tax_rate_bp, line.reduced)
        gross[key] = gross.get(key, 0) + line.net
    if shipping.fee:
        key = (shipping.tax_rate_bp, shipping.reduced)
        gross[key] = gross.get(key, 0) + shipping.net
    return tuple(
        TaxLine(rate_bp=rate_bp, reduced=reduced, gross=total, tax=contained_tax(total, rate_bp, rounding))
        for (rate_bp, reduced), total in sorted(gross.items(), reverse=True)
    )
