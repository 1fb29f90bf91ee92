"""Gadgets as they stand on a stage of 1200 x 1200: centre x = 600, base given by BASE."""

from __future__ import annotations

from tenants._draw.colour import dark, light
from tenants._draw.lettering import lettering
from tenants._draw.light import STEEL, dome, gloss, lacquer, matte, metal, plate
from tenants._draw.svg import Canvas, Number

BASE = 950
COAL = "#30353c"
LIME = "#bef51e"


def rim(canvas: Canvas, outline: str, colour: str = "#dfe9f2", width: Number = 5) -> None:
    """The thin light that separates a black thing from a black room."""
    edge = canvas.linear(
        (0, colour, 0.9), (0.4, colour, 0.1), (0.75, colour, 0.05), (1, colour, 0.6), to=(1, 0.4)
    )
    canvas.path(outline, "none", stroke=edge, stroke_width=width)


def watch(canvas: Canvas, case: str, strap: str, accent: str = LIME) -> None:
    canvas.path("M478 300L500 60Q600 36 700 60L722 300Z", matte(canvas, strap))
    canvas.path(f"M478 730L500 {BASE + 10}Q600 {BASE + 34} 700 {BASE + 10}L722 730Z", matte(canvas, strap))
    for y in (96, 136, 176):
        canvas.rect(588, y, 24, 14, dark(strap, 0.6), rx=7)
    canvas.rect(774, 452, 34, 92, metal(canvas, case), rx=12)
    canvas.rect(768, 590, 18, 86, metal(canvas, case), rx=8)
    canvas.rect(412, 262, 376, 500, metal(canvas, case), rx=112)
    canvas.rect(428, 278, 344, 468, dark(case, 0.55), rx=98)
    canvas.rect(438, 288, 324, 448, "#050708", rx=90)
    lettering(canvas, "21:34", 600, 430, 76, accent, weight=14, gap=12)
    canvas.line("M480 580h40l18-44l28 84l26-62l16 22h112", "#ff5a7a", 8)
    for radius, colour, share in ((54, accent, 250), (40, "#35d6ff", 180), (26, "#ff5a7a", 110)):
        canvas.circle(600, 672, radius, "none", stroke=colour, stroke_width=9, stroke_opacity=0.2)
        dash = f"{share * radius / 57.3:.0f} 999"
        canvas.circle(
            600,
            672,
            radius,
            "none",
            stroke=colour,
            stroke_width=9,
            stroke_dasharray=dash,
            transform="rotate(-90 600 672)",
        )
    canvas.path("M438 378Q438 288 528 288H640L470 720Q438 690 438 646Z", "#fff", opacity=0.09)


def headphones(canvas: Canvas, body: str, accent: str = LIME) -> None:
    arc = "M296 620V520A304 304 0 0 1 904 520V620"
    canvas.path(arc, "none", stroke=plate(canvas, dark(body, 0.2)), stroke_width=62)
    canvas.path(
        arc, "none", stroke=light(body, 0.35), stroke_width=6, opacity=0.8, transform="translate(0 -26)"
    )
    canvas.path(
        "M380 330A280 280 0 0 1 820 330",
        "none",
        stroke=dark(body, 0.5),
        stroke_width=30,
        transform="translate(0 22)",
    )
    for side in (-1, 1):
        with canvas.group(transform=f"translate(600 700) scale({side} 1)"):
            canvas.rect(-322, -190, 26, 190, metal(canvas, STEEL), rx=10)
            canvas.rect(-260, -176, 96, 376, dome(canvas, dark(body, 0.5)), rx=46)
            cup = "M-400-60Q-400-200-300-200Q-220-200-220-90V110Q-220 220-300 220Q-400 220-400 80Z"
            canvas.path(cup, lacquer(canvas, body))
            rim(canvas, cup)
            canvas.ellipse(-318, 10, 52, 96, dark(body, 0.25))
            canvas.ellipse(-318, 10, 42, 82, "none", stroke=accent, stroke_width=7)
            canvas.ellipse(
                -318, 10, 42, 82, "none", stroke=accent, stroke_width=16, opacity=0.4, filter=canvas.blur(8)
            )


def earbud(canvas: Canvas, x: Number, y: Number, body: str, side: int) -> None:
    with canvas.group(transform=f"translate({x} {y}) scale({side} 1)"):
        canvas.path("M-20 20Q-26 220 10 236Q44 236 40 20Z", lacquer(canvas, body))
        canvas.ellipse(-66, -16, 46, 38, dome(canvas, "#4a5058"), transform="rotate(-24 -66 -16)")
        canvas.ellipse(0, 0, 84, 76, dome(canvas, body))
        canvas.ellipse(-20, -30, 30, 18, "#fff", opacity=0.5, transform="rotate(-30 -20 -30)")
        canvas.circle(20, 150, 6, LIME)


def earbud_case(canvas: Canvas, body: str) -> None:
    """The open pebble-shaped case with both buds in it."""
    canvas.path("M350 560Q340 250 600 250T850 560Z", lacquer(canvas, dark(body, 0.12)))
    canvas.path("M384 560Q380 290 600 290T816 560Z", dark(body, 0.55))
    canvas.ellipse(600, 640, 262, 96, dark(body, 0.6))
    earbud(canvas, 496, 540, body, 1)
    earbud(canvas, 704, 540, body, -1)
    front = f"M336 640Q600 720 864 640Q890 {BASE} 600 {BASE}T336 640Z"
    canvas.path(front, lacquer(canvas, body))
    rim(canvas, front)
    canvas.rect(560, 760, 80, 12, LIME, rx=6)
    canvas.rect(560, 760, 80, 12, LIME, rx=6, filter=canvas.blur(12), opacity=0.8)


def speaker(canvas: Canvas, body: str) -> None:
    canvas.rect(400, 300, 400, BASE - 300, matte(canvas, body), rx=60)
    canvas.line("".join(f"M{x} 380V840" for x in range(412, 800, 16)), dark(body, 0.45), 5)
    canvas.rect(
        400,
        300,
        400,
        BASE - 300,
        canvas.linear((0, "#000", 0.5), (0.25, "#fff", 0.16), (0.5, "#000", 0.05), (1, "#000", 0.6)),
        rx=60,
    )
    canvas.ellipse(600, 326, 196, 58, plate(canvas, light(body, 0.2)))
    canvas.ellipse(600, 326, 150, 42, dark(body, 0.5))
    canvas.path("M560 326H640M600 312V340", "none", stroke=LIME, stroke_width=8)
    canvas.path("M404 862Q600 926 796 862", "none", stroke=LIME, stroke_width=14, stroke_linecap="butt")
    canvas.path(
        "M404 862Q600 926 796 862", "none", stroke=LIME, stroke_width=30, opacity=0.5, filter=canvas.blur(14)
    )
    canvas.rect(520, 560, 160, 60, dark(body, 0.6), rx=6)
    lettering(canvas, "HIBANA", 600, 590, 24, "#dfe6ee", weight=12, gap=26)
    canvas.line("M766 322c70-50 130 60 70 190q-14 30-34 6", light(body, 0.1), 13)


def keyboard(canvas: Canvas, body: str, keys: str, accent: str) -> None:
    """Seen from the front above; rows narrow towards the back."""
    canvas.path("M190 400H1010L1110 800Q1114 850 1070 850H130Q86 850 90 800Z", plate(canvas, body))
    canvas.path(
        "M90 800Q86 850 130 850H1070Q1114 850 1110 800L1108 836Q1100 884 1060 884H140Q100 884 92 836Z",
        dark(body, 0.45),
    )
    canvas.path("M222 430H978L1056 804H144Z", dark(body, 0.65))
    canvas.path(
        "M222 430H978L1056 804H144Z",
        canvas.linear((0, accent, 0.4), (0.5, "#35d6ff", 0.2), (1, accent, 0.35)),
    )
    for row in range(5):
        top, low = 442 + row * 72, 502 + row * 72
        inset = 222 - row * 15.5
        step = (1200 - 2 * inset) / 15
        shift = row * 0.25 * step
        _key_row(canvas, (top, low, inset, step, shift), row, keys, accent)
    lettering(canvas, "HIBANA", 600, 826, 14, light(body, 0.5), weight=12, gap=40)


def _key_row(
    canvas: Canvas, place: tuple[float, float, float, float, float], row: int, keys: str, accent: str
) -> None:
    """One row of key caps; special keys carry the accent colour."""
    top, low, inset, step, shift = place
    caps: list[tuple[float, float]] = []
    x = inset + 8
    end = 1200 - inset - 8
    index = 0
    while x < end - 12:
        wide = step + shift if index == 0 else step
        if row == 4 and index == 3:
            wide = step * 6
        if end - x - wide < step * 0.8:
            wide = end - x
        caps.append((x + 8, wide - 22))
        x += wide
        index += 1
    span = (top + 8, low - top - 22)
    _caps(canvas, caps, span, (dark(keys, 0.6), keys, light(keys, 0.22)))
    special = {0: caps[:1], 2: caps[-2:-1], 4: caps[:1]}.get(row)
    if special:
        _caps(canvas, special, span, (dark(accent, 0.6), accent, light(accent, 0.3)))


def _caps(
    canvas: Canvas, caps: list[tuple[float, float]], span: tuple[float, float], tones: tuple[str, str, str]
) -> None:
    """Key caps as one path, painted as foot, body and face; a wide stroke rounds the corners."""
    top, high = span
    data = "".join(f"M{x:.0f} {top:.0f}h{wide:.0f}v{high:.0f}h-{wide:.0f}Z" for x, wide in caps)
    for tone, lift, width in zip(tones, (5, 0, -4), (20, 14, 8), strict=True):
        place = f"translate(0 {lift})"
        canvas.path(data, tone, transform=place, stroke=tone, stroke_width=width, stroke_linejoin="round")


def mouse(canvas: Canvas, body: str) -> None:
    """An ultralight mouse seen from above."""
    canvas.ellipse(640, 720, 280, 380, "#000", opacity=0.5, filter=canvas.blur(34))
    shape = "M600 230C770 230 812 380 806 560C800 640 830 720 812 830C790 960 700 1010 600 1010S410 960 388 830C370 720 400 640 394 560C388 380 430 230 600 230Z"
    canvas.path(shape, lacquer(canvas, body))
    rim(canvas, shape)
    canvas.path("M600 236V560M400 570Q600 620 800 570", "none", stroke=dark(body, 0.6), stroke_width=6)
    for row in range(5):
        for column in range(-2 - row % 2, 3):
            x, y = 600 + column * 64 + (row % 2) * 32, 690 + row * 56
            canvas.path("M0-26L22-13V13L0 26L-22 13V-13Z", dark(body, 0.62), transform=f"translate({x} {y})")
    canvas.rect(574, 330, 52, 150, "#050708", rx=26)
    canvas.rect(
        586, 356, 28, 98, canvas.linear((0, LIME), (0.5, dark(LIME, 0.5)), (1, LIME), to=(0, 1)), rx=14
    )
    canvas.rect(586, 356, 28, 98, LIME, rx=14, opacity=0.6, filter=canvas.blur(16))
    canvas.path("M440 420Q460 280 560 262Q500 380 470 540Q440 520 440 420Z", "#fff", opacity=0.14)


def lamp(canvas: Canvas, body: str) -> None:
    canvas.path(
        "M250 400L560 330L900 950H180Z",
        canvas.linear((0, "#ffe6a8", 0.6), (1, "#ffd98a", 0), to=(0.2, 1)),
        filter=canvas.blur(18),
    )
    canvas.ellipse(760, BASE - 14, 200, 40, plate(canvas, body))
    canvas.path(
        f"M560 {BASE - 14}A200 40 0 0 0 960 {BASE - 14}V{BASE}A200 40 0 0 1 560 {BASE}Z", dark(body, 0.4)
    )
    canvas.line(f"M760 {BASE - 20}L860 560", metal(canvas, body), 24)
    canvas.line("M860 560L480 260", plate(canvas, body), 24)
    canvas.circle(860, 560, 34, metal(canvas, STEEL))
    canvas.circle(480, 260, 26, metal(canvas, STEEL))
    canvas.circle(860, 560, 12, LIME)
    with canvas.group(transform="translate(440 290) rotate(-14)"):
        canvas.path("M-190 60Q-180-60 0-70T190 60Z", lacquer(canvas, body))
        canvas.ellipse(0, 60, 190, 30, "#fff6d8")
        canvas.ellipse(0, 60, 190, 30, "#ffdf9a", filter=canvas.blur(20), opacity=0.8)


def controller(canvas: Canvas, body: str) -> None:
    shape = "M370 400Q600 360 830 400C950 410 1010 560 1040 740C1056 850 1000 900 930 870C860 840 830 740 770 720H430C370 740 340 840 270 870C200 900 144 850 160 740C190 560 250 410 370 400Z"
    canvas.path("M320 420Q330 360 420 366L440 410ZM880 420Q870 360 780 366L760 410Z", dark(body, 0.45))
    canvas.path(shape, plate(canvas, body))
    canvas.path(shape, gloss(canvas, 0.2))
    rim(canvas, shape)
    for x, y in ((370, 520), (700, 640)):
        canvas.circle(x, y, 84, dark(body, 0.6))
        canvas.circle(x, y, 84, "none", stroke=LIME, stroke_width=6)
        canvas.circle(x, y - 6, 60, dome(canvas, "#3b424a"))
        canvas.circle(x, y - 8, 38, dark(body, 0.5))
    canvas.path("M470 590h44v44h44v44h-44v44h-44v-44h-44v-44h44Z", dome(canvas, "#3b424a"))
    for x, y, colour in (
        (850, 450, "#ffd24a"),
        (920, 520, "#ff5a7a"),
        (850, 590, LIME),
        (780, 520, "#35d6ff"),
    ):
        canvas.circle(x, y, 34, "#15181c")
        canvas.circle(x, y - 3, 28, dome(canvas, colour))
    canvas.rect(560, 450, 80, 34, LIME, rx=17)
    canvas.rect(560, 450, 80, 34, LIME, rx=17, filter=canvas.blur(16), opacity=0.6)


def power_bank(canvas: Canvas, body: str) -> None:
    canvas.rect(410, 270, 380, BASE - 270, lacquer(canvas, body), rx=56)
    canvas.rect(432, 292, 336, BASE - 314, plate(canvas, dark(body, 0.1)), rx=42)
    canvas.rect(470, 370, 260, 170, "#050708", rx=18)
    lettering(canvas, "84%", 600, 456, 84, LIME, weight=12, gap=20)
    canvas.path(
        "M630 640L540 780H596L576 870L664 730H608Z",
        canvas.linear((0, LIME), (1, dark(LIME, 0.35)), to=(0, 1)),
    )
    canvas.path("M630 640L540 780H596L576 870L664 730H608Z", LIME, opacity=0.5, filter=canvas.blur(20))
    canvas.rect(470, 276, 70, 16, "#050708", rx=8)
    canvas.rect(580, 276, 90, 16, "#050708", rx=4)


def charger(canvas: Canvas, body: str) -> None:
    """A charger seen from above its near edge; the prongs point to the right."""
    for y in (560, 720):
        canvas.path(f"M850 {y}L980 {y - 50}V{y - 14}L850 {y + 40}Z", metal(canvas, STEEL))
    canvas.path(f"M380 400L720 460V{BASE}L380 860Z", plate(canvas, body))
    canvas.path(f"M720 460L860 400V870L720 {BASE}Z", dark(body, 0.45))
    canvas.path("M380 400L720 460L860 400L540 350Z", light(body, 0.25))
    for index, y in enumerate((500, 600, 700)):
        canvas.path(f"M480 {y}L620 {y + 24}V{y + 62}L480 {y + 38}Z", "#050708")
        tone = (LIME, LIME, "#35d6ff")[index]
        canvas.path(f"M498 {y + 22}L602 {y + 40}", "none", stroke=tone, stroke_width=9)
    canvas.path("M470 836L520 770V812L586 790", "none", stroke=LIME, stroke_width=10)
    rim(canvas, f"M380 400L540 350L860 400V870L720 {BASE}L380 860Z")


def cable(canvas: Canvas, body: str) -> None:
    coil = "M300 880C120 700 240 380 560 380S960 640 780 780S340 820 380 600S760 420 820 640S700 960 980 900"
    canvas.path(
        coil,
        "none",
        stroke="#000",
        stroke_width=40,
        opacity=0.5,
        filter=canvas.blur(16),
        transform="translate(12 30)",
    )
    canvas.path(coil, "none", stroke=dark(body, 0.4), stroke_width=38)
    canvas.path(coil, "none", stroke=body, stroke_width=30)
    canvas.path(
        coil,
        "none",
        stroke=LIME,
        stroke_width=30,
        stroke_dasharray="5 15",
        stroke_linecap="butt",
        opacity=0.75,
    )
    canvas.path(coil, "none", stroke="#fff", stroke_width=6, opacity=0.3, transform="translate(-4 -8)")
    for x, y, turn in ((300, 880, 60), (980, 900, -10)):
        with canvas.group(transform=f"translate({x} {y}) rotate({turn})"):
            canvas.rect(-20, -30, 120, 60, lacquer(canvas, COAL), rx=14)
            canvas.rect(100, -20, 62, 40, plate(canvas, STEEL), rx=12)
            canvas.rect(20, -6, 40, 12, LIME, rx=6)


def camera(canvas: Canvas, body: str) -> None:
    canvas.rect(290, 400, 620, BASE - 400, plate(canvas, body), rx=64)
    canvas.rect(290, 400, 620, BASE - 400, "none", rx=64, stroke=light(body, 0.3), stroke_width=5)
    canvas.rect(360, 370, 130, 40, dark(LIME, 0.1), rx=14)
    for radius, fill in (
        (196, metal(canvas, "#59626c")),
        (172, "#0b0e11"),
        (136, dome(canvas, "#27364a")),
        (92, "#06080c"),
        (60, dome(canvas, "#3a2b66")),
    ):
        canvas.circle(690, 660, radius, fill)
    canvas.circle(640, 604, 36, "#bfe6ff", opacity=0.75)
    canvas.circle(744, 720, 14, "#ff8bd0", opacity=0.8)
    canvas.path("M560 640A136 136 0 0 1 690 530", "none", stroke="#fff", stroke_width=10, opacity=0.4)
    canvas.rect(340, 470, 120, 100, "#050708", rx=14)
    canvas.circle(380, 520, 10, "#ff3b4e")
    canvas.path("M404 520H440", "none", stroke="#fff", stroke_width=7)
    lettering(canvas, "HIBANA", 412, 860, 22, light(body, 0.55), weight=12, gap=30)


def backpack(canvas: Canvas, body: str) -> None:
    canvas.path("M510 190Q510 90 600 90T690 190", "none", stroke=dark(body, 0.3), stroke_width=34)
    canvas.path("M330 520Q240 600 270 860L330 900ZM870 520Q960 600 930 860L870 900Z", dark(body, 0.5))
    shape = (
        f"M340 420Q340 170 600 170T860 420V{BASE - 70}Q860 {BASE} 790 {BASE}H410Q340 {BASE} 340 {BASE - 70}Z"
    )
    canvas.path(shape, matte(canvas, body))
    canvas.path(shape, gloss(canvas, 0.22))
    rim(canvas, shape)
    canvas.path("M384 440Q384 216 600 216T816 440", "none", stroke=dark(body, 0.65), stroke_width=12)
    canvas.path(
        "M384 440Q384 216 600 216T816 440",
        "none",
        stroke=LIME,
        stroke_width=3,
        stroke_dasharray="6 7",
        stroke_linecap="butt",
    )
    canvas.rect(400, 560, 400, 330, plate(canvas, dark(body, 0.12)), rx=40)
    canvas.path("M420 640H780", "none", stroke=dark(body, 0.7), stroke_width=14)
    canvas.rect(736, 628, 34, 70, LIME, rx=8)
    canvas.path("M400 820H800V850H400Z", LIME, opacity=0.9)
    lettering(canvas, "HIBANA", 560, 740, 34, light(body, 0.6), weight=14, gap=26)
    for x in (400, 800):
        canvas.line(f"M{x} 400L{x + (24 if x < 600 else -24)} 540", dark(body, 0.45), 26)


def lantern(canvas: Canvas, body: str) -> None:
    canvas.circle(
        600, 560, 430, canvas.radial((0, "#ffd98a", 0.6), (0.5, "#ffb84d", 0.16), (1, "#ffb84d", 0))
    )
    canvas.line("M470 290C470 90 730 90 730 290", metal(canvas, STEEL), 16)
    canvas.path("M440 280H760L790 360H410Z", matte(canvas, body))
    canvas.rect(
        430,
        360,
        340,
        420,
        canvas.linear((0, "#f0a94a"), (0.3, "#fff0c4"), (0.6, "#fffbe8"), (1, "#e8973a")),
        rx=12,
    )
    for x in (430, 510, 597, 684, 764):
        canvas.rect(x - 4, 360, 9, 420, dark(body, 0.5))
    canvas.path("M430 500H770M430 640H770", "none", stroke=dark(body, 0.5), stroke_width=5)
    canvas.path(
        f"M400 780H800L830 {BASE - 20}Q830 {BASE} 806 {BASE}H394Q370 {BASE} 370 {BASE - 20}Z",
        matte(canvas, body),
    )
    canvas.circle(600, 866, 36, dark(body, 0.6))
    canvas.circle(600, 866, 24, "none", stroke=LIME, stroke_width=6)


def bottle(canvas: Canvas, body: str) -> None:
    canvas.rect(508, 150, 184, 150, matte(canvas, COAL), rx=22)
    canvas.path("M540 150Q540 90 600 90T660 150", "none", stroke=COAL, stroke_width=22)
    canvas.rect(500, 290, 200, 30, metal(canvas, STEEL), rx=6)
    shape = f"M500 320H700Q770 360 770 450V{BASE - 40}Q770 {BASE} 730 {BASE}H470Q430 {BASE} 430 {BASE - 40}V450Q430 360 500 320Z"
    canvas.path(shape, metal(canvas, body))
    canvas.path(shape, canvas.linear((0, "#fff", 0.1), (0.6, "#000", 0.05), (1, "#000", 0.4), to=(0, 1)))
    lettering(canvas, "HIBANA", 600, 640, 30, dark(body, 0.65), weight=12, gap=30)
    canvas.rect(430, 840, 340, 12, LIME)


def coffee(canvas: Canvas, bag: str) -> None:
    """A gusseted bag of beans and a few beans before it."""
    shape = f"M400 250H800L826 {BASE - 20}Q820 {BASE} 800 {BASE}H400Q380 {BASE} 374 {BASE - 20}Z"
    canvas.path(shape, matte(canvas, bag))
    canvas.path("M400 250L440 560L400 950H374ZM800 250L760 560L800 950H826Z", dark(bag, 0.5), opacity=0.5)
    canvas.path("M392 200H808V262H392Z", plate(canvas, light(bag, 0.12)))
    canvas.rect(392, 222, 416, 12, dark(bag, 0.5))
    canvas.circle(600, 350, 24, dark(bag, 0.6))
    canvas.rect(450, 450, 300, 350, "#f2ead8", rx=4)
    canvas.circle(600, 580, 84, "#14181c")
    canvas.circle(628, 562, 72, "#f2ead8")
    canvas.path("M610 520L570 600H604L588 660L650 570H614Z", dark(LIME, 0.25))
    lettering(canvas, "HIBANA", 600, 730, 32, "#14181c", weight=12, gap=26)
    for index in range(12):
        bean(canvas, 270 + (index * 173) % 680, BASE + 10 + (index * 61) % 110, index * 47)


def bean(canvas: Canvas, x: Number, y: Number, turn: Number, size: Number = 1) -> None:
    with canvas.group(transform=f"translate({x} {y}) rotate({turn % 360}) scale({size})"):
        canvas.ellipse(0, 0, 40, 27, dome(canvas, "#6b4128"))
        canvas.line("M-34 0Q-10 12 0 0T34 0", "#2a160c", 6)


def snack(canvas: Canvas, wrap: str, filling: str, x: Number, turn: Number) -> None:
    """A bar torn open at its upper end."""
    with canvas.group(transform=f"translate({x} 600) rotate({turn})"):
        canvas.rect(-110, -290, 250, 660, "#000", rx=20, opacity=0.5, filter=canvas.blur(24))
        canvas.rect(-98, -390, 196, 260, plate(canvas, filling), rx=20)
        crumbs: list[tuple[Number, Number]] = [
            (-76 + (i * 53) % 156, -366 + (i * 31) % 150) for i in range(16)
        ]
        canvas.dots(crumbs, 19, light(filling, 0.35), opacity=0.8)
        canvas.path("M-124-190L-90-220L-50-186L-8-226L40-190L84-222L124-190V340H-124Z", lacquer(canvas, wrap))
        canvas.path(
            "M-124 330H124V380L100 366L76 380L52 366L28 380L4 366L-20 380L-44 366L-68 380L-96 366L-124 380Z",
            dark(wrap, 0.25),
        )
        canvas.path("M30-110L-54 60H2L-26 180L70 20H12Z", "#f4f7ea", opacity=0.95)
        lettering(canvas, "HIBANA", 0, 260, 30, "#f4f7ea", weight=14, gap=18)


def glasses(canvas: Canvas, body: str) -> None:
    canvas.line("M250 470L120 360M950 470L1080 360", dark(body, 0.3), 34)
    for side in (-1, 1):
        with canvas.group(transform=f"translate(600 560) scale({side} 1)"):
            lens = "M60-110H330Q390-110 380-20Q366 150 220 150Q80 150 60 0Z"
            canvas.path(lens, plate(canvas, body))
            canvas.path(
                "M84-84H322Q362-84 354-16Q342 124 220 124Q102 124 84-6Z",
                canvas.linear((0, "#12324a"), (0.5, "#0a5f6b"), (1, dark(LIME, 0.45)), to=(1, 1)),
            )
            canvas.path("M100-66H220L130 70Q100 30 96-20Z", "#fff", opacity=0.16)
            rim(canvas, lens)
    canvas.path("M540 480Q600 450 660 480V520Q600 490 540 520Z", plate(canvas, body))
