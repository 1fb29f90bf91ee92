"""Holidays, days of arrival, fees by place: no database."""

from __future__ import annotations

import datetime as dt

import pytest

from nakamise.contracts.pricing import Destination
from nakamise.errors import Invalid
from nakamise_shipping.domain import days, rates, regions
from nakamise_shipping.domain.config import Days, Island, Mixing, ShopShipping, Temperature, Zone, check
from nakamise_shipping.domain.holidays import holidays_of, is_holiday
from nakamise_shipping.domain.sizes import USUAL, Measure, class_of, packed
from nakamise_shipping.rates.form import read_config, typed_of
from tests.plugins.shipping.depot import CONFIG

# As published by the Cabinet Office: 2026.
HOLIDAYS_2026 = "0101 0112 0211 0223 0320 0429 0503 0504 0505 0506 0720 0811 0921 0922 0923 1012 1103 1123"


@pytest.mark.req("CL-18")
def test_holidays_are_those_of_the_law() -> None:
    assert sorted(f"{day:%m%d}" for day in holidays_of(2026)) == HOLIDAYS_2026.split()
    assert is_holiday(dt.date(2025, 5, 6))  # for Sunday 4 May
    assert is_holiday(dt.date(2032, 9, 21))  # between two holidays
    assert is_holiday(dt.date(2024, 9, 22))
    assert not is_holiday(dt.date(2027, 11, 22))
    assert holidays_of(2100) == frozenset()


@pytest.mark.req("CL-18")
@pytest.mark.parametrize(
    ("ordered", "leaves"),
    [
        ("2026-11-18T11:59", "2026-11-19"),  # Wednesday before the cut-off
        ("2026-11-18T12:00", "2026-11-20"),  # the cut-off itself is too late
        ("2026-11-20T11:59", "2026-11-24"),  # over the weekend and Monday's holiday
        ("2026-11-20T12:00", "2026-11-25"),
        ("2026-12-30T11:59", "2027-01-04"),  # the shop's own days, 1 January, a weekend
    ],
)
def test_a_parcel_leaves_after_cut_off_lead_time_and_closed_days(ordered: str, leaves: str) -> None:
    rule = Days(lead_days=1, closed_days=(dt.date(2026, 12, 31),))
    at = dt.datetime.fromisoformat(ordered)
    assert days.leaves_on(rule, at) == dt.date.fromisoformat(leaves)
    first = days.arrivals(rule, at, 2)[0]
    assert first == dt.date.fromisoformat(leaves) + dt.timedelta(days=2)


def test_a_shop_that_is_always_closed_offers_no_day() -> None:
    with pytest.raises(days.NoWorkingDay):
        days.leaves_on(Days(closed_weekdays=frozenset(range(7))), dt.datetime(2026, 1, 1, tzinfo=dt.UTC))


@pytest.mark.req("CL-16")
def test_places_are_found_by_prefecture_and_the_longest_postal_code() -> None:
    islands = (Island(prefix="100", surcharge=100), Island(prefix="1002", closed=True))
    config = ShopShipping(zones=(Zone(name="東京", prefectures=("13",), fees=(500,)),), islands=islands)
    near = rates.way_to(config, Destination(postal_code="1000001", prefecture="東京都"))
    assert rates.charge(config, near, [Temperature.NORMAL, Temperature.COOL]).surcharge == 200
    assert not rates.way_to(config, Destination(postal_code="1002101", prefecture="東京都")).is_open
    assert not rates.way_to(config, Destination(postal_code="0600001", prefecture="北海道")).is_open
    assert rates.way_to(config, None).zone is config.zones[0]
    cold = [Temperature.FROZEN, Temperature.NORMAL]
    assert rates.parcels(config, cold) == [Temperature.FROZEN]
    assert rates.parcels(ShopShipping(mixing=Mixing.SEPARATE), cold) == [
        Temperature.NORMAL,
        Temperature.FROZEN,
    ]
    assert rates.parcels(ShopShipping(mixing=Mixing.REFUSE), cold) == []


def test_the_ready_made_zones_cover_japan_once() -> None:
    zones = regions.regions({name: name for name in regions.NAMES}, (800,))
    check(ShopShipping(zones=zones))
    assert sorted(code for zone in zones for code in zone.prefectures) == [f"{n:02d}" for n in range(1, 48)]


@pytest.mark.req("CL-16")
def test_what_is_typed_is_what_is_kept_and_faults_name_their_field() -> None:
    typed = typed_of(CONFIG)
    raw = {name: value if isinstance(value, list) else [str(value)] for name, value in typed.items()}
    again = read_config(raw)
    assert typed_of(again) == typed
    assert (again.zones, again.steps, again.hours, again.sender) == (
        CONFIG.zones,
        CONFIG.steps,
        CONFIG.hours,
        CONFIG.sender,
    )
    raw |= {
        "z0.prefectures": ["東京 みかん"],
        "z0.fee1": ["-5"],
        "islands": ["沖ノ鳥島"],
        "cutoff": ["25:00"],
        "wrappings": ["包装紙"],
    }
    with pytest.raises(Invalid) as refused:
        read_config(raw)
    assert set(refused.value.fields) == {"z0.prefectures", "z0.fee1", "islands", "cutoff", "wrappings"}
    with pytest.raises(Invalid):
        check(ShopShipping(steps=(0, 5, 5), zones=CONFIG.zones))


@pytest.mark.req("LC-9.14.6")
def test_volumes_add_and_no_float_decides_a_fee() -> None:
    sixty = Measure(60, 1500)
    assert packed([(sixty, 1)]) == Measure(60, 1500)
    assert packed([(sixty, 8)]) == Measure(120, 12_000)
    assert packed([(sixty, 9)]).cm == 125  # 60 × ∛9 = 124.8
    assert packed([(Measure(), 3)]) == Measure()
    assert packed([(Measure(400, 100_000), 999_999)]).cm == 40_000
    # 10³ + 9³ = 1729 is one more than 12³ = 1728: the next centimetre.
    assert packed([(Measure(10), 1), (Measure(9), 1)]).cm == 13
    assert packed([(Measure(1), 1728)]).cm == 12
    assert class_of(USUAL, Measure(60, 2000)) == USUAL[0]
    assert class_of(USUAL, Measure(60, 2001)) == class_of(USUAL, Measure(61, 1)) == USUAL[1]
    assert class_of(USUAL, Measure()) == USUAL[0]
    assert class_of(USUAL, Measure(201, 1)) is class_of(USUAL, Measure(1, 30_001)) is None


@pytest.mark.req("LC-9.14.6")
def test_sizes_are_typed_and_must_rise() -> None:
    raw = {name: [str(value)] for name, value in typed_of(CONFIG).items() if not isinstance(value, list)}
    read = read_config(raw | {"sizes": ["６０ 2 0\n80 2.5 ¥250\n100 10 1,200円"]})
    assert [(one.cm, one.grams, one.surcharge) for one in read.sizes[:2]] == [(60, 2000, 0), (80, 2500, 250)]
    assert typed_of(read)["sizes"] == "60 2 0\n80 2.5 250\n100 10 1200"
    for wrong in ("60", "60 2 -1", "60 2 0\n60 5 250", "60 5 0\n80 2 250", "60 2 300\n80 5 250", "401 2 0"):
        with pytest.raises(Invalid) as refused:
            read_config(raw | {"sizes": [wrong]})
        assert "sizes" in refused.value.fields, wrong
