"""Our own drawings (demo data, tenants' blueprints) from SVG to PNG. Never for what users upload."""

from __future__ import annotations

import re
from typing import Final

import resvg_py

_MAX_WIDTH_PX: Final = 4096
# resvg reads files that an <image> names by absolute path, and a DTD could hide one. No drawing needs them.
_FORBIDDEN: Final = re.compile(r"<(?:[\w.-]+:)?(?:image|feImage)\b|<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)


def rasterise_svg(svg: bytes, size: int) -> bytes:
    """A PNG ``size`` pixels wide, 1 to 4,096; the height follows the drawing's own proportions.

    Blocks for some milliseconds: call it in a thread from a coroutine. Text is drawn only with fonts of this
    machine, so drawings use paths. Raises ValueError on what is not SVG or refers to pictures elsewhere.
    """
    if not 1 <= size <= _MAX_WIDTH_PX:
        raise ValueError(f"size must be 1 to {_MAX_WIDTH_PX} pixels")
    text = svg.decode("utf-8")
    if _FORBIDDEN.search(text):
        raise ValueError("the drawing holds a picture or a document type")
    return bytes(resvg_py.svg_to_bytes(svg_string=text, width=size))
