"""Colour arithmetic: OKLCH to sRGB, WCAG contrast, lightness search.

Every contrast is computed on the 8-bit sRGB value that is sent to the browser,
so that rounding and gamut mapping cannot undo a guarantee.
Conversion matrices: Björn Ottosson, "A perceptual color space for image processing" (2020).
Contrast: WCAG 2.2, definitions of relative luminance and contrast ratio.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)
_OKLCH = re.compile(r"oklch\(\s*([\d.]+)(%?)[\s,]+([\d.]+)[\s,]+(-?[\d.]+)(?:deg)?\s*\)", re.IGNORECASE)
_STEP = 0.005


class Oklch(NamedTuple):
    """Lightness 0..1, chroma 0..0.4, hue in degrees."""

    lightness: float
    chroma: float
    hue: float


Rgb = tuple[int, int, int]


def parse_color(text: str) -> Oklch:
    """Read `#rgb`, `#rrggbb` or `oklch(L C H)`. Raises ValueError on anything else."""
    value = text.strip()
    if _HEX.fullmatch(value):
        return _from_hex(value[1:])
    match = _OKLCH.fullmatch(value)
    if match is None:
        raise ValueError(f"not a colour: {text!r} (use #rrggbb or oklch(L C H))")
    scale = 100 if match[2] else 1
    lightness = min(1.0, float(match[1]) / scale)
    return Oklch(lightness, min(0.4, float(match[3])), float(match[4]) % 360)


def _from_hex(digits: str) -> Oklch:
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    red, green, blue = (_linear(int(digits[i : i + 2], 16) / 255) for i in (0, 2, 4))
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return Oklch(lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360)


def _linear(channel: float) -> float:
    if channel > 0.04045:
        return float(((channel + 0.055) / 1.055) ** 2.4)
    return channel / 12.92


def _gamma(channel: float) -> float:
    if channel > 0.0031308:
        return float(1.055 * channel ** (1 / 2.4) - 0.055)
    return 12.92 * channel


def _linear_rgb(color: Oklch) -> tuple[float, float, float]:
    a = color.chroma * math.cos(math.radians(color.hue))
    b = color.chroma * math.sin(math.radians(color.hue))
    long = (color.lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (color.lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (color.lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


@lru_cache(maxsize=8192)
def to_rgb(color: Oklch) -> Rgb:
    """8-bit sRGB; chroma is reduced until the colour is inside the gamut."""
    if color.lightness >= 1:
        return (255, 255, 255)
    chroma = color.chroma
    channels = _linear_rgb(color)
    while chroma > 0.0005 and not all(-1e-4 <= channel <= 1.0001 for channel in channels):
        chroma *= 0.95
        channels = _linear_rgb(color._replace(chroma=chroma))
    red, green, blue = (round(255 * _gamma(min(1.0, max(0.0, channel)))) for channel in channels)
    return (red, green, blue)


def to_hex(color: Oklch) -> str:
    return "#{:02x}{:02x}{:02x}".format(*to_rgb(color))


@lru_cache(maxsize=8192)
def luminance(color: Oklch) -> float:
    red, green, blue = (_linear(channel / 255) for channel in to_rgb(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: Oklch, second: Oklch) -> float:
    """WCAG contrast ratio, 1..21."""
    low, high = sorted((luminance(first), luminance(second)))
    return (high + 0.05) / (low + 0.05)


def ensure_contrast(color: Oklch, backgrounds: Iterable[Oklch], ratio: float, *, darker: bool) -> Oklch:
    """Move lightness one way until `ratio` holds against every background, or black/white is reached."""
    grounds = tuple(backgrounds)
    step = -_STEP if darker else _STEP
    found = color
    while any(contrast(found, ground) < ratio for ground in grounds):
        lightness = found.lightness + step
        if not 0 <= lightness <= 1:
            return Oklch(0.0 if darker else 1.0, 0.0, color.hue)
        found = found._replace(lightness=lightness)
    return found
