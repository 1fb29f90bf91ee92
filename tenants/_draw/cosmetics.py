"""Cosmetics as they stand on a stage of 1200 x 1200: centre x = 600, base given by BASE."""

from __future__ import annotations

from tenants._draw.colour import dark, light
from tenants._draw.lettering import lettering
from tenants._draw.light import GOLD, ROSE_GOLD, dome, gloss, lacquer, matte, metal, plate
from tenants._draw.nature import blossom
from tenants._draw.svg import Canvas, Number

BASE = 950
INK = "#241c20"


def mark(canvas: Canvas, cy: Number, colour: str, height: Number = 26, cx: Number = 600) -> None:
    """The house's name on a package."""
    lettering(canvas, "KANON", cx, cy, height, colour, weight=8, gap=50)


def lipstick(canvas: Canvas, shade: str) -> None:
    bullet = "M528 430V262Q528 176 652 138Q672 132 672 156V430Z"
    canvas.path(bullet, lacquer(canvas, shade))
    canvas.path("M533 268Q540 186 652 146Q640 226 533 268Z", light(shade, 0.45), opacity=0.75)
    with canvas.group():
        _lipstick_case(canvas)


def _lipstick_case(canvas: Canvas) -> None:
    canvas.rect(508, 420, 184, 120, metal(canvas), rx=6)
    canvas.rect(508, 452, 184, 5, dark(GOLD, 0.5), opacity=0.6)
    canvas.rect(490, 532, 220, BASE - 532, lacquer(canvas, INK), rx=14)
    canvas.rect(490, 532, 220, 22, metal(canvas), rx=6)
    canvas.rect(490, BASE - 26, 220, 26, metal(canvas), rx=8)
    mark(canvas, 740, light(GOLD, 0.4), 20)


def lipstick_cap(canvas: Canvas, x: Number, turn: Number) -> None:
    """The cap lying beside the lipstick."""
    with canvas.group(transform=f"translate({x} {BASE - 78}) rotate({turn})"):
        canvas.rect(
            -150,
            -84,
            300,
            168,
            canvas.linear((0, light(INK, 0.3)), (0.2, light(INK, 0.5)), (0.4, INK), (1, "#000"), to=(0, 1)),
            rx=14,
        )
        canvas.rect(
            104,
            -84,
            26,
            168,
            canvas.linear((0, GOLD), (0.25, light(GOLD, 0.7)), (1, dark(GOLD, 0.5)), to=(0, 1)),
        )
        canvas.ellipse(148, 0, 16, 82, dark(GOLD, 0.3))


def tint(canvas: Canvas, shade: str, cx: Number = 600) -> None:
    """A slim lip tint: clear walls, coloured heart, gold cap."""
    with canvas.group(transform=f"translate({cx - 600} 0)"):
        canvas.rect(545, 250, 110, 330, metal(canvas, ROSE_GOLD), rx=12)
        canvas.rect(540, 560, 120, BASE - 560, light(shade, 0.6), rx=22, opacity=0.75)
        canvas.rect(556, 576, 88, BASE - 606, lacquer(canvas, shade), rx=18)
        canvas.rect(540, 560, 120, BASE - 560, gloss(canvas, 0.7), rx=22)
        canvas.rect(553, 580, 12, 320, "#fff", rx=6, opacity=0.65)


def compact(canvas: Canvas, filling: str, case: str = GOLD) -> None:
    """An open compact: mirror above, filling below."""
    canvas.circle(600, 480, 290, plate(canvas, case))
    canvas.circle(600, 480, 268, metal(canvas, case))
    canvas.circle(
        600,
        480,
        252,
        canvas.linear((0, "#f4fafc"), (0.45, "#b9cdd6"), (0.5, "#e9f3f6"), (1, "#9fb5c0"), to=(0.9, 1)),
    )
    canvas.path("M420 640L640 240L720 266L486 706Z", "#fff", opacity=0.4)
    canvas.rect(530, 752, 140, 34, metal(canvas, case), rx=10)
    side = "M286 836V884A314 100 0 0 0 914 884V836Z"
    canvas.path(side, metal(canvas, case))
    canvas.ellipse(600, 836, 314, 100, plate(canvas, light(case, 0.35)))
    canvas.ellipse(600, 832, 276, 82, dark(case, 0.45))
    canvas.ellipse(600, 838, 270, 78, dome(canvas, filling))
    canvas.ellipse(520, 814, 130, 24, "#fff", opacity=0.28, filter=canvas.blur(8))


def cushion_refill(canvas: Canvas, filling: str) -> None:
    """The cushion from above with its puff."""
    canvas.circle(520, 640, 300, dark(filling, 0.6), opacity=0.3, filter=canvas.blur(26))
    canvas.circle(500, 600, 300, plate(canvas, "#f3ece6"))
    canvas.circle(500, 600, 252, dark(filling, 0.3))
    canvas.circle(500, 604, 246, dome(canvas, filling))
    holes = [(356 + column * 48, 460 + row * 48) for row in range(7) for column in range(7)]
    inside = [(x, y) for x, y in holes if (x - 500) ** 2 + (y - 604) ** 2 < 210**2]
    canvas.dots(inside, 10, dark(filling, 0.32), opacity=0.5)
    canvas.ellipse(850, 830, 200, 190, dark(filling, 0.6), opacity=0.35, filter=canvas.blur(22))
    canvas.circle(830, 800, 190, dome(canvas, "#f6d9d2"))
    canvas.path("M676 740Q830 690 984 740V800Q830 752 676 800Z", plate(canvas, "#e8b9b6"))
    mark(canvas, 760, "#fff", 20, 830)


def palette(canvas: Canvas, shades: tuple[str, str, str, str]) -> None:
    """A square palette seen from above, lid open."""
    canvas.rect(300, 180, 640, 830, "#3a1420", rx=40, opacity=0.3, filter=canvas.blur(28))
    canvas.rect(280, 150, 640, 380, plate(canvas, INK), rx=36)
    canvas.rect(
        312,
        182,
        576,
        316,
        canvas.linear((0, "#f5fafc"), (0.5, "#aec3cd"), (0.53, "#e6f0f4"), (1, "#a3b9c4"), to=(1, 0.7)),
        rx=18,
    )
    canvas.rect(280, 540, 640, 440, plate(canvas, INK), rx=36)
    canvas.rect(430, 520, 340, 32, metal(canvas), rx=10)
    for index, shade in enumerate(shades):
        x, y = 318 + (index % 2) * 288, 576 + (index // 2) * 188
        canvas.rect(x - 5, y - 5, 284, 184, GOLD, rx=16)
        canvas.rect(x, y, 274, 174, plate(canvas, shade), rx=12)
        canvas.path(
            f"M{x + 40} {y + 130}q90-80 190-60",
            "none",
            stroke=light(shade, 0.6),
            stroke_width=5,
            opacity=0.45,
        )
    glitter = [(640 + (i * 67) % 250, 776 + (i * 41) % 160) for i in range(26)]
    canvas.dots(glitter[::2], 4, "#fff", opacity=0.85)
    canvas.dots(glitter[1::2], 7, "#fff", opacity=0.85)


def cheek(canvas: Canvas, shade: str) -> None:
    """A blush pressed as a flower, seen from above, with its lid behind."""
    canvas.circle(760, 420, 268, plate(canvas, "#f8e6e2"))
    canvas.circle(760, 420, 240, plate(canvas, ROSE_GOLD))
    blossom(canvas, 760, 420, 150, light(ROSE_GOLD, 0.4))
    canvas.circle(530, 680, 330, "#3a1420", opacity=0.34, filter=canvas.blur(28))
    canvas.circle(500, 640, 322, metal(canvas, ROSE_GOLD))
    canvas.circle(500, 640, 296, dark(shade, 0.35))
    canvas.circle(500, 644, 290, dome(canvas, shade))
    blossom(canvas, 500, 642, 250, dark(shade, 0.06), 18)


def mascara(canvas: Canvas, ink: str) -> None:
    """A slim tube and its brush leaning beside it."""
    canvas.rect(440, 560, 130, BASE - 560, lacquer(canvas, INK), rx=16)
    canvas.rect(440, 548, 130, 26, metal(canvas), rx=6)
    canvas.rect(472, 500, 66, 56, metal(canvas, "#777076"), rx=4)
    lettering(canvas, "KANON", 505, 760, 22, light(GOLD, 0.4), weight=8, gap=40)
    with canvas.group(transform=f"translate(800 {BASE}) rotate(14)"):
        canvas.rect(-64, -360, 128, 360, lacquer(canvas, INK), rx=16)
        canvas.rect(-64, -374, 128, 24, metal(canvas), rx=6)
        canvas.rect(-9, -520, 18, 160, metal(canvas, "#777076"))
        bristles = "".join(
            f"M-{46 - abs(step - 13)} {-513 - step * 10}l{92 - 2 * abs(step - 13)}-14" for step in range(26)
        )
        canvas.line(bristles, ink, 7)
        canvas.line(
            "".join(f"M-{44 - abs(step - 13)} {-516 - step * 10}l12-3" for step in range(26)),
            light(ink, 0.5),
            2,
        )


def nail(canvas: Canvas, shade: str, cx: Number = 600, scale: Number = 1) -> None:
    """A nail colour: heavy glass, long black cap."""
    with canvas.group(transform=f"translate({cx} {BASE}) scale({scale})"):
        with canvas.group():
            canvas.rect(-58, -600, 116, 300, lacquer(canvas, INK), rx=22)
            canvas.rect(-66, -316, 132, 26, metal(canvas), rx=6)
        body = "M-70-292H70C150-270 160-210 160-150V-44Q160 0 116 0H-116Q-160 0-160-44V-150C-160-210-150-270-70-292Z"
        canvas.path(body, lacquer(canvas, shade))
        with canvas.group():
            canvas.path(body, gloss(canvas, 0.55))
            canvas.line("M-128-190Q-134-60-116-34", "#fff", 14, opacity=0.6)
            canvas.path("M-150-40Q0-14 150-40Q150 0 116 0H-116Q-150 0-150-40Z", "#fff", opacity=0.22)
            mark(canvas, -120, "#fff", 24, 0)


def brush(canvas: Canvas, handle: str, spread: Number = 1) -> None:
    """A face brush standing on its handle end; spread widens the tip."""
    wide = 150 * spread
    canvas.path(
        f"M560 640L640 640Q664 800 634 {BASE}Q600 {BASE + 16} 566 {BASE}Q536 800 560 640Z",
        lacquer(canvas, handle),
    )
    canvas.path("M548 470L652 470L642 650H558Z", metal(canvas))
    canvas.path("M550 520H650M552 548H648", "none", stroke=dark(GOLD, 0.5), stroke_width=4)
    tip = f"M548 474C{520 - wide * 0.3:.0f} 400 {600 - wide:.0f} 300 {600 - wide * 0.72:.0f} 210C{600 - wide * 0.4:.0f} 120 {600 + wide * 0.4:.0f} 120 {600 + wide * 0.72:.0f} 210C{600 + wide:.0f} 300 {680 + wide * 0.3:.0f} 400 652 474Z"
    canvas.path(
        tip, canvas.linear((0, "#f3b3b0"), (0.3, "#f7e4da"), (0.75, "#5a3a34"), (1, "#2d1d1b"), to=(0, 1))
    )
    for step in range(-4, 5):
        lean = step * wide * 0.16
        canvas.line(
            f"M{600 + step * 10} 462Q{600 + lean * 1.3:.0f} 330 {600 + lean:.0f} {190 + abs(step) * 8}",
            "#fff",
            2,
            opacity=0.28,
        )


def dropper(canvas: Canvas, liquid: str) -> None:
    """A serum bottle with a dropper."""
    canvas.path("M566 130Q566 80 600 80T634 130V250H566Z", matte(canvas, "#2c2428"))
    canvas.rect(538, 240, 124, 92, metal(canvas, ROSE_GOLD), rx=10)
    glass = f"M520 330H680C770 340 790 400 790 460V{BASE - 60}Q790 {BASE} 730 {BASE}H470Q410 {BASE} 410 {BASE - 60}V460C410 400 430 340 520 330Z"
    canvas.path(glass, light(liquid, 0.5), opacity=0.9)
    inside = f"M432 500Q600 524 768 500V{BASE - 70}Q768 {BASE - 24} 722 {BASE - 24}H478Q432 {BASE - 24} 432 {BASE - 70}Z"
    canvas.path(inside, lacquer(canvas, liquid), opacity=0.92)
    canvas.rect(591, 330, 18, 480, "#fff", opacity=0.4, rx=9)
    canvas.path(glass, gloss(canvas, 0.55))
    canvas.rect(434, 400, 20, 470, "#fff", rx=10, opacity=0.6)
    canvas.rect(480, 610, 240, 210, "#fffaf7", rx=8, opacity=0.94)
    mark(canvas, 680, INK, 28)
    canvas.path("M540 730H660M562 756H638", "none", stroke="#a58d8f", stroke_width=5)


def tall_bottle(canvas: Canvas, body: str, cap: str = "#f6efe6") -> None:
    """A lotion bottle in frosted glass."""
    canvas.rect(508, 180, 184, 190, matte(canvas, cap), rx=14)
    canvas.rect(520, 362, 160, 22, metal(canvas), rx=4)
    glass = f"M520 384H680Q790 400 790 500V{BASE - 50}Q790 {BASE} 740 {BASE}H460Q410 {BASE} 410 {BASE - 50}V500Q410 400 520 384Z"
    canvas.path(glass, matte(canvas, body))
    canvas.path(glass, gloss(canvas, 0.5))
    canvas.rect(440, 500, 16, 390, "#fff", rx=8, opacity=0.5)
    mark(canvas, 600, dark(body, 0.65), 34)
    canvas.path("M500 680H700M530 712H670M552 744H648", "none", stroke=dark(body, 0.45), stroke_width=5)
    canvas.circle(600, 836, 34, dark(body, 0.3), opacity=0.45)


def jar(canvas: Canvas, body: str, filling: str, label: str = "#fffaf5") -> None:
    """A wide open jar with cream swirled to a tip."""
    canvas.path(
        f"M300 600V{BASE - 60}Q300 {BASE} 380 {BASE}H820Q900 {BASE} 900 {BASE - 60}V600Z",
        lacquer(canvas, body),
    )
    canvas.rect(300, 600, 600, 350, gloss(canvas, 0.45), rx=30)
    canvas.ellipse(600, 600, 300, 74, plate(canvas, light(body, 0.5)))
    canvas.ellipse(600, 602, 270, 60, dark(filling, 0.25))
    cream = "M336 606C380 560 470 556 520 530C570 500 560 440 640 420C620 480 690 510 730 550C790 556 840 570 864 606C800 670 400 670 336 606Z"
    canvas.path(cream, dome(canvas, filling))
    canvas.line(
        "M420 604C520 570 650 600 760 574M540 552C590 540 640 560 690 544",
        dark(filling, 0.22),
        8,
        opacity=0.5,
    )
    canvas.rect(430, 710, 340, 150, label, rx=10, opacity=0.95)
    mark(canvas, 770, INK, 32)
    canvas.path("M540 820H660", "none", stroke="#a58d8f", stroke_width=5)


def tube(canvas: Canvas, body: str) -> None:
    """A cream tube standing on its cap."""
    shape = f"M410 160H790L744 {BASE - 150}H456Z"
    canvas.path(shape, matte(canvas, body))
    canvas.path(shape, gloss(canvas, 0.45))
    canvas.rect(402, 136, 396, 50, plate(canvas, dark(body, 0.08)), rx=6)
    ribs = "".join(f"M{420 + step * 18} 142V180" for step in range(21))
    canvas.path(ribs, "none", stroke=dark(body, 0.3), stroke_width=3, opacity=0.5)
    canvas.rect(474, BASE - 152, 252, 152, matte(canvas, "#fbf5ec"), rx=18)
    canvas.circle(600, 400, 108, "#fffdf7", opacity=0.9)
    mark(canvas, 400, dark(body, 0.55), 26)
    canvas.path("M520 590H680M546 624H654", "none", stroke="#fff", stroke_width=7)


def sachet(canvas: Canvas, tone: str, x: Number, turn: Number) -> None:
    """A foil pouch for a sheet mask."""
    with canvas.group(transform=f"translate({x} 600) rotate({turn})"):
        canvas.rect(-205, -320, 430, 680, "#3a1420", opacity=0.3, rx=20, filter=canvas.blur(22))
        canvas.rect(-215, -340, 430, 680, plate(canvas, tone), rx=14)
        canvas.rect(-215, -340, 430, 46, light(tone, 0.45), rx=14)
        canvas.path("M-215-230L60-340H150L-215-190Z", "#fff", opacity=0.4)
        face = "M-104-90Q-112 130 0 170Q112 130 104-90Q0-164-104-90Z"
        canvas.path(face, plate(canvas, "#fffdfb"), opacity=0.95)
        canvas.path(
            "M-64-24Q-40-50-16-24Q-40-8-64-24ZM16-24Q40-50 64-24Q40-8 16-24ZM-34 84Q0 62 34 84Q0 112-34 84Z",
            dark(tone, 0.12),
        )
        mark(canvas, 250, dark(tone, 0.5), 28, 0)


def perfume(canvas: Canvas, juice: str) -> None:
    """A faceted flacon with a heavy stopper."""
    canvas.path("M530 150L560 110H640L670 150V300L640 330H560L530 300Z", metal(canvas, ROSE_GOLD))
    canvas.rect(556, 330, 88, 60, metal(canvas), rx=4)
    outline = f"M380 470L450 388H750L820 470V{BASE - 70}L760 {BASE}H440L380 {BASE - 70}Z"
    canvas.path(outline, light(juice, 0.62), opacity=0.92)
    canvas.path(f"M416 560H784V{BASE - 84}L744 {BASE - 38}H456L416 {BASE - 84}Z", plate(canvas, juice))
    canvas.path(f"M380 470L450 388L470 {BASE}H440L380 {BASE - 70}Z", "#fff", opacity=0.42)
    canvas.path(f"M820 470L750 388L736 {BASE}H760L820 {BASE - 70}Z", dark(juice, 0.5), opacity=0.28)
    canvas.path("M416 560H784V574H416Z", "#fff", opacity=0.7)
    canvas.path(outline, gloss(canvas, 0.5))
    canvas.rect(594, 390, 12, 500, "#fff", opacity=0.35)
    blossom(canvas, 600, 720, 74, "#fff3f4", 10)


def tin(canvas: Canvas, body: str, label: str) -> None:
    """A tea caddy with a paper band."""
    canvas.rect(410, 330, 380, BASE - 330, matte(canvas, body), rx=10)
    canvas.ellipse(600, BASE - 4, 188, 22, dark(body, 0.4))
    canvas.rect(404, 270, 392, 110, metal(canvas, body), rx=10)
    canvas.ellipse(600, 272, 194, 34, plate(canvas, light(body, 0.35)))
    canvas.rect(410, 470, 380, 330, matte(canvas, label))
    canvas.path("M410 484H790M410 786H790", "none", stroke=GOLD, stroke_width=5)
    blossom(canvas, 600, 610, 92, "#c9516b")
    canvas.path("M536 740H664", "none", stroke=dark(label, 0.4), stroke_width=6)


def teacup(canvas: Canvas, cx: Number, base: Number, tea: str) -> None:
    """A glass cup of tea on its saucer."""
    canvas.ellipse(cx, base, 190, 40, plate(canvas, "#fffaf5"))
    bowl = f"M{cx - 130} {base - 190}Q{cx - 130} {base - 20} {cx - 40} {base - 8}H{cx + 40}Q{cx + 130} {base - 20} {cx + 130} {base - 190}Z"
    canvas.line(f"M{cx + 124} {base - 150}c90-20 80 90-24 76", "#fff", 16, opacity=0.7)
    canvas.path(bowl, "#fff", opacity=0.5)
    canvas.path(
        f"M{cx - 124} {base - 150}Q{cx - 116} {base - 30} {cx - 36} {base - 18}H{cx + 36}Q{cx + 116} {base - 30} {cx + 124} {base - 150}Z",
        lacquer(canvas, tea),
        opacity=0.9,
    )
    canvas.ellipse(cx, base - 150, 124, 26, light(tea, 0.25))
    canvas.ellipse(cx, base - 190, 130, 28, "none", stroke="#fff", stroke_width=5, opacity=0.8)
    canvas.path(bowl, gloss(canvas, 0.5))


def jelly(canvas: Canvas, cx: Number, base: Number, colour: str, scale: Number = 1) -> None:
    """A trembling jelly with a piece of fruit inside."""
    with canvas.group(transform=f"translate({cx} {base}) scale({scale})"):
        shape = "M-150-10C-136-120-128-230-96-262C-70-290 70-290 96-262C128-230 136-120 150-10C150 26-150 26-150-10Z"
        canvas.path(shape, dome(canvas, colour), opacity=0.86)
        canvas.path("M-60-60C-80-160 40-190 70-110C86-50-20-10-60-60Z", light(colour, 0.55), opacity=0.8)
        for x in (-100, -34, 34, 100):
            canvas.line(f"M{x * 0.66} -256Q{x} -120 {x * 1.12} 0", light(colour, 0.6), 7, opacity=0.45)
        canvas.path(shape, gloss(canvas, 0.75))


def salt_jar(canvas: Canvas, salt: str) -> None:
    """A corked glass of bath salt."""
    canvas.path("M470 250H730L716 360H484Z", plate(canvas, "#c99a6b"))
    glass = f"M450 356H750Q830 400 830 500V{BASE - 60}Q830 {BASE} 770 {BASE}H430Q370 {BASE} 370 {BASE - 60}V500Q370 400 450 356Z"
    canvas.path(glass, "#ffffff", opacity=0.55)
    canvas.path(
        f"M392 540Q500 510 600 532T808 524V{BASE - 66}Q808 {BASE - 22} 764 {BASE - 22}H436Q392 {BASE - 22} 392 {BASE - 66}Z",
        plate(canvas, salt),
    )
    grains = [(404 + (index * 137) % 386, 556 + (index * 89) % 350) for index in range(34)]
    canvas.path("".join(f"M{x} {y}l10 7l-6 10l-11-6Z" for x, y in grains), "#fff", opacity=0.55)
    canvas.path(glass, gloss(canvas, 0.6))
    canvas.rect(398, 470, 18, 400, "#fff", rx=9, opacity=0.6)
    canvas.path("M450 376Q600 420 750 376", "none", stroke="#b0814f", stroke_width=10)
    canvas.rect(520, 640, 160, 190, "#fffaf0", rx=4)
    canvas.circle(600, 712, 40, dark(salt, 0.35))
    canvas.path("M560 790H640", "none", stroke="#8d7a66", stroke_width=5)


def candle(canvas: Canvas, vessel: str) -> None:
    """A candle in a porcelain cup, alight."""
    canvas.circle(
        600, 380, 330, canvas.radial((0, "#ffd98a", 0.75), (0.4, "#ffc66a", 0.25), (1, "#ffb84d", 0))
    )
    canvas.path(
        f"M390 520H810L780 {BASE - 30}Q776 {BASE} 740 {BASE}H460Q424 {BASE} 420 {BASE - 30}Z",
        matte(canvas, vessel),
    )
    canvas.ellipse(600, 520, 210, 46, light(vessel, 0.5))
    canvas.ellipse(600, 524, 190, 37, canvas.radial((0, "#fff3c9"), (0.5, "#f6dfae"), (1, "#d9b27c")))
    canvas.line("M600 524V468", "#3b2a22", 7)
    canvas.path(
        "M600 318C650 390 648 432 630 462Q600 496 570 462C552 432 556 392 600 318Z",
        canvas.linear((0, "#ffdf80"), (0.5, "#ffb03b"), (1, "#ff8a2a"), to=(0, 1)),
    )
    canvas.path("M600 392C622 428 620 446 612 462Q600 474 588 462C578 446 582 428 600 392Z", "#fffbe6")
    blossom(canvas, 600, 740, 80, dark(vessel, 0.14), 4)
    mark(canvas, 866, dark(vessel, 0.5), 22)
