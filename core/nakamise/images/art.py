"""Our own drawings (demo data, tenants' blueprints) from SVG to PNG. Never for what users upload."""

from __future__ import annotations

import io
import re
from typing import Final

import resvg_py
from PIL import Image

from nakamise.images.ingest import Limits, Picture, Rendition

# Blurred shadows cost by area: 800 px are sharp enough for a drawing, at a third of the time of 1280.
ART_LIMITS: Final = Limits(sizes=(800, 480, 240))

_MAX_WIDTH_PX: Final = 4096
# resvg reads files that an <image> names by absolute path, and a DTD could hide one. No drawing needs them.
_FORBIDDEN: Final = re.compile(r"<(?:[\w.-]+:)?(?:image|feImage)\b|<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def rasterise_svg(svg: bytes, size: int) -> bytes:
    """A PNG ``size`` pixels wide, 1 to 4,096; the height follows the drawing's own proportions.

    Blocks for a part of a second. Text is never drawn: drawings use paths. Raises ValueError on what is not SVG or refers to pictures elsewhere.
    """
    if not 1 <= size <= _MAX_WIDTH_PX:
        raise ValueError(f"size must be 1 to {_MAX_WIDTH_PX} pixels")
    text = svg.decode("utf-8")
    if _FORBIDDEN.search(text):
        raise ValueError("the drawing holds a picture or a document type")
    # Reading this machine's fonts would take a third of a second, for drawings that hold no text.
    return bytes(resvg_py.svg_to_bytes(svg_string=text, width=size, skip_system_fonts=True))


def draw(svg: bytes, limits: Limits = ART_LIMITS) -> Picture:
    """The drawing as pictures to serve, largest first. Blocks; raises ValueError as ``rasterise_svg`` does."""
    with Image.open(io.BytesIO(rasterise_svg(svg, max(limits.sizes)))) as png:
        # Opaque art is stored without alpha: half the encoding time.
        whole = png.convert(
            "RGB" if png.mode != "RGBA" or png.getchannel("A").getextrema() == (255, 255) else "RGBA"
        )
    red, green, blue = whole.convert("RGB").resize((1, 1), Image.Resampling.BOX).tobytes()
    sizes = sorted(limits.sizes, reverse=True)
    return Picture(
        tuple(_rendition(whole, size, limits.quality) for size in sizes), f"#{red:02x}{green:02x}{blue:02x}"
    )


def _rendition(whole: Image.Image, size: int, quality: int) -> Rendition:
    scale = size / max(whole.size)
    small = whole.resize(
        (max(1, round(whole.width * scale)), max(1, round(whole.height * scale))), reducing_gap=3
    )
    out = io.BytesIO()
    small.save(out, "WEBP", quality=quality, method=1)
    return Rendition(small.width, small.height, out.getvalue())
