"""Draw all pictures of 花音 KANON: `python -m tenants.kanon.draw [--out FOLDER]`."""

from __future__ import annotations

from pathlib import Path

from tenants._draw import cosmetics as c
from tenants._draw import nature as n
from tenants._draw import stage as s
from tenants._draw.catalogue import SQUARE, Draw, layers, main
from tenants._draw.colour import light
from tenants._draw.light import shadow, standing, zoomed
from tenants._draw.svg import Canvas, Number
from tenants.kanon import banners

ROSE, APRICOT, BLUSH, PLUM = "#f0b4bd", "#f3c9a4", "#f6c6cf", "#cfb0d2"
SAND, MINT, SKY, BUTTER = "#e8d0b8", "#c3d8bf", "#bfd3e0", "#f1dc9c"
DUSK, IVORY, WINE, MAUVE = "#a9b4d6", "#efe3d2", "#cf8f98", "#d9b8cf"
CRIMSON, SHADES = "#b9142f", {"02": "#cf5f3f", "03": "#e27f93", "04": "#6b1f3d"}


def square(*steps: Draw) -> tuple[int, int, Draw]:
    return SQUARE, SQUARE, layers(*steps)


def on_floor(product: Draw, reach: Number = 190, colour: str = "#3a1420") -> Draw:
    """The product, its shadow and its mirror image."""

    def paint(canvas: Canvas) -> None:
        shadow(canvas, 600, c.BASE, reach, colour)
        standing(canvas, c.BASE, product)

    return paint


def on_podium(product: Draw, tone: str, half: Number = 330) -> Draw:
    """The product on a round stand."""

    def paint(canvas: Canvas) -> None:
        s.podium(canvas, tone, top=c.BASE - 16, half=half)
        shadow(canvas, 600, c.BASE - 6, half * 0.52)
        product(canvas)

    return paint


def lying(tone: str, *steps: Draw) -> tuple[int, int, Draw]:
    """A table seen from above."""

    def table(canvas: Canvas) -> None:
        canvas.rect(0, 0, SQUARE, SQUARE, canvas.linear((0, light(tone, 0.75)), (1, tone), to=(0.8, 1)))
        s.branch_shadow(canvas, "#6b3a44")

    return square(table, *steps)


def lipstick_shot(shade: str, tone: str, with_cap: bool) -> tuple[int, int, Draw]:
    def scene(canvas: Canvas) -> None:
        s.daylight(canvas, tone)
        s.arch(canvas, tone)
        s.window_light(canvas, 0.3)

    extra: Draw = (
        (lambda k: c.lipstick_cap(k, 870, 0)) if with_cap else (lambda k: s.petals(k, shade, 7, 3, 0.82))
    )
    return square(scene, extra, on_floor(lambda k: c.lipstick(k, shade), 150))


def smears(canvas: Canvas) -> None:
    for row, shade in enumerate((CRIMSON, *SHADES.values())):
        n.smear(canvas, 560 + (row % 2) * 90, 250 + row * 236, shade, -10, 0.98)


def tints(canvas: Canvas) -> None:
    for cx, shade in ((390, "#a3182f"), (600, "#f08f86"), (810, "#7d2f4a")):
        shadow(canvas, cx, c.BASE, 80)
        c.tint(canvas, shade, cx)


def tint_drops(canvas: Canvas) -> None:
    n.smear(canvas, 600, 420, "#a3182f", -18, 1)
    for x, y, radius in ((330, 800, 110), (610, 880, 70), (850, 770, 130), (760, 990, 46)):
        n.drop(canvas, x, y, radius, "#c2303f")


def nails(canvas: Canvas) -> None:
    shades = ("#c93756", "#a08cc8", "#a3bd62", "#9aa0a6")
    for index, shade in enumerate(shades):
        cx = 225 + index * 250
        shadow(canvas, cx, c.BASE, 100)
        c.nail(canvas, shade, cx, 0.74)


def serum_drops(canvas: Canvas) -> None:
    n.rose(canvas, 840, 340, 210, "#d9798c")
    for x, y, radius in ((340, 420, 150), (560, 640, 90), (330, 800, 70), (720, 880, 160), (980, 740, 50)):
        n.drop(canvas, x, y, radius, "#f0aab0")


def rice(canvas: Canvas) -> None:
    grains = [
        f"M{140 + x * 920:.0f} {960 + y * 180:.0f}l{24 * turn:.0f} {12 - 24 * turn:.0f}"
        for x, y, turn in s.scatter(46, 5)
    ]
    canvas.line("".join(grains), "#d0b98c", 17)
    canvas.line("".join(grains), "#fffaf0", 13)


def splash(canvas: Canvas) -> None:
    for radius in (420, 320, 220, 120):
        canvas.ellipse(600, 700, radius, radius * 0.34, "none", stroke="#fff", stroke_width=14, opacity=0.55)
        canvas.ellipse(600, 706, radius, radius * 0.34, "none", stroke="#8fb0ab", stroke_width=5, opacity=0.5)
    n.drop(canvas, 600, 400, 76, "#d7ece6")
    n.drop(canvas, 600, 640, 120, "#d7ece6")
    rice(canvas)


def hinoki(canvas: Canvas) -> None:
    for x, y, width, tone in (
        (250, 1010, 190, "#8b8f92"),
        (400, 1060, 120, "#b5b2ab"),
        (950, 1030, 220, "#73787c"),
    ):
        n.pebble(canvas, x, y, width, tone)
    n.leaf(canvas, 880, 980, 220, -50, "#5f8352")
    n.leaf(canvas, 900, 990, 190, -16, "#6d8f5a")


def yuzu(canvas: Canvas) -> None:
    n.fruit(canvas, 930, 900, 120, "#eebb2d")
    n.citrus(canvas, 300, 960, 104)
    n.leaf(canvas, 960, 790, 150, -30, "#4f7d43")


def peaches(canvas: Canvas) -> None:
    n.fruit(canvas, 930, 870, 140, "#f29d93")
    n.leaf(canvas, 940, 740, 170, -30)
    s.petals(canvas, "#f2a3b3", 6, 2, 0.84)


def jellies(canvas: Canvas) -> None:
    for cx, base, scale in ((380, 880, 1), (820, 880, 1), (600, 1010, 1.25)):
        shadow(canvas, cx, base, 150 * scale)
        c.jelly(canvas, cx, base, "#f6a89b", scale)


def tea_leaves(canvas: Canvas) -> None:
    n.powder(canvas, 600, 720, "#8c3b22", s.scatter(70, 4))
    for x, y, size in ((330, 420, 130), (840, 380, 170), (860, 960, 110), (320, 980, 90)):
        n.rose(canvas, x, y, size, "#d06a80")


def tea_time(canvas: Canvas) -> None:
    with canvas.group(transform="translate(-150 0)"):
        on_floor(lambda k: c.tin(k, "#7d2f3f", "#fbf1e4"))(canvas)
    shadow(canvas, 870, 1000, 160)
    c.teacup(canvas, 870, 990, "#b8481f")


def blossoms(canvas: Canvas) -> None:
    for x, y, size, turn in (
        (180, 180, 130, 10),
        (1010, 240, 160, 40),
        (1070, 860, 90, 20),
        (150, 960, 110, 60),
    ):
        n.blossom(canvas, x, y, size, "#ef9fb4", turn)


def camellias(canvas: Canvas) -> None:
    n.camellia(canvas, 280, 940, 120)
    n.camellia(canvas, 940, 1000, 90, "#d64a55")


def powder_puff(canvas: Canvas) -> None:
    n.powder(canvas, 600, 900, "#f3ecf5", s.scatter(60, 7))
    with canvas.group(transform="translate(0 -120)"):
        canvas.circle(
            600,
            600,
            250,
            canvas.radial((0, "#fff"), (0.6, "#e9def0"), (1, "#b9a8cb"), at=(0.35, 0.3), radius=0.8),
        )
    s.sparks(canvas, "#ffffff", 30, 4)


def daylit(tone: str, *backs: Draw) -> Draw:
    return layers(lambda k: s.daylight(k, tone), *backs)


def moon(tone: str) -> Draw:
    return lambda k: s.disc(k, tone)


def twig(canvas: Canvas) -> None:
    s.branch_shadow(canvas, "#6b3a44")


def twig_right(canvas: Canvas) -> None:
    s.branch_shadow(canvas, "#4a3a55", mirrored=True)


SPRING = ("#f6d9d2", "#f2b6c1", "#d98aa0", "#fbe9dc")
SUMMER = ("#c9d4ee", "#8fa1cf", "#4d5a92", "#e6dff5")
AUTUMN = ("#f0d6ab", "#d9924c", "#9a4b2c", "#f7e0b4")

PICTURES: dict[str, tuple[int, int, Draw]] = {
    "silk-rouge-01": lipstick_shot(CRIMSON, ROSE, with_cap=True),
    "silk-rouge-02": lipstick_shot(SHADES["02"], APRICOT, with_cap=False),
    "silk-rouge-03": lipstick_shot(SHADES["03"], BLUSH, with_cap=False),
    "silk-rouge-04": lipstick_shot(SHADES["04"], MAUVE, with_cap=False),
    "silk-rouge-swatch": lying(IVORY, smears),
    "dew-tint-1": square(daylit(WINE, s.window_light), tints, lambda k: s.petals(k, "#d9798c", 5, 8, 0.86)),
    "dew-tint-2": lying(BLUSH, tint_drops),
    "cushion-foundation-1": square(daylit(SAND, twig), on_floor(lambda k: c.compact(k, "#e6bd98"), 330)),
    "cushion-foundation-2": lying(SAND, lambda k: c.cushion_refill(k, "#dfb08a")),
    "four-seasons-palette-1": lying(BLUSH, lambda k: c.palette(k, SPRING)),
    "four-seasons-palette-2": lying(DUSK, lambda k: c.palette(k, SUMMER)),
    "four-seasons-palette-3": lying(APRICOT, lambda k: c.palette(k, AUTUMN)),
    "petal-cheek-1": lying(ROSE, lambda k: c.cheek(k, "#f2a4ac")),
    "petal-cheek-2": lying(APRICOT, lambda k: c.cheek(k, "#f09070")),
    "long-night-mascara-1": square(
        daylit(DUSK, moon("#e4e6f4"), twig_right),
        on_floor(zoomed(lambda k: c.mascara(k, "#17131a"), 1.22), 220),
    ),
    "long-night-mascara-2": square(
        daylit(SAND, moon(IVORY), twig_right), on_floor(zoomed(lambda k: c.mascara(k, "#4a2a1e"), 1.22), 220)
    ),
    "tsumabeni-nail-1": square(
        daylit(ROSE, lambda k: s.arch(k, ROSE, 300)),
        on_podium(lambda k: c.nail(k, "#c93756"), BLUSH),
        lambda k: s.petals(k, "#c93756", 6, 5, 0.9),
    ),
    "tsumabeni-nail-2": square(daylit(PLUM, s.window_light), nails),
    "craft-brush-1": square(
        daylit(IVORY, moon("#f3c7bb"), twig), on_floor(lambda k: c.brush(k, "#b5271f"), 90)
    ),
    "craft-brush-2": square(daylit(SAND, twig_right), on_floor(lambda k: c.brush(k, "#241c20", 0.45), 80)),
    "rose-serum-1": square(
        daylit(APRICOT, lambda k: s.arch(k, APRICOT)),
        on_podium(lambda k: c.dropper(k, "#eda7a4"), APRICOT, 380),
        lambda k: n.rose(k, 905, 985, 110, "#d9798c"),
    ),
    "rose-serum-2": lying(BLUSH, serum_drops),
    "rice-lotion-1": square(
        daylit(IVORY, s.window_light), on_floor(lambda k: c.tall_bottle(k, "#f0e4c8"), 210), rice
    ),
    "rice-lotion-2": lying(MINT, splash),
    "cleansing-balm-1": square(daylit(MINT, twig), on_floor(lambda k: c.jar(k, "#8fae8a", "#fff6dc"), 330)),
    "cleansing-balm-2": lying(
        MINT,
        lambda k: n.smear(k, 600, 520, "#fdf3d2", -20, 1.25),
        lambda k: n.citrus(k, 900, 900, 150),
        lambda k: n.leaf(k, 180, 900, 260, -20),
    ),
    "silk-mask-1": lying(
        PLUM, lambda k: c.sachet(k, "#caa2cf", 440, -9), lambda k: c.sachet(k, "#e7b3c4", 780, 8)
    ),
    "silk-mask-2": lying(
        MAUVE, *(lambda k, i=i: c.sachet(k, "#d9a8c8", 330 + i * 135, -16 + i * 8) for i in range(5))
    ),
    "spring-drop-parfum-1": square(
        daylit(PLUM, moon("#f6d5e0"), s.window_light),
        on_floor(lambda k: c.perfume(k, "#dd7fa4"), 220),
        lambda k: s.petals(k, "#f3a9bf", 11, 6, 0.8),
    ),
    "spring-drop-parfum-2": lying(BLUSH, blossoms, lambda k: c.perfume(k, "#e69ab5")),
    "hand-cream-1": square(daylit(BUTTER, twig), on_floor(lambda k: c.tube(k, "#e0a92c"), 170), yuzu),
    "hand-cream-2": square(daylit(BLUSH, twig), on_floor(lambda k: c.tube(k, "#f09c98"), 170), peaches),
    "loose-powder-1": square(daylit(DUSK, moon("#f1eefa")), powder_puff),
    "rose-rooibos-1": square(
        daylit(WINE, s.window_light), tea_time, lambda k: n.rose(k, 250, 1010, 80, "#d06a80")
    ),
    "rose-rooibos-2": lying(IVORY, tea_leaves),
    "peach-jelly-1": square(daylit(ROSE, moon("#fde3dc")), jellies),
    "peach-jelly-2": square(
        daylit(APRICOT, s.window_light),
        on_podium(lambda k: c.jelly(k, 600, 950, "#f6a89b", 1.7), APRICOT, 380),
        peaches,
    ),
    "bath-salt-1": square(
        daylit(MINT, s.window_light), on_floor(lambda k: c.salt_jar(k, "#dfe8cf"), 250), hinoki
    ),
    "bath-salt-2": square(
        daylit(BUTTER, s.window_light), on_floor(lambda k: c.salt_jar(k, "#f3dc8a"), 250), yuzu
    ),
    "lantern-candle-1": square(
        daylit("#b98f78"), on_floor(zoomed(lambda k: c.candle(k, "#efe6da"), 1.2), 220, "#3a2418")
    ),
    "lantern-candle-2": square(
        daylit("#a9774f"),
        on_floor(zoomed(lambda k: c.candle(k, "#e9b659"), 1.2), 220, "#3a2418"),
        lambda k: s.petals(k, "#f2a33c", 14, 3, 0.82),
    ),
    "camellia-oil-1": square(
        daylit("#d9a3a0", moon("#f3d9d0")), on_floor(lambda k: c.dropper(k, "#e0a63c"), 210), camellias
    ),
    "camellia-oil-2": lying(
        BUTTER,
        lambda k: n.camellia(k, 700, 420, 260),
        lambda k: n.drop(k, 340, 820, 150, "#e8b64c"),
        lambda k: n.drop(k, 640, 950, 80, "#e8b64c"),
        lambda k: n.drop(k, 900, 860, 110, "#e8b64c"),
    ),
    **banners.PICTURES,
}

if __name__ == "__main__":
    main(PICTURES, Path(__file__).parent / "art")
