"""Whatever a tenant chooses, text has 4.5:1 and user interface parts have 3:1."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nakamise.ui.color import contrast, parse_color, to_hex
from nakamise.ui.theme import TEXT_RATIO, UI_RATIO, Brand, Ramp, build_ramp, compile_theme

hex_colors = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
oklch_colors = st.builds(
    "oklch({:.3f} {:.3f} {:.1f})".format, st.floats(0, 1), st.floats(0, 0.4), st.floats(0, 359)
)
colors = hex_colors | oklch_colors
brands = st.builds(
    Brand,
    name=st.just("any"),
    brand=colors,
    accent=colors,
    scheme=st.sampled_from(["light", "dark", "auto"]),
    radius=st.integers(-5, 99),
    tint=st.floats(-1, 2),
)
GROUNDS = ("bg", "surface", "sunken")
FAMILIES = ("brand", "accent", "danger", "ok", "warn", "info")


def assert_readable(ramp: Ramp) -> None:
    for ground in GROUNDS:
        for text in ("ink", "muted", *(f"{family}-text" for family in FAMILIES)):
            assert contrast(ramp[text], ramp[ground]) >= TEXT_RATIO, (text, ground)
        assert contrast(ramp["edge"], ramp[ground]) >= UI_RATIO, ground
    for family in FAMILIES:
        assert contrast(ramp[f"{family}-text"], ramp[f"{family}-soft"]) >= TEXT_RATIO, family
        assert contrast(ramp["ink"], ramp[f"{family}-soft"]) >= TEXT_RATIO, family
    for fill in ("brand", "accent", "live"):
        for state in (fill, f"{fill}-hover"):
            assert contrast(ramp[f"on-{fill}"], ramp[state]) >= TEXT_RATIO, state
        assert contrast(ramp[f"{fill}-edge"], ramp["bg"]) >= UI_RATIO, fill
    assert contrast(ramp["bg"], ramp["ink"]) >= 7


@settings(max_examples=150, deadline=None)
@given(brand=brands)
def test_any_brand_is_readable_in_both_schemes(brand: Brand) -> None:
    assert_readable(build_ramp(brand, dark=False))
    assert_readable(build_ramp(brand, dark=True))


def test_the_check_can_fail() -> None:
    ramp = build_ramp(Brand(name="x"), dark=False)
    with pytest.raises(AssertionError):
        assert_readable({**ramp, "brand-text": ramp["bg"]})


@given(color=hex_colors)
def test_a_hex_colour_survives_the_way_through_oklch(color: str) -> None:
    back = to_hex(parse_color(color))
    for channel in (1, 3, 5):
        assert abs(int(color[channel : channel + 2], 16) - int(back[channel : channel + 2], 16)) <= 2


@pytest.mark.parametrize("text", ["", "red", "#12345", "#ggg", "oklch(1)", "url(x)", "#fff;}body{"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a colour"):
        compile_theme(Brand(name="x", brand=text))


@given(brand=brands)
@settings(max_examples=30, deadline=None)
def test_the_style_text_holds_only_our_own_forms(brand: Brand) -> None:
    text = compile_theme(brand)
    assert re.fullmatch(r"(:root(\[data-scheme=(light|dark)\])?\{[^{}<]*\})+", text)
    assert set(re.findall(r"--(?:bg|brand|ink):[^;]*", text)) == set(
        re.findall(r"--(?:bg|brand|ink):light-dark\(#[0-9a-f]{6},#[0-9a-f]{6}\)", text)
    )


def test_lime_stays_lime_on_a_dark_page() -> None:
    ramp = build_ramp(Brand(name="gear", brand="#bef51e", scheme="dark"), dark=True)
    assert to_hex(ramp["brand"]) == "#bef51e"
    assert to_hex(ramp["brand-text"]) == "#bef51e"


def test_corners_and_capitals_follow_the_brand() -> None:
    hard = compile_theme(Brand(name="gear", radius=4, uppercase=True))
    soft = compile_theme(Brand(name="kanon", radius=18, display="serif"))
    assert "--r-btn:4px" in hard
    assert "--h-case:uppercase" in hard
    assert "--r-btn:999px" in soft
    assert "Mincho" in soft
