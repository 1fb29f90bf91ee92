"""Theme compiler: a few brand inputs become CSS custom properties that pass WCAG AA.

A tenant's colours are never trusted: lightness moves until text has 4.5:1 and
user interface parts have 3:1. Both ramps are always emitted through `light-dark()`,
so a visitor may switch and a part of a page may force its own `color-scheme`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal

import msgspec

from nakamise.ui.color import Oklch, contrast, ensure_contrast, parse_color, to_hex

Scheme = Literal["light", "dark", "auto"]
Font = Literal["sans", "serif", "rounded", "mono"]

TEXT_RATIO: Final = 4.5
UI_RATIO: Final = 3.0
_MARGIN: Final = 0.1
_PILL_FROM: Final = 12
_TINT_CHROMA: Final = 0.015

FONTS: Final[dict[str, str]] = {
    "sans": '"Hiragino Sans","Hiragino Kaku Gothic ProN","Noto Sans JP","Noto Sans CJK JP","Yu Gothic Medium",'
    "system-ui,sans-serif",
    "serif": '"Hiragino Mincho ProN","Noto Serif JP","Noto Serif CJK JP","Yu Mincho",Georgia,serif',
    "rounded": '"Hiragino Maru Gothic ProN","M PLUS Rounded 1c","Noto Sans CJK JP",ui-rounded,sans-serif',
    "mono": 'ui-monospace,"SF Mono",Menlo,Consolas,"Noto Sans Mono CJK JP",monospace',
}
_STATES: Final = {
    "danger": Oklch(0.55, 0.20, 25),
    "ok": Oklch(0.58, 0.14, 155),
    "warn": Oklch(0.66, 0.14, 75),
    "info": Oklch(0.56, 0.13, 245),
}
_LIVE: Final = Oklch(0.55, 0.22, 25)
_PAPER: Final = Oklch(0.995, 0.0, 0)
_COAL: Final = Oklch(0.17, 0.015, 0)


class Brand(msgspec.Struct, frozen=True):
    """What a tenant chooses. Colours are `#rrggbb` or `oklch(L C H)`; radius is in CSS pixels.

    `tint` (0..1) says how much of the brand's hue the greys and the page itself carry.
    """

    name: str
    brand: str = "#b4375c"
    accent: str = "#8a6d3b"
    scheme: Scheme = "auto"
    radius: int = 12
    font: Font = "sans"
    display: Font = "sans"
    tint: float = 0.4
    uppercase: bool = False


Ramp = Mapping[str, Oklch]


@lru_cache(maxsize=1024)
def compile_theme(brand: Brand) -> str:
    """The text of one `<style>` element. Raises ValueError on an unreadable colour."""
    light = build_ramp(brand, dark=False)
    dark = build_ramp(brand, dark=True)
    colors = [f"--{key}:light-dark({to_hex(light[key])},{to_hex(dark[key])})" for key in light]
    root = ":root{" + ";".join([*colors, *_shape(brand), "color-scheme:light dark"]) + "}"
    return root + ":root[data-scheme=light]{color-scheme:light}:root[data-scheme=dark]{color-scheme:dark}"


def theme_color(brand: Brand, *, dark: bool) -> str:
    """Page colour as `#rrggbb`, for `<meta name="theme-color">` and the web manifest."""
    return to_hex(build_ramp(brand, dark=dark)["bg"])


def _shape(brand: Brand) -> list[str]:
    radius = max(0, min(32, brand.radius))
    button = "999px" if radius >= _PILL_FROM else f"{radius}px"
    return [
        f"--radius:{radius}px",
        f"--r-btn:{button}",
        f"--font:{FONTS[brand.font]}",
        f"--display:{FONTS[brand.display]}",
        f"--h-case:{'uppercase' if brand.uppercase else 'none'}",
        f"--h-weight:{'600' if brand.display == 'serif' else '700'}",
        f"--h-track:{'.01em' if brand.display == 'serif' else '-.01em'}",
    ]


@lru_cache(maxsize=2048)
def build_ramp(brand: Brand, *, dark: bool) -> Ramp:
    """Every colour token of one scheme, keyed by custom property name without dashes."""
    main = parse_color(brand.brand)
    tint = _TINT_CHROMA * max(0.0, min(1.0, brand.tint))
    grounds = _grounds(main.hue, tint, dark=dark)
    text_on = tuple(grounds.values())
    ramp: dict[str, Oklch] = dict(grounds)
    ramp |= _neutrals(main.hue, tint, text_on, dark=dark)
    ramp |= _fills("brand", main, grounds["bg"], dark=dark)
    ramp |= _fills("accent", parse_color(brand.accent), grounds["bg"], dark=dark)
    ramp |= _soft("brand", main, text_on, dark=dark)
    ramp |= _soft("accent", parse_color(brand.accent), text_on, dark=dark)
    for name, color in _STATES.items():
        ramp |= _soft(name, color, text_on, dark=dark)
    ramp |= _fills("live", _LIVE, grounds["bg"], dark=dark)
    return MappingProxyType(ramp)


def _grounds(hue: float, tint: float, *, dark: bool) -> dict[str, Oklch]:
    if dark:
        return {
            "bg": Oklch(0.155, tint, hue),
            "surface": Oklch(0.195, tint, hue),
            "sunken": Oklch(0.24, tint * 1.1, hue),
        }
    return {
        "bg": Oklch(0.986, tint * 0.7, hue),
        "surface": Oklch(1.0, 0.0, hue),
        "sunken": Oklch(0.962, tint * 1.1, hue),
    }


def _neutrals(hue: float, tint: float, grounds: tuple[Oklch, ...], *, dark: bool) -> dict[str, Oklch]:
    text = TEXT_RATIO + _MARGIN
    ink = Oklch(0.965, tint / 2, hue) if dark else Oklch(0.215, min(0.02, tint * 2), hue)
    muted = Oklch(0.70, tint, hue) if dark else Oklch(0.52, min(0.02, tint * 2), hue)
    edge = Oklch(0.50, tint, hue) if dark else Oklch(0.66, tint * 1.5, hue)
    return {
        "line": Oklch(0.30, tint * 1.2, hue) if dark else Oklch(0.908, tint * 1.2, hue),
        "edge": ensure_contrast(edge, grounds, UI_RATIO + _MARGIN, darker=not dark),
        "ink": ensure_contrast(ink, grounds, 7.0, darker=not dark),
        "muted": ensure_contrast(muted, grounds, text, darker=not dark),
    }


def _fills(name: str, color: Oklch, ground: Oklch, *, dark: bool) -> dict[str, Oklch]:
    """A filled part: fill, the text on it, its hover and an edge that stands out from the page."""
    paper_better = contrast(_PAPER, color) >= contrast(_COAL, color)
    on = _PAPER if paper_better else _COAL
    fill = ensure_contrast(color, [on], TEXT_RATIO + _MARGIN, darker=paper_better)
    shift = -0.045 if paper_better else 0.03
    hover = fill._replace(lightness=max(0.0, min(1.0, fill.lightness + shift)))
    return {
        name: fill,
        f"on-{name}": on,
        f"{name}-hover": hover,
        f"{name}-edge": ensure_contrast(fill, [ground], UI_RATIO + _MARGIN, darker=not dark),
    }


def _soft(name: str, color: Oklch, grounds: tuple[Oklch, ...], *, dark: bool) -> dict[str, Oklch]:
    """A quiet tinted background and a text colour that is readable on it and on every ground."""
    tint = min(color.chroma, 0.05 if dark else 0.026)
    soft = Oklch(0.275 if dark else 0.95, tint, color.hue)
    text = ensure_contrast(color, (*grounds, soft), TEXT_RATIO + _MARGIN, darker=not dark)
    return {f"{name}-soft": soft, f"{name}-text": text}
