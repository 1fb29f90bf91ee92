"""Who bears a reduction decides what a shop's share is reckoned from: BX-04 as a table."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

import msgspec
import pytest

from nakamise.contracts.orders import OrderLine, OrderRefund, OrderView
from nakamise.contracts.pricing import Adjustment, Bearer, Phase, ShopQuote
from nakamise.money import unit_refund
from nakamise_payments.shares import borne_by_others, borne_still, share_of
from nakamise_shop.domain.pricing import price
from tests.plugins.shop.domain.build import SHOP, line, off, request, terms

FEE_BP = 1000
GOODS, CARRIAGE = 2 * 1000 + 3 * 333, 550
ID = uuid.UUID(int=1)


def quoted(*reductions: tuple[Bearer, Adjustment]) -> ShopQuote:
    """2 × ¥1,000 and 3 × ¥333, sent for ¥550."""
    proposals = [("coupons", msgspec.structs.replace(one, bearer=bearer)) for bearer, one in reductions]
    basket = request(line("a", 1000, 2), line("b", 333, 3))
    return price(basket, proposals, {SHOP: terms(fee=CARRIAGE)}).shops[0]


def ordered(quote: ShopQuote, back: Mapping[str, int], *, shipping: bool = False) -> OrderView:
    """With so many units of each line given back, in one refund."""
    lines = [
        OrderLine(
            line_no=number, product_id=ID, variant_id=ID, sku="", name="", variant_name="", qty=one.qty,
            list=one.list_amount, unit=one.unit_amount, sub=one.subtotal, discount=one.discount, net=one.net,
            points_part=one.tender, cash=one.cash, tax_bp=one.tax_rate_bp, reduced=one.reduced,
            refunded_qty=back.get(one.line_id, 0), fulfil_state="delivered", shipment_id=None,
        )
        for number, one in enumerate(quote.lines, start=1)
    ]  # fmt: skip
    cash = sum(unit_refund(one.cash, one.qty, 0, one.refunded_qty) for one in lines)
    fee = quote.shipping.cash if shipping else 0
    refund = OrderRefund(
        id=ID, at=datetime.now(UTC), lines=(), shipping=fee, cash=cash + fee, tender=0, reason=""
    )
    return OrderView(
        id=ID, purchase_id=ID, shop_id=ID, number="", buyer_id=ID, buyer_name="", email="", locale="ja",
        state="part_refunded", fulfil_state="delivered", currency="JPY", goods=quote.goods,
        shipping=quote.shipping.net, total=quote.total, points=quote.tender, charge=quote.due, tax=quote.tax,
        quote=quote, inputs={}, shop={}, address={}, note="", placed_at=datetime.now(UTC), paid_at=None,
        lines=tuple(lines), shipments=(), refunds=(refund,) if back or shipping else (),
    )  # fmt: skip


def share(order: OrderView) -> int:
    borne = borne_by_others(order.quote)
    back = sum(one.cash for one in order.refunds) + borne - borne_still(order)
    return share_of(order.charge + borne, back, FEE_BP)


def less_fee(amount: int) -> int:
    return amount - amount * FEE_BP // 10_000


HALF, CARRIED = off(Phase.CART, rate_bp=5000), off(Phase.SHIPPING, rate_bp=10_000)
SALE = off(Phase.UNIT, 100, line_id="a", code="U")


@pytest.mark.req("BX-04", "CL-30")
@pytest.mark.parametrize(
    ("reductions", "paid_by_buyer", "shared"),
    [
        ((), GOODS + 550, GOODS + 550),
        ((("shop", HALF),), 1500 + 550, 1500 + 550),
        ((("tenant", HALF),), 1500 + 550, GOODS + 550),
        ((("platform", HALF),), 1500 + 550, GOODS + 550),
        ((("tenant", CARRIED),), GOODS, GOODS + 550),
        ((("shop", CARRIED),), GOODS, GOODS),
        # Each its own: the shop's sale lessens the share, the site's coupon on top of it does not.
        ((("shop", SALE), ("tenant", HALF)), 1400 + 550, GOODS - 200 + 550),
        ((("tenant", SALE), ("shop", HALF)), 1400 + 550, 1400 + 200 + 550),
    ],
)
def test_what_others_bear_does_not_lessen_a_shops_share(
    reductions: tuple[tuple[Bearer, Adjustment], ...], paid_by_buyer: int, shared: int
) -> None:
    quote = quoted(*reductions)
    assert quote.due == paid_by_buyer
    assert share(ordered(quote, {})) == less_fee(shared)
    again = msgspec.json.decode(msgspec.json.encode(quote), type=ShopQuote)
    assert borne_by_others(again) == borne_by_others(quote), "it is kept with the order"


@pytest.mark.req("BX-04")
@pytest.mark.parametrize("bearer", ["shop", "tenant"])
def test_what_goes_back_takes_its_part_of_what_others_bore(bearer: Bearer) -> None:
    quote = quoted((bearer, off(Phase.CART, 1001)), (bearer, CARRIED))
    whole = share(ordered(quote, {}))
    # Unit by unit it falls to what is left, never below nothing, and to nothing at the end.
    seen = [share(ordered(quote, {"a": a, "b": b})) for a, b in ((0, 1), (1, 1), (1, 3), (2, 3))]
    assert sorted(seen, reverse=True) == seen
    assert (whole > seen[0], seen[-1]) == (True, 0)
    # ¥333 of the coupon fell on the three sweets: of one of them ¥111, and ¥222 were paid for it.
    assert share(ordered(quote, {"a": 2, "b": 2})) == less_fee(
        {"shop": 222, "tenant": 333 + CARRIAGE}[bearer]
    )
