"""Backdrops: daylight studios for cosmetics, night studios for gadgets."""

from __future__ import annotations

from math import cos, radians, sin

from tenants._draw.colour import dark, light, mix
from tenants._draw.light import glow
from tenants._draw.svg import Canvas, Number, number

FLOOR = 800  # where wall and floor meet
GOLDEN = 0.6180339887


def scatter(count: int, seed: int) -> list[tuple[float, float, float]]:
    """Evenly strewn points: (x, y, turn), each 0..1. Low-discrepancy, the same on every machine."""
    return [
        ((seed * 0.37 + i * 0.7548777) % 1, (seed * 0.71 + i * 0.5698403) % 1, (seed * 0.13 + i * GOLDEN) % 1)
        for i in range(1, count + 1)
    ]


def daylight(canvas: Canvas, tone: str) -> None:
    """A papered wall in soft morning light over a floor of the same tone."""
    wide, high = canvas.width, canvas.height
    wall = canvas.radial(
        (0, light(tone, 0.72)), (1, mix(tone, "#ffffff", 0.12)), at=(0.35, 0.25), radius=0.95
    )
    floor = canvas.linear((0, dark(tone, 0.1)), (0.25, light(tone, 0.2)), (1, light(tone, 0.55)), to=(0, 1))
    edge = FLOOR * high / 1200
    canvas.rect(0, 0, wide, high, wall)
    canvas.rect(0, edge, wide, high - edge, floor)


def window_light(canvas: Canvas, opacity: Number = 0.34) -> None:
    """The slanted light of a window with its bars, on the wall."""
    with canvas.group(filter=canvas.blur(9), opacity=opacity, transform="translate(90 70) skewX(-16)"):
        for column in range(2):
            for row in range(3):
                canvas.rect(330 + column * 210, row * 215, 190, 195, "#fff")


def branch_shadow(canvas: Canvas, colour: str, mirrored: bool = False) -> None:
    """The blurred shadow of a twig outside the picture."""
    place = "matrix(-1 0 0 1 1200 0)" if mirrored else "translate(0 0)"
    with canvas.group(fill=colour, opacity=0.16, filter=canvas.blur(7), transform=place):
        canvas.line("M-20 40Q200 120 420 380", colour, 9)
        for step in range(7):
            x, y = 30 + step * 58, 60 + step * step * 6 + step * 14
            for turn in (-70, 38):
                leaf = "M0 0Q34-46 120 0Q34 46 0 0Z"
                canvas.path(leaf, colour, transform=f"translate({x} {y}) rotate({turn + step * 6})")


def arch(canvas: Canvas, tone: str, half: Number = 320, top: Number = 190) -> None:
    """A niche in the wall behind the product."""
    left, right = 600 - half, 600 + half
    outline = f"M{left} {FLOOR}V{top + half}A{half} {half} 0 0 1 {right} {top + half}V{FLOOR}Z"
    inside = canvas.linear((0, dark(tone, 0.2)), (0.4, dark(tone, 0.02)), (1, light(tone, 0.3)), to=(1, 0.4))
    canvas.path(outline, inside)
    canvas.path(outline, "none", stroke=light(tone, 0.7), stroke_width=5, opacity=0.7)


def disc(canvas: Canvas, tone: str, cx: Number = 600, cy: Number = 470, radius: Number = 340) -> None:
    """A paper moon behind the product."""
    fill = canvas.linear((0, light(tone, 0.45)), (1, dark(tone, 0.06)), to=(0.6, 1))
    canvas.circle(cx + 14, cy + 20, radius, dark(tone, 0.5), opacity=0.2, filter=canvas.blur(22))
    canvas.circle(cx, cy, radius, fill)


def podium(canvas: Canvas, tone: str, top: Number = 930, half: Number = 330, height: Number = 120) -> None:
    """A round stand; its upper face is centred at `top`."""
    ry = half * 0.2
    side = canvas.linear((0, dark(tone, 0.16)), (0.3, light(tone, 0.42)), (0.7, tone), (1, dark(tone, 0.3)))
    face = canvas.linear((0, light(tone, 0.75)), (1, light(tone, 0.25)), to=(1, 0.6))
    bottom = top + height
    canvas.ellipse(
        650, bottom + 12, half * 1.15, ry * 1.15, dark(tone, 0.75), opacity=0.3, filter=canvas.blur(24)
    )
    low, high = 600 - half, 600 + half
    canvas.path(f"M{low} {top}V{bottom}A{half} {number(ry)} 0 0 0 {high} {bottom}V{top}Z", side)
    canvas.ellipse(600, top, half, ry, face)


def petals(canvas: Canvas, colour: str, count: int, seed: int, low: Number = 0.74) -> None:
    """Fallen petals in the lower part of the picture, from `low` (share of the height) downwards."""
    fill = canvas.linear((0, light(colour, 0.7)), (1, colour))
    with canvas.group(fill=fill):
        for x, y, turn in scatter(count, seed):
            size = 0.6 + 0.7 * turn
            height = (low + (0.97 - low) * y) * canvas.height
            spot = f"translate({x * canvas.width:.0f} {height:.0f})"
            place = f"{spot} rotate({turn * 360:.0f}) scale({size:.2f} {size * 0.62:.2f})"
            canvas.path("M0 0C10-34 54-40 64-6L54 0L64 8C52 38 8 32 0 0Z", transform=place)


def night(canvas: Canvas, tone: str = "#1a222b") -> None:
    """A dark studio: light falls on the wall behind the product, the floor is black glass."""
    wide, high = canvas.width, canvas.height
    edge = FLOOR * high / 1200
    wall = canvas.radial(
        (0, light(tone, 0.22)), (0.55, tone), (1, dark(tone, 0.7)), at=(0.5, 0.42), radius=0.7
    )
    floor = canvas.linear((0, dark(tone, 0.55)), (0.2, dark(tone, 0.3)), (1, dark(tone, 0.8)), to=(0, 1))
    canvas.rect(0, 0, wide, high, wall)
    canvas.rect(0, edge, wide, high - edge, floor)


def neon_ring(canvas: Canvas, colour: str, cy: Number = 480, radius: Number = 330) -> None:
    """A glowing tube bent into a circle on the wall."""
    with canvas.group(fill="none", stroke=colour):
        canvas.add(
            f'<circle cx="600" cy="{cy}" r="{radius}" stroke-width="34" opacity=".35" filter="{canvas.blur(24)}"/>'
        )
        canvas.add(f'<circle cx="600" cy="{cy}" r="{radius}" stroke-width="9" opacity=".95"/>')
    canvas.circle(600, cy, radius, "none", stroke="#fff", stroke_width=3, opacity=0.7)
    floor_light(canvas, colour)


def neon_bars(canvas: Canvas, colour: str, slant: Number = 24) -> None:
    """Three slanted tubes on the wall."""
    for index, x in enumerate((170, 250, 1010)):
        data = f"M{x + slant * 6} {110 + index * 70}L{x - slant * 2} {640 - index * 40}"
        canvas.line(data, colour, 30, opacity=0.3, filter=canvas.blur(20))
        canvas.line(data, light(colour, 0.45), 7, opacity=0.9)
    floor_light(canvas, colour)


def floor_light(canvas: Canvas, colour: str) -> None:
    fill = canvas.radial((0, colour, 0.32), (1, colour, 0))
    canvas.ellipse(600, 960, 620, 170, fill)


def sparks(canvas: Canvas, colour: str, count: int, seed: int) -> None:
    """Flying sparks with a short tail, away from the centre."""
    tails = []
    for x, y, turn in scatter(count, seed):
        angle = radians(200 + 140 * turn)
        length = 10 + 34 * turn
        start = f"M{x * canvas.width:.0f} {y * canvas.height * 0.8:.0f}"
        tails.append(f"{start}l{cos(angle) * length:.0f} {sin(angle) * length:.0f}")
    for layer in range(3):
        canvas.line(
            "".join(tails[layer::3]), light(colour, 0.15 * layer), 2 + 2 * layer, opacity=0.85 - 0.2 * layer
        )


def beam(canvas: Canvas, colour: str, cx: Number = 600) -> None:
    """A spotlight from above."""
    fill = canvas.linear((0, colour, 0.3), (1, colour, 0), to=(0, 1))
    canvas.path(f"M{cx - 90} 0H{cx + 90}L{cx + 420} 900H{cx - 420}Z", fill, filter=canvas.blur(30))
    glow(canvas, cx, 40, 260, colour, 0.4)
