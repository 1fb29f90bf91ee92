"""Logo, hero banners, category and shop pictures and portraits of HIBANA GEAR."""

from __future__ import annotations

from tenants._draw import gadgets as g
from tenants._draw import stage as s
from tenants._draw.catalogue import ICON, LOGO, PHONE, SQUARE, WIDE, Draw, layers
from tenants._draw.colour import dark
from tenants._draw.lettering import lettering
from tenants._draw.light import glow, shadow, standing
from tenants._draw.people import PORTRAIT, Person, portrait
from tenants._draw.svg import Canvas

LIME, CYAN, PINK, AMBER = "#bef51e", "#35d6ff", "#ff5a9a", "#ffb347"
BLACK, SLATE, MOSS = "#343a42", "#1d2630", "#232c1c"
BOLT = "M30-110L-54 24H2L-26 110L70-22H12Z"


def logo(canvas: Canvas) -> None:
    """Lime on a black plate, so that it reads on light and on dark pages."""
    canvas.rect(0, 0, 560, 140, "#0d1013", rx=14)
    canvas.path(BOLT, LIME, transform="translate(58 70) scale(.46)")
    lettering(canvas, "HIBANA", 230, 70, 50, "#f4f7ea", weight=17, gap=22)
    lettering(canvas, "GEAR", 454, 70, 50, LIME, weight=17, gap=22)


def icon(canvas: Canvas) -> None:
    """The bolt of the logo, for browser tabs and home screens."""
    canvas.rect(0, 0, ICON, ICON, canvas.linear((0, "#23292f"), (1, "#0d1013"), to=(0.6, 1)))
    canvas.path(BOLT, LIME, transform=f"translate({ICON / 2 - 16} {ICON / 2}) scale(1.9)")


def trio(canvas: Canvas) -> None:
    """Headphones, watch and speaker, in coordinates of a product picture."""
    parts: tuple[tuple[int, float, Draw], ...] = (
        (-300, 0.86, lambda k: g.headphones(k, BLACK)),
        (370, 0.72, lambda k: g.speaker(k, BLACK)),
        (90, 0.8, lambda k: g.watch(k, "#4b535c", "#262b31")),
    )
    for x, scale, product in parts:
        base = g.BASE * (1 - scale)
        with canvas.group(transform=f"translate({600 + x - 600 * scale:.0f} {base:.0f}) scale({scale})"):
            shadow(canvas, 600, g.BASE, 240, "#000000")
            product(canvas)


def hero(canvas: Canvas, place: str) -> None:
    """The trio in a spark shower, space for words beside or above it."""
    s.night(canvas, SLATE)
    with canvas.group(transform=place):
        s.neon_ring(canvas, LIME, 470, 400)
        standing(canvas, g.BASE, trio, 0.35)
    glow(canvas, canvas.width * 0.12, canvas.height * 0.2, 420, CYAN, 0.2)
    s.sparks(canvas, AMBER, 46, 6)


def tile(tone: str, colour: str, product: Draw) -> tuple[int, int, Draw]:
    """One thing before glowing bars."""

    def back(canvas: Canvas) -> None:
        s.night(canvas, tone)
        s.neon_bars(canvas, colour)
        shadow(canvas, 600, g.BASE, 230, "#000000")

    return SQUARE, SQUARE, layers(back, product)


def shopfront(canvas: Canvas) -> None:
    """The bolt as a neon sign over a wet alley."""
    s.night(canvas, MOSS)
    for x in range(0, 1200, 200):
        canvas.rect(x + 6, 120 + (x * 7) % 160, 188, 680, dark(SLATE, 0.25 + (x % 400) / 1000))
        for row in range(4):
            canvas.rect(
                x + 40, 330 + row * 110, 46, 60, AMBER if (x // 200 + row) % 3 else CYAN, opacity=0.28
            )
    with canvas.group(transform="translate(590 470) scale(3)"):
        canvas.path(BOLT, "none", stroke=LIME, stroke_width=14, opacity=0.5, filter=canvas.blur(8))
        canvas.path(BOLT, "#0d1013", stroke=LIME, stroke_width=5)
    s.floor_light(canvas, LIME)
    s.sparks(canvas, AMBER, 30, 2)


def person(style: str, hair: str, garment: str, backdrop: str, **more: str | bool) -> tuple[int, int, Draw]:
    someone = Person(style, hair, garment, backdrop, **more)  # type: ignore[arg-type]
    return PORTRAIT, PORTRAIT, lambda k: portrait(k, someone)


PICTURES: dict[str, tuple[int, int, Draw]] = {
    "logo": (*LOGO, logo),
    "icon": (ICON, ICON, icon),
    "hero-wide": (*WIDE, lambda k: hero(k, "translate(600 20) scale(.8)")),
    "hero-phone": (*PHONE, lambda k: hero(k, "translate(66 330) scale(.64)")),
    "shop-honten": (SQUARE, SQUARE, shopfront),
    "category-wearable": tile("#14303a", CYAN, lambda k: g.watch(k, "#4b535c", "#262b31")),
    "category-audio": tile("#2a2340", PINK, lambda k: g.headphones(k, BLACK)),
    "category-desk": tile(SLATE, CYAN, lambda k: g.keyboard(k, "#4a525b", "#262b31", LIME)),
    "category-power": tile(SLATE, LIME, lambda k: g.power_bank(k, BLACK)),
    "category-carry": tile(MOSS, LIME, lambda k: g.backpack(k, "#66703f")),
    "category-fuel": tile("#33231a", AMBER, lambda k: g.coffee(k, "#3a4148")),
    "avatar-live": person(
        "short", "#1d1f22", "#30363d", "#1f3326", skin="#e3b08a", lips="#b0695c", lights=LIME, headset=True
    ),
    "avatar-staff": person("bob", "#23262b", "#4b5a2a", "#22303a", lights=CYAN),
    "avatar-admin": person(
        "short", "#3a2c26", "#1c2126", "#33283f", lips="#a8635a", lights=PINK, glasses=True
    ),
    "avatar-buyer": person(
        "short", "#4a3020", "#c9d0d6", "#3a2c1e", skin="#eabb95", lips="#b76f62", lights=AMBER
    ),
}
