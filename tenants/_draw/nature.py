"""Props from the garden and the kitchen: flowers, fruit, leaves, stones, smears."""

from __future__ import annotations

from tenants._draw.colour import dark, light
from tenants._draw.light import dome, gloss
from tenants._draw.svg import Canvas, Number, number


def blossom(canvas: Canvas, cx: Number, cy: Number, size: Number, colour: str, turn: Number = 0) -> None:
    """A five-petalled flower; size is its radius in pixels."""
    fill = canvas.linear((0, dark(colour, 0.12)), (0.4, light(colour, 0.25)), (1, light(colour, 0.75)))
    petal = "M4 0C16-52 74-58 98-16L84 0L98 16C74 58 16 52 4 0Z"
    scale = size / 100
    with canvas.group(
        transform=f"translate({number(cx)} {number(cy)}) rotate({number(turn)}) scale({scale:.2f})"
    ):
        for index in range(5):
            canvas.path(petal, fill, transform=f"rotate({index * 72})")
        for index in range(5):
            canvas.line("M6 0L34 0", "#d9a441", 4, transform=f"rotate({36 + index * 72})")
        canvas.circle(0, 0, 11, "#e8bf5c")


def rose(canvas: Canvas, cx: Number, cy: Number, size: Number, colour: str) -> None:
    """A full rose seen from above; size is its radius in pixels."""
    with canvas.group(transform=f"translate({number(cx)} {number(cy)}) scale({size / 100:.2f})"):
        for ring, radius in enumerate((62, 46, 31, 17)):
            fill = canvas.radial(
                (0, dark(colour, 0.4 - ring * 0.06)),
                (1, light(colour, 0.28 - ring * 0.05)),
                at=(0.3, 0.5),
                radius=0.75,
            )
            wide, high = number(radius * 0.62), number(radius * 0.7)
            petal = f"M0 0a{wide} {high} 0 0 1 {number(radius * 1.24)} 0a{wide} {high} 0 0 1-{number(radius * 1.24)} 0Z"
            for index in range(6 - ring):
                canvas.path(petal, fill, transform=f"rotate({index * 360 / (6 - ring) + ring * 29:.0f})")
        canvas.line("M-6 2C-4-10 12-8 10 4C8 12-2 10-1 3", dark(colour, 0.5), 3)


def leaf(canvas: Canvas, x: Number, y: Number, size: Number, turn: Number, colour: str = "#6d8f5a") -> None:
    """A leaf whose stem is at (x, y); size is its length in pixels."""
    fill = canvas.linear((0, light(colour, 0.3)), (1, dark(colour, 0.25)), to=(0, 1))
    with canvas.group(
        transform=f"translate({number(x)} {number(y)}) rotate({number(turn)}) scale({size / 100:.2f})"
    ):
        canvas.path("M0 0C24-40 70-34 100 0C70 34 24 40 0 0Z", fill)
        canvas.line(
            "M4 0H88M26 0L44-18M26 0L44 18M50 0L66-15M50 0L66 15", light(colour, 0.45), 2, opacity=0.6
        )


def citrus(canvas: Canvas, cx: Number, cy: Number, size: Number, colour: str = "#f2c230") -> None:
    """A slice of yuzu; size is its radius in pixels."""
    with canvas.group(transform=f"translate({number(cx)} {number(cy)}) scale({size / 100:.2f})"):
        canvas.circle(0, 0, 100, dome(canvas, colour))
        canvas.circle(0, 0, 88, "#fff8dc")
        segment = canvas.linear((0, light(colour, 0.5)), (1, colour))
        for index in range(9):
            canvas.path("M9 0L72-23Q84 0 72 23Z", segment, transform=f"rotate({index * 40})")


def fruit(canvas: Canvas, cx: Number, cy: Number, radius: Number, colour: str) -> None:
    """A ball of fruit with its bloom and the groove of its stem."""
    canvas.circle(cx, cy, radius, dome(canvas, colour))
    canvas.line(
        f"M{number(cx)} {number(cy - radius * 0.92)}q{number(radius * 0.4)} {number(radius * 0.6)} 0 {number(radius * 1.3)}",
        dark(colour, 0.25),
        radius * 0.06,
        opacity=0.35,
    )


def camellia(canvas: Canvas, cx: Number, cy: Number, size: Number, colour: str = "#c8243c") -> None:
    """A camellia with its brush of stamens; size is its radius in pixels."""
    with canvas.group(transform=f"translate({number(cx)} {number(cy)}) scale({size / 100:.2f})"):
        leaf(canvas, 30, 30, 130, 30, "#2f5d3a")
        leaf(canvas, -30, 20, 120, 160, "#2f5d3a")
        fill = canvas.radial((0, dark(colour, 0.3)), (1, light(colour, 0.18)), at=(0.1, 0.5), radius=0.95)
        for index in range(6):
            canvas.ellipse(52, 0, 50, 44, fill, transform=f"rotate({index * 60 + 12})")
        canvas.circle(0, 0, 34, "#f3d36b")
        for index in range(9):
            canvas.circle(24, 0, 7, "#fff0b8", transform=f"rotate({index * 40})")


def pebble(canvas: Canvas, cx: Number, cy: Number, width: Number, colour: str) -> None:
    canvas.ellipse(
        cx + 8, cy + width * 0.24, width * 0.56, width * 0.12, "#000", opacity=0.25, filter=canvas.blur(8)
    )
    canvas.ellipse(cx, cy, width * 0.5, width * 0.27, dome(canvas, colour))


def smear(canvas: Canvas, cx: Number, cy: Number, colour: str, turn: Number = -14, size: Number = 1) -> None:
    """A thick stroke of cream or lipstick, swept with a spatula."""
    outline = "M-360 30C-380-60-250-110-120-96C60-84 210-124 330-70C392-40 366 34 296 60C150 110-60 70-200 108C-290 128-350 96-360 30Z"
    ridges = (
        "M-300 20C-180-50 60-20 300-30",
        "M-310 56C-160-6 80 40 290 14",
        "M-250-44C-120-86 90-44 290-66",
    )
    place = f"translate({number(cx)} {number(cy)}) rotate({number(turn)}) scale({number(size)})"
    with canvas.group(transform=place):
        canvas.path(outline, "#2a1010", opacity=0.3, filter=canvas.blur(14), transform="translate(10 22)")
        canvas.path(
            outline,
            canvas.linear((0, light(colour, 0.22)), (0.5, colour), (1, dark(colour, 0.16)), to=(0.3, 1)),
        )
        canvas.line("".join(ridges), "#2a1010", 12, opacity=0.16, filter=canvas.blur(4))
        canvas.line("".join(ridges), "#fff", 5, opacity=0.4, transform="translate(0 -11)")


def drop(canvas: Canvas, cx: Number, cy: Number, radius: Number, colour: str) -> None:
    """A drop of serum lying on the floor."""
    ry = radius * 0.6
    canvas.ellipse(
        cx + 8, cy + ry * 0.5, radius * 1.05, ry, dark(colour, 0.6), opacity=0.28, filter=canvas.blur(9)
    )
    canvas.ellipse(cx, cy, radius, ry, dome(canvas, colour), opacity=0.9)
    canvas.ellipse(cx - radius * 0.3, cy - ry * 0.4, radius * 0.36, ry * 0.26, gloss(canvas, 0.95))
    canvas.ellipse(cx + radius * 0.3, cy + ry * 0.5, radius * 0.45, ry * 0.16, "#fff", opacity=0.4)


def powder(
    canvas: Canvas, cx: Number, cy: Number, colour: str, points: list[tuple[float, float, float]]
) -> None:
    """A little heap of loose powder with grains around it."""
    canvas.ellipse(cx, cy + 10, 230, 62, dark(colour, 0.4), opacity=0.3, filter=canvas.blur(16))
    canvas.path(
        f"M{cx - 240} {cy + 30}C{cx - 140} {cy}{' '}{cx - 90} {cy - 110} {cx} {cy - 112}S{cx + 150} {cy} {cx + 240} {cy + 30}Q{cx} {cy + 84} {cx - 240} {cy + 30}Z",
        dome(canvas, colour),
    )
    grains: list[tuple[Number, Number]] = [
        (round(cx + (x - 0.5) * 620), round(cy + 30 + (y - 0.3) * 90)) for x, y, _ in points
    ]
    canvas.dots(grains[::2], 8, colour)
    canvas.dots(grains[1::2], 14, light(colour, 0.15))
