"""Light and material: gradients that make flat shapes look round, shadows and reflections."""

from __future__ import annotations

from collections.abc import Callable

from tenants._draw.colour import dark, light
from tenants._draw.svg import Canvas, Number, tag

GOLD = "#c9a05c"
ROSE_GOLD = "#d29a86"
STEEL = "#9aa3ad"


def metal(canvas: Canvas, tone: str = GOLD) -> str:
    """A polished cylinder: sharp bands of bright and dark."""
    return canvas.linear(
        (0, dark(tone, 0.42)),
        (0.25, light(tone, 0.75)),
        (0.42, tone),
        (0.6, dark(tone, 0.28)),
        (0.8, light(tone, 0.42)),
        (1, dark(tone, 0.5)),
    )


def lacquer(canvas: Canvas, colour: str) -> str:
    """A glossy cylinder lit from the left with a weak light from behind on the right."""
    return canvas.linear(
        (0, dark(colour, 0.38)),
        (0.12, colour),
        (0.22, light(colour, 0.56)),
        (0.34, colour),
        (0.9, dark(colour, 0.45)),
        (1, dark(colour, 0.2)),
    )


def matte(canvas: Canvas, colour: str) -> str:
    """A soft cylinder without highlights."""
    return canvas.linear(
        (0, dark(colour, 0.2)), (0.3, light(colour, 0.16)), (0.62, colour), (1, dark(colour, 0.34))
    )


def plate(canvas: Canvas, colour: str) -> str:
    """A flat face lit from the top left."""
    return canvas.linear((0, light(colour, 0.3)), (0.5, colour), (1, dark(colour, 0.3)), to=(0.7, 1))


def dome(canvas: Canvas, colour: str) -> str:
    """A ball or cushion lit from the top left."""
    return canvas.radial(
        (0, light(colour, 0.5)), (0.45, colour), (1, dark(colour, 0.34)), at=(0.36, 0.3), radius=0.8
    )


def gloss(canvas: Canvas, strength: Number = 0.6) -> str:
    """White that fades downwards, to lay over glass."""
    return canvas.linear((0, "#fff", strength), (0.55, "#fff", 0.04), (1, "#fff", 0), to=(0.25, 1))


def shadow(canvas: Canvas, cx: Number, base: Number, reach: Number, colour: str = "#3a1420") -> None:
    """The dark line of contact and the wide soft shadow that falls to the right."""
    canvas.ellipse(
        cx + reach * 0.22, base + 8, reach * 1.25, reach * 0.17, colour, opacity=0.26, filter=canvas.blur(26)
    )
    canvas.ellipse(cx, base, reach * 0.98, reach * 0.07, colour, opacity=0.5, filter=canvas.blur(8))


def standing(canvas: Canvas, base: Number, draw: Callable[[Canvas], object], strength: Number = 0.26) -> None:
    """Draw something that stands on a polished floor at `base`, with its mirror image below."""
    fade = canvas.linear((0, "#fff"), (0.35, "#fff", 0.1), (1, "#fff", 0), to=(0, 1))
    window = tag("rect", x=0, y=base, width=canvas.width, height=canvas.height - base, fill=fade)
    image = tag("use", href="#thing", transform=f"matrix(1 0 0 -1 0 {2 * base})")
    canvas.add(tag("g", image, mask=canvas.mask(window), opacity=strength))
    with canvas.group(id="thing"):
        draw(canvas)


def zoomed(draw: Callable[[Canvas], object], factor: Number, base: Number = 950) -> Callable[[Canvas], None]:
    """The same thing larger or smaller, still standing at (600, base)."""

    def paint(canvas: Canvas) -> None:
        place = f"translate({600 - 600 * factor:.0f} {base * (1 - factor):.0f}) scale({factor})"
        with canvas.group(transform=place):
            draw(canvas)

    return paint


def glow(canvas: Canvas, cx: Number, cy: Number, radius: Number, colour: str, strength: Number = 0.5) -> None:
    """A lamp in mist."""
    fill = canvas.radial((0, colour, strength), (0.5, colour, strength * 0.3), (1, colour, 0))
    canvas.circle(cx, cy, radius, fill)
