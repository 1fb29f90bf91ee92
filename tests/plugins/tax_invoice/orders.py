"""Orders for pure tests: priced by the shop's own function, then seen as the contract shows them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from nakamise.contracts.orders import OrderLine, OrderRefund, OrderView
from nakamise.contracts.pricing import Adjustment, Phase, QuoteLine, QuoteRequest, Rounding, ShopQuote
from nakamise.ids import uuid7
from nakamise_shop.domain.pricing import ShopTerms, price
from nakamise_shop.domain.proposals import Proposal
from nakamise_shop.domain.shipping import flat
from nakamise_shop.domain.tax import TaxRates
from nakamise_shop.domain.tax_rates import JAPAN_TAX_RATES

TOKYO = ZoneInfo("Asia/Tokyo")
NUMBER = "T7000012050002"
SHOP = uuid.UUID(int=1)
PLACED = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)


class Item(NamedTuple):
    price: int
    qty: int = 1
    tax_class: str = "standard"


def quote_of(
    items: Sequence[Item],
    proposals: Sequence[Proposal] = (),
    *,
    fee: int = 0,
    rounding: Rounding = Rounding.FLOOR,
    includes_tax: bool = True,
    day: date = date(2026, 11, 20),
    rates: TaxRates = JAPAN_TAX_RATES,
) -> ShopQuote:
    """One shop's part of a purchase with these things."""
    lines = tuple(
        QuoteLine(
            line_id=f"l{number}",
            shop_id=str(SHOP),
            product_id=str(uuid.UUID(int=number)),
            variant_id=str(uuid.UUID(int=number)),
            qty=item.qty,
            list_amount=item.price,
            tax_class=item.tax_class,
        )
        for number, item in enumerate(items, start=1)
    )
    terms = ShopTerms(shipping=flat(fee), rounding=rounding, prices_include_tax=includes_tax)
    request = QuoteRequest(lines=lines, at=PLACED, tax_date=day)
    return price(request, list(proposals), {str(SHOP): terms}, tax_rates=rates).shops[0]


def view_of(
    quote: ShopQuote,
    *,
    number: str | None = NUMBER,
    refunds: tuple[OrderRefund, ...] = (),
    placed_at: datetime = PLACED,
) -> OrderView:
    """A paid order with this quote."""
    order_id = uuid7()
    return OrderView(
        id=order_id,
        purchase_id=uuid7(),
        shop_id=SHOP,
        number="LC-20261120-0001",
        buyer_id=uuid7(),
        buyer_name="山田 花子",
        email="hanako@buyer.example",
        locale="ja",
        state="paid",
        fulfil_state="unfulfilled",
        currency="JPY",
        goods=quote.goods,
        shipping=quote.shipping.net,
        total=quote.total,
        points=quote.tender,
        charge=quote.due,
        tax=quote.tax,
        quote=quote,
        inputs={},
        shop={"name": "本店", "slug": "honten", "seller": "株式会社たたら", "invoice_number": number},
        address={},
        note="",
        placed_at=placed_at,
        paid_at=placed_at,
        lines=lines_of(quote),
        shipments=(),
        refunds=refunds,
    )


def lines_of(quote: ShopQuote) -> tuple[OrderLine, ...]:
    return tuple(
        OrderLine(
            line_no=number,
            product_id=uuid.uuid5(uuid.NAMESPACE_OID, line.product_id),
            variant_id=uuid.uuid5(uuid.NAMESPACE_OID, line.variant_id),
            sku=f"SKU-{number}",
            name=f"品物{number}",
            variant_name="標準",
            qty=line.qty,
            list=line.list_amount,
            unit=line.unit_amount,
            sub=line.subtotal,
            discount=line.discount,
            net=line.net,
            points_part=line.tender,
            cash=line.cash,
            tax_bp=line.tax_rate_bp,
            reduced=line.reduced,
            refunded_qty=0,
            fulfil_state="unfulfilled",
            shipment_id=None,
        )
        for number, line in enumerate(quote.lines, start=1)
    )


def off(
    phase: int, amount: int, code: str, *, whole_order: bool = False, label: str | None = None
) -> Proposal:
    """A plugin's proposal to take so much; the public name is the code's where none is said."""
    return "coupons", Adjustment(
        phase=Phase(phase),
        code=code,
        label=code if label is None else label,
        amount=-amount,
        whole_order=whole_order,
    )
