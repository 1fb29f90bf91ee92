"""Lettering drawn as strokes, so that no font is needed anywhere."""

from __future__ import annotations

from tenants._draw.svg import Canvas, Number, number

# Each glyph fills a box 60 wide and 100 high, baseline at y = 100.
GLYPHS = {
    "A": "M2 100L30 0L58 100M13 64H47",
    "B": "M6 0V100H36A24 26 0 0 0 36 48H6M6 0H32A22 24 0 0 1 32 48",
    "E": "M54 0H6V100H54M6 48H46",
    "G": "M56 22A29 50 0 1 0 58 74V54H34",
    "H": "M6 0V100M54 0V100M6 48H54",
    "I": "M30 0V100",
    "K": "M6 0V100M54 0L6 58M22 42L56 100",
    "N": "M6 100V0L54 100V0",
    "O": "M30 0A28 50 0 0 1 30 100A28 50 0 0 1 30 0Z",
    "R": "M6 100V0H34A24 26 0 0 1 34 52H6M32 52L56 100",
    "%": "M54 0L6 100M8 14A9 12 0 1 0 26 14A9 12 0 1 0 8 14M34 84A9 12 0 1 0 52 84A9 12 0 1 0 34 84",
    ":": "M30 32V34M30 70V72",
    "0": "M30 0A26 50 0 0 1 30 100A26 50 0 0 1 30 0Z",
    "1": "M14 18L34 0V100",
    "2": "M8 26C8-10 54-8 52 28C51 52 20 70 6 100H54",
    "3": "M8 14C22-8 54-2 50 26C48 44 34 48 24 48C44 48 56 60 53 78C48 106 14 106 6 84",
    "4": "M42 100V0L4 68H58",
    "8": "M30 48C0 44 4 0 30 0S60 44 30 48C-4 52 0 100 30 100S64 52 30 48Z",
}


def lettering(  # every argument places or styles the one line of text
    canvas: Canvas,
    text: str,
    cx: Number,
    cy: Number,
    height: Number,
    colour: str,
    weight: Number = 10,
    gap: Number = 24,
) -> None:
    """Write `text` centred at (cx, cy); weight and gap are in hundredths of the letter height."""
    scale = height / 100
    width = (len(text) * (60 + gap) - gap) * scale
    place = f"translate({number(cx - width / 2)} {number(cy - height / 2)}) scale({scale:.3f})"
    stroke = {"stroke": colour, "stroke_width": weight, "stroke_linejoin": "round"}
    with canvas.group(transform=place, fill="none", **stroke):
        for index, character in enumerate(text):
            if character != " ":
                canvas.path(GLYPHS[character], transform=f"translate({number(index * (60 + gap))} 0)")
