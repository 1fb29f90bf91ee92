"""Logo, hero banners, category and shop pictures and portraits of 花音 KANON."""

from __future__ import annotations

from tenants._draw import cosmetics as c
from tenants._draw import nature as n
from tenants._draw import stage as s
from tenants._draw.catalogue import ICON, LOGO, PHONE, SQUARE, WIDE, Draw, layers
from tenants._draw.colour import light
from tenants._draw.light import shadow
from tenants._draw.people import PORTRAIT, Person, portrait
from tenants._draw.svg import Canvas

BRAND = "#c2345a"
ROSE, BLUSH, WINE = "#f0b4bd", "#f6c6cf", "#cf8f98"

# Serif capitals as outlines on a grid 100 high; x advance after each.
SERIF = {
    "K": (
        "M0 0H34V5H24V95H34V100H0V95H10V5H0ZM24 54L66 5H56V0H92V5H76L46 40L82 95H94V100H56V95H66L36 51L24 64Z",
        96,
    ),
    "A": ("M46 0H54L88 95H96V100H60V95H72L62 68H31L22 95H33V100H0V95H14ZM46 22L33 62H60Z", 98),
    "N": ("M0 0H28L78 74V5H66V0H96V5H84V100H78L20 14V95H32V100H2V95H14V5H0Z", 98),
    "O": (
        "M50-2A48 52 0 0 1 50 102A48 52 0 0 1 50-2ZM50 3C24 3 16 26 16 50S24 97 50 97S84 74 84 50S76 3 50 3Z",
        102,
    ),
}


def serif(canvas: Canvas, x: float, y: float, height: float, colour: str, gap: float = 26) -> None:
    """The house's name in serif capitals; (x, y) is the top left corner."""
    for letter in "KANON":
        outline, advance = SERIF[letter]
        place = f"translate({x:.1f} {y:.1f}) scale({height / 100:.3f})"
        canvas.path(outline, colour, fill_rule="evenodd", transform=place)
        x += (advance + gap) * height / 100


def logo(canvas: Canvas) -> None:
    n.blossom(canvas, 70, 70, 58, BRAND, -18)
    serif(canvas, 152, 44, 54, BRAND)


def icon(canvas: Canvas) -> None:
    """The flower of the logo, for browser tabs and home screens."""
    canvas.rect(0, 0, ICON, ICON, canvas.linear((0, "#fff4f5"), (1, "#f6c3cd"), to=(0.6, 1)))
    n.blossom(canvas, ICON / 2, ICON / 2, ICON * 0.42, BRAND, -18)


def trio(canvas: Canvas) -> None:
    """The house's three best sellers, in coordinates of a product picture."""
    s.podium(canvas, ROSE, 934, 470, 130)
    parts: tuple[tuple[int, float, Draw], ...] = (
        (-250, 0.8, lambda k: c.dropper(k, "#eda7a4")),
        (250, 0.78, lambda k: c.perfume(k, "#dd7fa4")),
        (0, 0.94, lambda k: c.lipstick(k, "#b9142f")),
    )
    for cx, scale, product in parts:
        shadow(canvas, 600 + cx, c.BASE, 130 * scale)
        base = c.BASE * (1 - scale)
        with canvas.group(transform=f"translate({600 + cx - 600 * scale:.0f} {base:.0f}) scale({scale})"):
            product(canvas)


def hero(canvas: Canvas, place: str, roses: tuple[tuple[int, int, int], ...]) -> None:
    """The trio under a paper moon, space for words beside or above it."""
    s.daylight(canvas, ROSE)
    with canvas.group(transform=place):
        s.disc(canvas, "#fbe0dc", 600, 480, 470)
        s.branch_shadow(canvas, "#6b3a44", mirrored=True)
        trio(canvas)
    for x, y, size in roses:
        n.rose(canvas, x, y, size, "#d9798c")
    s.petals(canvas, "#e98fa6", 12, 6, 0.7)


def category_lip(canvas: Canvas) -> None:
    s.daylight(canvas, WINE)
    s.window_light(canvas)
    for index, shade in enumerate(("#b9142f", "#e27f93", "#6b1f3d")):
        x = (index - 1) * 270
        shadow(canvas, 600 + x, c.BASE, 140)
        with canvas.group(transform=f"translate({x} 0)"):
            c.lipstick(canvas, shade)


def single(tone: str, product: Draw, *more: Draw) -> tuple[int, int, Draw]:
    """One thing before a moon."""

    def back(canvas: Canvas) -> None:
        s.daylight(canvas, tone)
        s.disc(canvas, light(tone, 0.3))
        shadow(canvas, 600, c.BASE, 200)

    return SQUARE, SQUARE, layers(back, product, *more)


def person(style: str, hair: str, garment: str, backdrop: str, **more: str | bool) -> tuple[int, int, Draw]:
    someone = Person(style, hair, garment, backdrop, **more)  # type: ignore[arg-type]
    return PORTRAIT, PORTRAIT, lambda k: portrait(k, someone)


PICTURES: dict[str, tuple[int, int, Draw]] = {
    "logo": (*LOGO, logo),
    "icon": (ICON, ICON, icon),
    "hero-wide": (
        *WIDE,
        lambda k: hero(k, "translate(640 20) scale(.82)", ((1500, 800, 120), (640, 830, 70))),
    ),
    "hero-phone": (
        *PHONE,
        lambda k: hero(k, "translate(-30 170) scale(.8)", ((110, 1000, 100), (820, 1020, 70))),
    ),
    "shop-honten": single(
        BLUSH, lambda k: c.lipstick(k, "#b9142f"), lambda k: s.petals(k, BRAND, 8, 3, 0.82)
    ),
    "shop-hanare": single(
        "#c3d8bf", lambda k: c.tin(k, "#4f6b4a", "#fbf1e4"), lambda k: n.leaf(k, 880, 1000, 200, -40)
    ),
    "category-makeup": single("#e8d0b8", lambda k: c.compact(k, "#f2a4ac")),
    "category-lip": (SQUARE, SQUARE, category_lip),
    "category-skincare": single(
        "#f3c9a4", lambda k: c.dropper(k, "#eda7a4"), lambda k: n.rose(k, 900, 960, 120, "#d9798c")
    ),
    "category-fragrance": single(
        "#cfb0d2", lambda k: c.perfume(k, "#b985cf"), lambda k: s.petals(k, "#b985cf", 8, 5, 0.82)
    ),
    "category-body": single("#f1dc9c", lambda k: c.tube(k, "#e0a92c"), lambda k: n.citrus(k, 320, 970, 110)),
    "category-tea": single(
        WINE, lambda k: c.tin(k, "#7d2f3f", "#fbf1e4"), lambda k: n.rose(k, 900, 990, 100, "#d06a80")
    ),
    "avatar-live": person("long", "#4a2a1f", "#fbeee6", "#d98f9c", lights="#ffe9d2"),
    "avatar-staff": person("bun", "#2c2226", "#3a2f3c", "#e3b9a8", lips="#b9142f"),
    "avatar-hanare": person(
        "short", "#2d2a2a", "#5a7358", "#a8bfa0", skin="#e6b48f", lips="#b86f62", glasses=True
    ),
    "avatar-admin": person("bob", "#3b3438", "#f4f1ee", "#b7a2bd", glasses=True),
    "avatar-buyer": person("bob", "#7a4a30", "#e9a0ad", "#f1c7a6", lights="#fff4d6"),
}
