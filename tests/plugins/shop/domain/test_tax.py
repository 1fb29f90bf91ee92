"""Rates by date and roundings."""

from __future__ import annotations

import datetime as dt
import json
from fractions import Fraction
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nakamise.contracts.pricing import Rounding
from nakamise_shop.domain.tax import NoTaxRate, contained_tax, rate_on, with_tax
from nakamise_shop.domain.tax_rates import FILE, JAPAN_TAX_RATES, TaxRatesWrong, read_rates


@pytest.mark.req("CL-26")
@pytest.mark.parametrize(
    ("tax_class", "day", "rate_bp", "reduced"),
    [
        ("standard", dt.date(1997, 3, 31), 300, False),
        ("standard", dt.date(2014, 3, 31), 500, False),
        ("standard", dt.date(2019, 9, 30), 800, False),
        ("standard", dt.date(2019, 10, 1), 1_000, False),
        ("reduced", dt.date(2019, 10, 1), 800, True),
        ("zero", dt.date(2026, 6, 10), 0, False),
    ],
)
def test_rates_by_date(tax_class: str, day: dt.date, rate_bp: int, *, reduced: bool) -> None:
    rate = rate_on(JAPAN_TAX_RATES, tax_class, day)
    assert (rate.rate_bp, rate.reduced) == (rate_bp, reduced)


def test_a_class_without_a_rate_on_the_day() -> None:
    with pytest.raises(NoTaxRate, match="reduced"):
        rate_on(JAPAN_TAX_RATES, "reduced", dt.date(2019, 9, 30))


def data_file(*more: dict[str, object]) -> str:
    """The plugin's own data file with further rows."""
    found = json.loads((resources.files("nakamise_shop.domain") / FILE).read_text(encoding="utf-8"))
    found["rates"] += more
    return json.dumps(found)


def row(tax_class: str, rate_bp: int, valid_from: str, **more: object) -> dict[str, object]:
    return {
        "tax_class": tax_class,
        "rate_bp": rate_bp,
        "valid_from": valid_from,
        "source": "改正法",
        **more,
    }


@pytest.mark.req("CL-26")
def test_a_future_rate_is_one_more_row_of_the_data() -> None:
    assert read_rates(data_file()) == JAPAN_TAX_RATES
    rates = read_rates(data_file(row("standard", 1_200, "2030-04-01")))
    assert rate_on(rates, "standard", dt.date(2030, 3, 31)).rate_bp == 1_000
    assert rate_on(rates, "standard", dt.date(2030, 4, 1)).rate_bp == 1_200
    assert rate_on(rates, "reduced", dt.date(2030, 4, 1)).rate_bp == 800


@pytest.mark.req("CL-26")
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (row("luxury", 2_000, "2030-04-01"), "no such tax class: luxury"),
        (row("standard", 1_200, "2019-10-01"), "standard has 2 rates from 2019-10-01"),
        (row("standard", 12_000, "2030-04-01"), "<= 10000"),
        (row("standard", -1, "2030-04-01"), ">= 0"),
        (row("standard", 1_200, "2030-02-30"), "Invalid RFC3339"),
        (row("standard", 1_200, "2030-04-01", source=""), "length >= 1"),
        (row("standard", 1_200, "2030-04-01", until="2031-04-01"), "unknown field `until`"),
        (row("standard", 1_200, "2030-04-01", reduced=True), "cannot carry the mark"),
        (row("zero", 100, "2030-04-01"), "is taxed"),
    ],
)
def test_data_that_cannot_be_right_stops_the_start(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(TaxRatesWrong, match=said):
        read_rates(data_file(wrong))


def test_a_class_that_has_not_begun_stops_the_start() -> None:
    begins = data_file().replace('"2019-10-01", "reduced": true', '"2031-10-01", "reduced": true')
    assert begins != data_file()
    with pytest.raises(TaxRatesWrong, match="reduced has no rate on 2026"):
        read_rates(begins)
    with pytest.raises(TaxRatesWrong, match="truncated"):
        read_rates("{")


@pytest.mark.req("CL-28")
@pytest.mark.parametrize(
    ("rounding", "tax"), [(Rounding.FLOOR, 90), (Rounding.HALF_UP, 91), (Rounding.CEIL, 91)]
)
def test_the_three_roundings_of_999_yen(rounding: Rounding, tax: int) -> None:
    assert contained_tax(999, 1_000, rounding) == tax  # 90.81…


@pytest.mark.req("CL-28")
def test_half_a_yen_goes_up_only_when_it_should() -> None:
    assert with_tax(105, 1_000, Rounding.HALF_UP) == 116  # 115.5
    assert with_tax(105, 1_000, Rounding.FLOOR) == 115
    assert with_tax(104, 1_000, Rounding.HALF_UP) == 114  # 114.4
    assert with_tax(104, 1_000, Rounding.CEIL) == 115


@settings(max_examples=40)
@given(st.integers(0, 10**12), st.sampled_from([0, 800, 1_000]), st.sampled_from(list(Rounding)))
def test_rounding_is_exact_for_any_amount(gross: int, rate_bp: int, rounding: Rounding) -> None:
    exact = Fraction(gross * rate_bp, 10_000 + rate_bp)
    error = contained_tax(gross, rate_bp, rounding) - exact
    bounds = {
        Rounding.FLOOR: -1 < error <= 0,
        Rounding.CEIL: 0 <= error < 1,
        Rounding.HALF_UP: Fraction(-1, 2) < error <= Fraction(1, 2),
    }
    assert bounds[rounding]


@settings(max_examples=40)
@given(st.integers(0, 10**9), st.sampled_from([0, 800, 1_000]), st.sampled_from(list(Rounding)))
def test_taking_the_tax_out_again_gives_the_price_back_to_a_yen(
    net: int, rate_bp: int, rounding: Rounding
) -> None:
    gross = with_tax(net, rate_bp, rounding)
    assert abs(gross - contained_tax(gross, rate_bp, rounding) - net) <= 1
