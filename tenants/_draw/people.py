"""Portraits of fictitious people on a canvas of 600 x 600."""

from __future__ import annotations

from dataclasses import dataclass

from tenants._draw.colour import dark, light
from tenants._draw.light import glow
from tenants._draw.stage import scatter
from tenants._draw.svg import Canvas

PORTRAIT = 600


@dataclass(frozen=True)
class Person:
    """How somebody looks; `style` is one of the keys of HAIR_BACK, colours are "#rrggbb"."""

    style: str
    hair: str
    garment: str
    backdrop: str
    skin: str = "#f0c2a2"
    lips: str = "#c4505a"
    lights: str = "#ffffff"
    glasses: bool = False
    headset: bool = False


HAIR_BACK = {
    "long": "M300 96C180 92 150 200 158 310C162 400 140 450 132 500Q300 560 468 500C460 450 438 400 442 310C450 200 420 92 300 96Z",
    "bob": "M300 98C186 94 156 190 160 280C162 340 150 380 166 404Q300 440 434 404C450 380 438 340 440 280C444 190 414 94 300 98Z",
    "bun": "M300 110C210 106 184 180 186 260Q190 330 220 350H380Q410 330 414 260C416 180 390 106 300 110Z",
    "short": "M300 104C204 100 178 180 184 268L206 300H394L416 268C422 180 396 100 300 104Z",
}
HAIR_FRONT = {
    "long": "M186 300C176 190 220 128 304 128C390 128 428 190 414 300C408 240 384 206 352 186C320 224 262 240 216 240C200 256 190 276 186 300Z",
    "bob": "M188 296C176 196 214 130 300 130S424 196 412 296C410 262 402 240 392 226Q300 246 208 226C198 240 190 262 188 296Z",
    "bun": "M192 280C184 190 222 132 300 132S416 190 408 280C402 230 372 192 300 178C228 192 198 230 192 280Z",
    "short": "M190 290C172 180 214 116 306 118C396 116 430 184 410 290C406 256 398 236 386 220C352 226 330 208 318 190C290 220 246 230 214 224C202 240 194 262 190 290Z",
}
FACE = "M194 262C194 176 240 150 300 150S406 176 406 262C406 352 350 408 300 408S194 352 194 262Z"


def portrait(canvas: Canvas, person: Person) -> None:
    """Head and shoulders before a wall with blurred lights."""
    _wall(canvas, person)
    _back_hair(canvas, person)
    _body(canvas, person)
    _face(canvas, person)
    canvas.path(HAIR_FRONT[person.style], _hair(canvas, person))
    canvas.line("M232 176Q280 140 350 152", light(person.hair, 0.5), 10, opacity=0.35, filter=canvas.blur(5))
    if person.glasses:
        _glasses(canvas)
    if person.headset:
        _headset(canvas, person)


def _hair(canvas: Canvas, person: Person) -> str:
    stops = ((0.0, light(person.hair, 0.22)), (0.5, person.hair), (1.0, dark(person.hair, 0.35)))
    return canvas.linear(*stops, to=(0.6, 1))


def _wall(canvas: Canvas, person: Person) -> None:
    tone = person.backdrop
    canvas.rect(
        0, 0, 600, 600, canvas.radial((0, light(tone, 0.4)), (0.6, tone), (1, dark(tone, 0.4)), radius=0.8)
    )
    for x, y, size in scatter(12, 4):
        glow(canvas, round(x * 600), round(y * 420), round(26 + size * 56), person.lights, 0.3)


def _back_hair(canvas: Canvas, person: Person) -> None:
    if person.style == "bun":
        canvas.circle(300, 96, 58, _hair(canvas, person))
    canvas.path(HAIR_BACK[person.style], dark(person.hair, 0.25))


def _body(canvas: Canvas, person: Person) -> None:
    shaded = dark(person.skin, 0.16)
    canvas.path(
        "M256 360H344V452Q300 500 256 452Z",
        canvas.linear((0, dark(person.skin, 0.26)), (1, shaded), to=(0, 1)),
    )
    cloth = canvas.linear(
        (0, light(person.garment, 0.3)), (0.6, person.garment), (1, dark(person.garment, 0.35)), to=(0.8, 1)
    )
    canvas.path(
        "M62 600C66 512 120 468 206 450L254 436Q300 504 346 436L394 450C480 468 534 512 538 600Z", cloth
    )
    canvas.line("M254 438Q300 508 346 438", dark(person.garment, 0.4), 5, opacity=0.5)
    canvas.line("M150 600Q160 556 176 536M450 600Q440 556 424 536", dark(person.garment, 0.4), 5, opacity=0.4)


def _face(canvas: Canvas, person: Person) -> None:
    skin = person.skin
    for side in (-1, 1):
        canvas.ellipse(300 + side * 106, 284, 17, 30, dark(skin, 0.12))
    canvas.path(
        FACE,
        canvas.radial((0, light(skin, 0.35)), (0.6, skin), (1, dark(skin, 0.2)), at=(0.4, 0.4), radius=0.75),
    )
    for side in (-1, 1):
        with canvas.group(transform=f"translate(300 0) scale({side} 1)"):
            canvas.ellipse(62, 330, 28, 17, "#f0756f", opacity=0.3, filter=canvas.blur(7))
            canvas.path("M26 276Q50 254 76 274Q54 294 26 276Z", "#fffaf7")
            canvas.circle(51, 275, 12.5, dark(person.hair, 0.2))
            canvas.circle(51, 275, 6, "#120c0b")
            canvas.line("M23 277Q50 251 79 272", "#2a1714", 4.5)
            canvas.line("M26 238Q54 220 80 238", dark(person.hair, 0.05), 5.5)
    for x in (245, 347):
        canvas.circle(x + 9, 270, 4, "#fff")
    canvas.line("M302 284Q290 322 296 328Q302 333 310 328", dark(skin, 0.3), 4, opacity=0.75)
    canvas.path("M258 350Q284 352 300 355Q316 352 342 350Q330 388 300 389Q270 388 258 350Z", person.lips)
    canvas.path("M268 355Q300 363 332 355Q322 372 300 373Q278 372 268 355Z", "#fff")
    canvas.line("M256 347Q254 350 258 353M344 347Q346 350 342 353", dark(skin, 0.35), 3.5)


def _glasses(canvas: Canvas) -> None:
    for x in (249, 351):
        canvas.rect(x - 42, 246, 84, 62, "#fff", rx=26, fill_opacity=0.16, stroke="#23272c", stroke_width=6)
    canvas.line("M291 268Q300 260 309 268M207 266L194 262M393 266L406 262", "#23272c", 6)


def _headset(canvas: Canvas, person: Person) -> None:
    canvas.line("M184 280C170 60 430 60 416 280", "#2b3036", 22)
    canvas.line("M184 262C174 72 426 72 416 262", "#6a737e", 4)
    for x in (160, 404):
        canvas.rect(x, 244, 36, 88, "#20252b", rx=17)
        canvas.rect(x + 13, 266, 9, 44, person.lights, rx=4)
    canvas.line("M184 330Q200 396 256 392", "#2b3036", 7)
