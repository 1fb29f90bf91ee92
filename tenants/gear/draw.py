"""Draw all pictures of HIBANA GEAR: `python -m tenants.gear.draw [--out FOLDER]`."""

from __future__ import annotations

from pathlib import Path

from tenants._draw import gadgets as g
from tenants._draw import stage as s
from tenants._draw.catalogue import SQUARE, Draw, layers, main
from tenants._draw.light import glow, plate, shadow, standing, zoomed
from tenants._draw.svg import Canvas, Number
from tenants.gear import banners

LIME, CYAN, PINK, AMBER = "#bef51e", "#35d6ff", "#ff5a9a", "#ffb347"
BLACK, SILVER, IVORY, OLIVE = "#343a42", "#c3cad2", "#e6e0d2", "#66703f"
WHITE, SMOKE, SAND, BLUE = "#e9edf1", "#7b8794", "#cbb68c", "#3f6fd6"
SLATE, PETROL, VIOLET, MOSS, RUST = "#1d2630", "#14303a", "#2a2340", "#232c1c", "#33231a"


def square(*steps: Draw) -> tuple[int, int, Draw]:
    return SQUARE, SQUARE, layers(*steps)


def room(tone: str, *lights: Draw) -> Draw:
    return layers(lambda k: s.night(k, tone), *lights)


def ring(colour: str) -> Draw:
    return lambda k: s.neon_ring(k, colour)


def bars(colour: str) -> Draw:
    return lambda k: s.neon_bars(k, colour)


def beam(colour: str) -> Draw:
    return lambda k: s.beam(k, colour)


def on_glass(product: Draw, reach: Number = 220) -> Draw:
    """The product on a black mirror."""

    def paint(canvas: Canvas) -> None:
        shadow(canvas, 600, g.BASE, reach, "#000000")
        standing(canvas, g.BASE, product, 0.4)

    return paint


def floating(product: Draw, colour: str = LIME) -> Draw:
    """The product in mid-air with light from behind."""

    def paint(canvas: Canvas) -> None:
        glow(canvas, 600, 600, 560, colour, 0.3)
        product(canvas)

    return paint


def grid(canvas: Canvas) -> None:
    """A cutting mat seen from above."""
    lines = "".join(f"M{step * 80} 0V1200M0 {step * 80}H1200" for step in range(1, 15))
    canvas.rect(
        0, 0, SQUARE, SQUARE, canvas.radial((0, "#2c3946"), (1, "#0d1217"), at=(0.4, 0.35), radius=0.85)
    )
    canvas.path(lines, "none", stroke=CYAN, stroke_width=2, opacity=0.13)


def sparks(count: int, seed: int) -> Draw:
    return lambda k: s.sparks(k, AMBER, count, seed)


def buds_on_mat(canvas: Canvas) -> None:
    for x, y, side in ((420, 440, 1), (760, 560, -1)):
        canvas.ellipse(x + 14, y + 120, 110, 170, "#000", opacity=0.5, filter=canvas.blur(26))
        with canvas.group(transform=f"translate({x} {y}) scale(1.7)"):
            g.earbud(canvas, 0, 0, WHITE, side)


def travel_kit(canvas: Canvas) -> None:
    with canvas.group(transform="translate(-60 -150)"):
        g.camera(canvas, BLACK)
    canvas.line("M540 800V1010M540 900L330 1080M540 900L760 1080", SMOKE, 34)
    canvas.rect(880, 800, 190, 220, plate(canvas, BLACK), rx=24)
    canvas.rect(910, 850, 130, 70, LIME, rx=8)


def beans(canvas: Canvas) -> None:
    for index, (x, y, turn) in enumerate(s.scatter(34, 3)):
        g.bean(canvas, round(x * 1200), round(y * 1200), round(turn * 360), 1.3 + 0.2 * (index % 3))


def bars_of_food(canvas: Canvas) -> None:
    g.snack(canvas, "#4d5560", "#3b3b40", 380, -14)
    g.snack(canvas, "#7a3f28", "#4a2a1c", 800, 12)


PICTURES: dict[str, tuple[int, int, Draw]] = {
    "toki-2-1": square(room(SLATE, ring(LIME)), on_glass(lambda k: g.watch(k, "#4b535c", "#262b31"), 130)),
    "toki-2-2": square(
        room(PETROL, bars(CYAN)), on_glass(lambda k: g.watch(k, SILVER, "#aab3bd", CYAN), 130)
    ),
    "toki-2-3": square(room(MOSS, beam(LIME)), on_glass(lambda k: g.watch(k, "#59624a", "#a6d81c"), 130)),
    "kumo-glass-1": square(room(VIOLET, bars(PINK)), floating(lambda k: g.glasses(k, BLACK), CYAN)),
    "shijima-900-1": square(room(SLATE, bars(LIME)), on_glass(lambda k: g.headphones(k, BLACK), 330)),
    "shijima-900-2": square(room(RUST, ring(AMBER)), on_glass(lambda k: g.headphones(k, IVORY, AMBER), 330)),
    "mame-air-1": square(
        room(SLATE, ring(CYAN)), on_glass(zoomed(lambda k: g.earbud_case(k, BLACK), 1.16), 220)
    ),
    "mame-air-2": square(grid, buds_on_mat),
    "taiko-go-1": square(
        room(VIOLET, bars(PINK)), on_glass(zoomed(lambda k: g.speaker(k, BLACK), 1.15), 200)
    ),
    "taiko-go-2": square(room(MOSS, beam(LIME)), on_glass(zoomed(lambda k: g.speaker(k, OLIVE), 1.15), 200)),
    "kumi-65-1": square(
        room(SLATE, bars(CYAN)), floating(lambda k: g.keyboard(k, "#4a525b", "#262b31", LIME), CYAN)
    ),
    "kumi-65-2": square(
        room(RUST, bars(AMBER)), floating(lambda k: g.keyboard(k, "#b9bfc6", "#e4e0d6", "#ff7a3c"), AMBER)
    ),
    "kage-mouse-1": square(grid, lambda k: g.mouse(k, BLACK)),
    "kage-mouse-2": square(grid, lambda k: glow(k, 600, 600, 560, PINK, 0.35), lambda k: g.mouse(k, WHITE)),
    "hotaru-lamp-1": square(room(SLATE), on_glass(zoomed(lambda k: g.lamp(k, BLACK), 1.12), 230)),
    "hotaru-lamp-2": square(room(PETROL), on_glass(zoomed(lambda k: g.lamp(k, SILVER), 1.12), 230)),
    "ronin-pad-1": square(room(VIOLET, bars(PINK)), floating(lambda k: g.controller(k, BLACK), PINK)),
    "ronin-pad-2": square(room(SLATE, ring(CYAN)), floating(lambda k: g.controller(k, SMOKE), CYAN)),
    "denchi-20k-1": square(
        room(SLATE, bars(LIME)), on_glass(zoomed(lambda k: g.power_bank(k, BLACK), 1.15), 190)
    ),
    "denchi-20k-2": square(
        room(PETROL, ring(LIME)), on_glass(zoomed(lambda k: g.power_bank(k, SMOKE), 1.15), 190)
    ),
    "inazuma-gan-1": square(
        room(VIOLET, beam("#8f6bff")),
        on_glass(zoomed(lambda k: g.charger(k, BLACK), 1.2), 230),
        sparks(26, 3),
    ),
    "inazuma-gan-2": square(
        room(SLATE, bars(AMBER)), on_glass(zoomed(lambda k: g.charger(k, WHITE), 1.2), 230)
    ),
    "himo-cable-1": square(grid, lambda k: g.cable(k, BLACK)),
    "tabi-cam-1": square(room(PETROL, ring(CYAN)), on_glass(lambda k: g.camera(k, BLACK), 310)),
    "tabi-cam-2": square(grid, travel_kit),
    "yoroi-pack-1": square(room(SLATE, bars(LIME)), on_glass(lambda k: g.backpack(k, BLACK), 260)),
    "yoroi-pack-2": square(room(MOSS, beam(LIME)), on_glass(lambda k: g.backpack(k, OLIVE), 260)),
    "andon-lantern-1": square(
        room(RUST), on_glass(zoomed(lambda k: g.lantern(k, BLACK), 1.05), 220), sparks(30, 8)
    ),
    "andon-lantern-2": square(room(MOSS), on_glass(zoomed(lambda k: g.lantern(k, SAND), 1.05), 220)),
    "chitan-bottle-1": square(room(SLATE, ring(CYAN)), on_glass(lambda k: g.bottle(k, "#a9a6a0"), 170)),
    "chitan-bottle-2": square(room(VIOLET, beam(CYAN)), on_glass(lambda k: g.bottle(k, BLUE), 170)),
    "yofukashi-coffee-1": square(room(RUST, ring(AMBER)), on_glass(lambda k: g.coffee(k, "#3a4148"), 220)),
    "yofukashi-coffee-2": square(room(RUST), beans),
    "hibana-bar-1": square(grid, lambda k: g.snack(k, "#5f8f2a", "#6b7f3a", 600, 16)),
    "hibana-bar-2": square(grid, bars_of_food),
    **banners.PICTURES,
}

if __name__ == "__main__":
    main(PICTURES, Path(__file__).parent / "art")
