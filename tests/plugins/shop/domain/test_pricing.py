"""Steps of the price pipeline, one by one."""

from __future__ import annotations

import datetime as dt

import pytest

from nakamise.contracts.pricing import Adjustment, Phase, Rounding
from nakamise_shop.domain.pricing import QuoteError, draft_quote, price
from nakamise_shop.domain.proposals import ProposalError
from nakamise_shop.domain.tax import NoTaxRate
from tests.plugins.shop.domain.build import SHOP, line, off, request, tax_by_rate, terms


def test_phases_apply_in_order_and_name_who_took_what() -> None:
    quote = price(
        request(line("a", 1_000, 2), line("b", 500)),
        [
            ("points_gifts", off(Phase.TENDER, 300, code="points")),
            ("coupons", off(Phase.CART, 200, code="SPRING")),
            ("timesale", off(Phase.UNIT, 100, code="sale", line_id="a")),
            ("coupons", off(Phase.LINE, 50, code="B", line_id="b")),
        ],
        {SHOP: terms(fee=550)},
    )
    assert [(applied.adjustment.code, applied.taken) for applied in quote.applied] == [
        ("sale", 200),
        ("B", 50),
        ("SPRING", 200),
        ("points", 300),
    ]
    first, second = quote.shops[0].lines
    assert (first.list_amount, first.unit_amount, first.subtotal) == (1_000, 900, 1_800)
    assert (first.discount, first.net) == (160, 1_640)
    assert (second.discount, second.net) == (90, 410)
    assert (
        quote.goods,
        quote.shipping,
        quote.total,
        quote.tender,
        quote.due,
    ) == (2_050, 550, 2_600, 300, 2_300)


def test_a_share_is_taken_of_what_the_earlier_phases_left() -> None:
    quote = price(
        request(line("a", 999)),
        [
            ("coupons", off(Phase.CART, rate_bp=1_000, code="TEN")),
            ("timesale", off(Phase.UNIT, 500, code="sale", line_id="a")),
        ],
        {SHOP: terms()},
    )
    assert [applied.taken for applied in quote.applied] == [500, 49]


@pytest.mark.req("LC-8.7.1")
def test_a_capped_share() -> None:
    coupon = off(Phase.CART, rate_bp=5_000, cap=300)
    assert price(request(line("a", 1_000)), [("coupons", coupon)], {SHOP: terms()}).goods == 700


@pytest.mark.req("LC-8.7.3")
@pytest.mark.parametrize(("amount", "goods"), [(3_000, 2_500), (2_999, 2_999)])
def test_a_minimum_is_judged_on_tax_included_goods_boundary_included(amount: int, goods: int) -> None:
    coupon = off(Phase.CART, 500, min_goods=3_000)
    quote = price(request(line("a", amount)), [("coupons", coupon)], {SHOP: terms(fee=550)})
    assert quote.goods == goods


def test_a_minimum_is_judged_after_the_time_sale() -> None:
    proposals = [
        ("coupons", off(Phase.CART, 500, min_goods=3_000)),
        ("timesale", off(Phase.UNIT, 1, line_id="a")),
    ]
    assert price(request(line("a", 3_000)), proposals, {SHOP: terms()}).goods == 2_999


@pytest.mark.req("LC-8.7.1")
def test_a_discount_never_makes_a_total_negative() -> None:
    proposals = [
        ("coupons", off(Phase.CART, 5_000)),
        ("points_gifts", off(Phase.TENDER, 5_000)),
        ("timesale", off(Phase.UNIT, 5_000, line_id="a")),
    ]
    quote = price(request(line("a", 100, 3), line("b", 70)), proposals, {SHOP: terms(fee=550)})
    assert [applied.taken for applied in quote.applied] == [300, 70, 550]
    assert quote.due == 0


@pytest.mark.req("CL-16")
@pytest.mark.parametrize(("amount", "fee"), [(9_999, 550), (10_000, 0), (10_001, 0)])
def test_free_shipping_from_the_boundary(amount: int, fee: int) -> None:
    quote = price(request(line("a", amount)), [], {SHOP: terms(fee=550, free_from=10_000)})
    assert quote.shipping == fee


def test_free_shipping_is_judged_after_coupons_but_before_points() -> None:
    shop = {SHOP: terms(fee=550, free_from=10_000)}
    basket = request(line("a", 10_000))
    assert price(basket, [("coupons", off(Phase.CART, 1))], shop).shipping == 550
    assert price(basket, [("points_gifts", off(Phase.TENDER, 9_000))], shop).shipping == 0


def test_a_free_shipping_coupon_takes_the_fee_and_its_tax() -> None:
    coupon = off(Phase.SHIPPING, rate_bp=10_000)
    quote = price(request(line("a", 1_100)), [("coupons", coupon)], {SHOP: terms(fee=550)})
    assert (
        quote.shops[0].shipping.fee,
        quote.shops[0].shipping.discount,
        quote.shipping,
    ) == (550, 550, 0)
    assert tax_by_rate(quote) == {1_000: (1_100, 100)}


@pytest.mark.req("LC-4.1.6")
def test_two_shops_have_their_own_shipping_and_rounding() -> None:
    basket = request(
        line("a", 1_005, shop_id="shop-a"), line("b", 1_005, shop_id="shop-b"), line("c", 1, shop_id="shop-a")
    )
    shops = {
        "shop-a": terms(fee=550, rounding=Rounding.FLOOR),
        "shop-b": terms(fee=0, rounding=Rounding.CEIL),
    }
    quote = price(basket, [], shops)
    assert [shop.shop_id for shop in quote.shops] == ["shop-a", "shop-b"]
    assert tax_by_rate(quote, 0)[1_000] == (1_556, 141)
    assert tax_by_rate(quote, 1)[1_000] == (1_005, 92)
    assert quote.total == 1_556 + 1_005


def test_a_shop_coupon_stays_in_its_shop_and_a_purchase_coupon_is_shared() -> None:
    basket = request(line("a", 300, shop_id="shop-a"), line("b", 600, shop_id="shop-b"))
    shops = {"shop-a": terms(), "shop-b": terms()}
    own = price(basket, [("coupons", off(Phase.CART, 500, shop_id="shop-a"))], shops)
    assert [shop.total for shop in own.shops] == [0, 600]
    shared = price(basket, [("coupons", off(Phase.CART, 90))], shops)
    assert [shop.total for shop in shared.shops] == [270, 540]


@pytest.mark.req("BX-04")
def test_of_two_prices_in_one_group_the_better_wins_per_line() -> None:
    proposals = [
        ("timesale", off(Phase.UNIT, 100, code="sale", line_id="a", group="unit-price")),
        ("livestream", off(Phase.UNIT, 150, code="live", line_id="a", group="unit-price")),
        ("timesale", off(Phase.UNIT, 80, code="sale", line_id="b", group="unit-price")),
    ]
    quote = price(request(line("a", 1_000), line("b", 1_000)), proposals, {SHOP: terms()})
    assert [(applied.adjustment.code, applied.taken) for applied in quote.applied] == [
        ("live", 150),
        ("sale", 0),
        ("sale", 80),
    ]


def test_a_purchase_coupon_and_a_shop_coupon_of_one_group_exclude_each_other() -> None:
    proposals = [
        ("coupons", off(Phase.CART, 100, code="ALL", group="coupon")),
        ("coupons", off(Phase.CART, 100, code="SHOP", group="coupon", shop_id=SHOP)),
        ("coupons", off(Phase.LINE, 40, code="LINE", group="coupon", line_id="a")),
    ]
    quote = price(request(line("a", 1_000)), proposals, {SHOP: terms()})
    assert {applied.adjustment.code: applied.taken for applied in quote.applied} == {
        "ALL": 100,
        "SHOP": 0,
        "LINE": 0,
    }


def test_tender_never_leaves_less_than_the_provider_takes() -> None:
    points = [("points_gifts", off(Phase.TENDER, 980))]
    basket = request(line("a", 1_000))
    quote = price(basket, points, {SHOP: terms()}, minimum_charge=50)
    assert (quote.tender, quote.due) == (950, 50)
    whole = price(basket, [("points_gifts", off(Phase.TENDER, 1_000))], {SHOP: terms()}, minimum_charge=50)
    assert (whole.tender, whole.due) == (1_000, 0)


@pytest.mark.parametrize(
    ("adjustment", "reason"),
    [
        (off(Phase.CART, -1), "raises a price"),
        (off(Phase.CART, rate_bp=10_001), "outside 0 to 100"),
        (off(Phase.CART, rate_bp=-1), "outside 0 to 100"),
        (off(Phase.CART, 1, rate_bp=1), "both an amount and a rate"),
        (off(Phase.CART, rate_bp=1, cap=-1), "negative cap"),
        (off(Phase.UNIT, 1), "needs a line"),
        (off(Phase.TENDER, 1, line_id="a"), "cannot have a line"),
        (off(Phase.LINE, 1, line_id="z"), "unknown line 'z'"),
        (off(Phase.CART, 1, shop_id="z"), "unknown shop 'z'"),
        (off(Phase.LINE, 1, line_id="a", shop_id="shop-b"), "line of another shop"),
        (off(Phase.CART, 1, whole_order=True), "only in phase SHIPPING"),
    ],
)
def test_a_forbidden_proposal_names_its_plugin(adjustment: Adjustment, reason: str) -> None:
    basket = request(line("a", 100), line("b", 100, shop_id="shop-b"))
    with pytest.raises(ProposalError, match=reason) as caught:
        price(basket, [("evil", adjustment)], {SHOP: terms(), "shop-b": terms()})
    assert caught.value.plugin_id == "evil"


def test_a_request_that_cannot_be_priced() -> None:
    shop = {SHOP: terms()}
    with pytest.raises(QuoteError, match="quantity 0"):
        price(request(line("a", 100, 0)), [], shop)
    with pytest.raises(QuoteError, match="at -1"):
        price(request(line("a", -1)), [], shop)
    with pytest.raises(QuoteError, match="share one id"):
        price(request(line("a", 1), line("a", 1)), [], shop)
    with pytest.raises(QuoteError, match="no terms"):
        price(request(line("a", 1, shop_id="z")), [], shop)
    with pytest.raises(NoTaxRate):
        price(request(line("a", 1, tax_class="luxury")), [], shop)


@pytest.mark.req("CL-26")
def test_the_rate_in_force_on_the_tax_date_is_taken() -> None:
    old = price(request(line("a", 1_080), tax_date=dt.date(2019, 9, 30)), [], {SHOP: terms()})
    assert tax_by_rate(old) == {800: (1_080, 80)}
    new = price(request(line("a", 1_080), tax_date=dt.date(2019, 10, 1)), [], {SHOP: terms()})
    assert tax_by_rate(new) == {1_000: (1_080, 98)}


@pytest.mark.req("CL-27")
def test_plugins_are_shown_tax_included_prices() -> None:
    net = {SHOP: terms(prices_include_tax=False)}
    draft = draft_quote(request(line("a", 9_800)), net)
    assert draft.lines[0].list_amount == 10_780


def test_an_empty_cart_costs_nothing() -> None:
    quote = price(request(), [("coupons", off(Phase.CART, 5))], {})
    assert (quote.total, quote.tender, quote.due) == (0, 0, 0)
    assert quote.applied[0].taken == 0


def test_degraded_plugins_stand_in_the_quote() -> None:
    quote = price(request(line("a", 1)), [], {SHOP: terms()}, degraded=["coupons"])
    assert quote.degraded == ("coupons",)
