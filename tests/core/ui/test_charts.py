"""Charts: complete series, true heights, escaped names."""

from __future__ import annotations

import re
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nakamise.ui import charts
from nakamise.ui.formats import yen

NS = "{http://www.w3.org/2000/svg}"
series = st.lists(st.tuples(st.just("<day>"), st.integers(0, 10**9)), max_size=40)


def parse(markup: str) -> ET.Element:
    return ET.fromstring(str(markup).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


@pytest.mark.req("DF-14")
def test_days_without_sales_are_zeros_in_order() -> None:
    filled = charts.zero_filled(
        {date(2026, 6, 3): 5, date(2026, 6, 1): 2}, date(2026, 5, 31), date(2026, 6, 4)
    )
    assert [day.day for day, _ in filled] == [31, 1, 2, 3, 4]
    assert [value for _, value in filled] == [0, 2, 0, 5, 0]


@given(points=series)
def test_any_series_is_well_formed_and_escaped(points: list[tuple[str, float]]) -> None:
    for draw in (charts.line, charts.bars, charts.donut):
        root = parse(draw(points, 'a "label"'))
        assert root.get("role") == "img"
        assert root.get("aria-label") == 'a "label"'
        assert len(root.findall(f".//{NS}title")) == len(points)
        assert "nan" not in ET.tostring(root, encoding="unicode").lower().replace("<day>", "")


@given(values=st.lists(st.integers(0, 10**6), max_size=20))
def test_sparks_stay_in_their_box(values: list[int]) -> None:
    root = parse(charts.spark(values, "trend"))
    for circle in root.iter(f"{NS}circle"):
        assert 0 <= float(circle.get("cy", "-1")) <= 40


def test_a_bar_twice_as_high_is_twice_as_much() -> None:
    root = parse(charts.bars([("a", 10), ("b", 20), ("c", 0)], "x"))
    heights = [float(bar.get("height", "0")) for bar in root.iter(f"{NS}rect")]
    assert heights[1] == pytest.approx(2 * heights[0], abs=0.2)
    assert heights[2] == 0


@given(highest=st.integers(0, 10**12))
def test_the_scale_holds_the_highest_value_in_few_steps(highest: int) -> None:
    scale = charts._scale([highest])
    assert scale.top >= highest
    assert 1 <= round(scale.top / scale.step) <= 5


def test_values_are_shown_as_asked() -> None:
    text = charts.line([("6/1", 5456)], "x", lambda value: yen(int(value)))
    assert "6/1: ¥5,456" in text


def test_shares_of_a_donut_close_the_ring() -> None:
    text = str(charts.donut([("a", 1), ("b", 3)], "x"))
    assert re.findall(r"\((\d+\.\d)%\)", text) == ["25.0", "75.0"]
    assert "nan" not in str(charts.donut([("a", 0)], "x"))


@pytest.mark.parametrize("highest", [1, 2, 3, 4, 5])
def test_what_is_counted_has_whole_steps(highest: int) -> None:
    """Two orders are 1 and 2, not 0, 1, 2, 2."""
    root = parse(charts.line([("a", 0), ("b", highest)], "x", lambda value: f"{value:.0f}"))
    shown = [text.text for text in root.iter(f"{NS}text") if text.get("x") == "0"]
    assert len(shown) == len(set(shown))
    assert "0" not in shown
    assert charts._scale([0.5, highest]).step <= charts._scale([0, highest]).step, (
        "shares may have finer ones"
    )
