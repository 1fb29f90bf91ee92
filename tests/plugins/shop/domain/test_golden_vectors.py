"""The published rounding cases of Japanese shops, priced by the one pricing function."""

from __future__ import annotations

import pytest

from nakamise.contracts.pricing import Phase, Rounding
from nakamise_shop.domain.pricing import price
from nakamise_shop.domain.tax import contained_tax, round_ratio
from tests.plugins.shop.domain.build import SHOP, line, off, request, tax_by_rate, terms


@pytest.mark.req("CL-28", "LC-5.2.3")
def test_three_lines_of_105_net_are_rounded_once() -> None:
    shop = terms(prices_include_tax=False)
    quote = price(request(line("a", 105), line("b", 105), line("c", 105)), [], {SHOP: shop})
    assert tax_by_rate(quote) == {1_000: (345, 31)}
    per_line = 3 * round_ratio(105 * 1_000, 10_000, Rounding.FLOOR)
    assert per_line == 30


@pytest.mark.req("CL-28", "CL-27", "LC-5.2.3")
def test_shown_prices_116_and_118_contain_21_yen() -> None:
    shop = terms(prices_include_tax=False, rounding=Rounding.HALF_UP)
    quote = price(request(line("a", 105), line("b", 107)), [], {SHOP: shop})
    assert [quoted.list_amount for quoted in quote.shops[0].lines] == [116, 118]
    assert tax_by_rate(quote) == {1_000: (234, 21)}
    per_line = sum(contained_tax(shown, 1_000, Rounding.HALF_UP) for shown in (116, 118))
    assert per_line == 22


@pytest.mark.req("LC-5.2.3", "LC-8.7.7")
def test_a_discount_of_92_over_two_rates() -> None:
    basket = request(line("a", 1_595), line("b", 7_398, tax_class="reduced"))
    quote = price(basket, [("coupons", off(Phase.CART, 92))], {SHOP: terms()})
    assert tax_by_rate(quote) == {1_000: (1_579, 143), 800: (7_322, 542)}
    assert quote.total == 8_901
    floored_shares = 92 * 1_595 // 8_993 + 92 * 7_398 // 8_993
    assert floored_shares == 91  # shares that are each rounded down lose a yen


@pytest.mark.req("LC-5.2.3", "LC-4.2.5")
def test_two_points_as_a_taxable_discount_over_goods_and_shipping() -> None:
    basket = request(line("a", 2_200), line("b", 1_080, tax_class="reduced"))
    points = off(Phase.SHIPPING, 2, whole_order=True)
    quote = price(basket, [("points_gifts", points)], {SHOP: terms(fee=770)})
    assert {rate: gross for rate, (gross, _) in tax_by_rate(quote).items()} == {1_000: 2_969, 800: 1_079}
    assert quote.total == 4_048


@pytest.mark.req("LC-4.2.5")
def test_the_same_two_points_as_payment_leave_the_tax_base_alone() -> None:
    basket = request(line("a", 2_200), line("b", 1_080, tax_class="reduced"))
    quote = price(basket, [("points_gifts", off(Phase.TENDER, 2))], {SHOP: terms(fee=770)})
    assert {rate: gross for rate, (gross, _) in tax_by_rate(quote).items()} == {1_000: 2_970, 800: 1_080}
    assert (quote.total, quote.tender, quote.due) == (4_050, 2, 4_048)


@pytest.mark.req("LC-5.2.3", "LC-8.7.7")
def test_a_coupon_of_500_over_three_rates_with_a_zero_rate() -> None:
    basket = request(
        line("a", 21_500, tax_class="zero"), line("b", 1_208, tax_class="reduced"), line("c", 23_650)
    )
    quote = price(basket, [("coupons", off(Phase.CART, 500))], {SHOP: terms()})
    grosses = {rate: gross for rate, (gross, _) in tax_by_rate(quote).items()}
    assert grosses == {0: 21_268, 800: 1_195, 1_000: 23_395}
    assert quote.total == 45_858 == sum(grosses.values())
    assert tax_by_rate(quote)[0] == (21_268, 0)


@pytest.mark.req("DF-10", "LC-5.2.3")
def test_shipping_is_taxed_too() -> None:
    shop = terms(fee=550, prices_include_tax=False)
    quote = price(request(line("a", 9_800)), [], {SHOP: shop})
    assert quote.total == 11_330
    assert tax_by_rate(quote) == {1_000: (11_330, 1_030)}


@pytest.mark.req("LC-5.2.3", "CL-26")
def test_two_lines_in_each_of_two_rates() -> None:
    basket = request(
        line("a", 456, tax_class="reduced"),
        line("b", 204, tax_class="reduced"),
        line("c", 444),
        line("d", 300),
    )
    quote = price(basket, [], {SHOP: terms(prices_include_tax=False)})
    assert tax_by_rate(quote) == {800: (712, 52), 1_000: (818, 74)}
    assert quote.total == 1_530
    assert [tax.reduced for tax in reversed(quote.shops[0].tax_lines)] == [True, False]


@pytest.mark.req("LC-4.1.3")
def test_the_cart_of_the_mission() -> None:
    quote = price(request(line("a", 2_480), line("b", 1_980, 2)), [], {SHOP: terms()})
    assert quote.goods == 6_440
    assert sum(quoted.qty for quoted in quote.shops[0].lines) == 3
