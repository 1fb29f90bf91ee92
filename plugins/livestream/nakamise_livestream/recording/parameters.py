"""What a decoder is set up with: when it changes, a new initialisation is needed."""

from __future__ import annotations

import re
from typing import Final

_NAL: Final = re.compile(rb"\x00\x00\x01")
_SETS: Final = (7, 8)
_VP8_SIZE: Final = slice(6, 10)


def parameters(codec: str, picture: bytes) -> bytes:
    """The parameter sets of an H.264 keyframe in Annex B, or the size in a VP8 keyframe's header (RFC 6386 §9.1)."""
    if codec == "VP8":
        return picture[_VP8_SIZE]
    return b"".join(nal.rstrip(b"\x00") for nal in _NAL.split(picture) if nal and nal[0] & 0x1F in _SETS)
