"""What a file's first bytes say about it, read without decoding anything.

Sources: PNG (W3C, third edition) §5 and §11.2.1, `acTL` of §11.3.6.1; WebP container specification
(Google, "WebP Container Specification"); JPEG ITU-T T.81 annex B.
"""

from __future__ import annotations

import struct
from typing import Final, Literal

import msgspec

Format = Literal["JPEG", "PNG", "WEBP"]

_PNG_MAGIC: Final = b"\x89PNG\r\n\x1a\n"
# Start-of-frame markers; C4, C8 and CC of that row are tables, not frames.
_SOF: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# Markers that stand alone, without a length.
_STANDALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
_ANIMATION_FLAG: Final = 0x02


class Header(msgspec.Struct, frozen=True):
    """``width`` and ``height`` in pixels before any EXIF rotation."""

    format: Format
    width: int
    height: int
    animated: bool = False


class Unknown(Exception):
    """Not one of the three formats."""


class Broken(Exception):
    """One of the three formats, but its header ends early or contradicts itself."""


def read_header(data: bytes) -> Header:
    """Raises Unknown or Broken."""
    try:
        if data.startswith(_PNG_MAGIC):
            return _png(data)
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError):
        raise Broken from None
    raise Unknown


def _png(data: bytes) -> Header:
    if data[12:16] != b"IHDR":
        raise Broken
    width, height = struct.unpack_from(">II", data, 16)
    return _header("PNG", width, height, animated=_has_png_animation(data))


def _has_png_animation(data: bytes) -> bool:
    """An animated PNG says so before its first pixel data."""
    at = len(_PNG_MAGIC)
    while True:
        length, name = struct.unpack_from(">I4s", data, at)
        if name == b"acTL":
            return True
        if name in (b"IDAT", b"IEND"):
            return False
        at += 12 + length


def _jpeg(data: bytes) -> Header:
    at = 2
    while True:
        if data[at] != 0xFF:
            raise Broken
        marker = data[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
        elif marker in _STANDALONE:
            at += 2
        elif marker in _SOF:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return _header("JPEG", width, height)
        elif marker in (0xD9, 0xDA):  # end of image or scan data before any frame
            raise Broken
        else:
            at += 2 + struct.unpack_from(">H", data, at + 2)[0]


def _webp(data: bytes) -> Header:
    chunk = data[12:16]
    if chunk == b"VP8 ":
        if data[23:26] != b"\x9d\x01\x2a":
            raise Broken
        width, height = struct.unpack_from("<HH", data, 26)
        return _header("WEBP", width & 0x3FFF, height & 0x3FFF)
    if chunk == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        return _header("WEBP", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
    if chunk == b"VP8X":
        width, height = (int.from_bytes(_exactly(data, at, 3), "little") + 1 for at in (24, 27))
        return _header("WEBP", width, height, animated=bool(data[20] & _ANIMATION_FLAG))
    raise Broken


def _exactly(data: bytes, at: int, count: int) -> bytes:
    part = data[at : at + count]
    if len(part) != count:
        raise Broken
    return part


def _header(format_: Format, width: int, height: int, *, animated: bool = False) -> Header:
    if width == 0 or height == 0:
        raise Broken
    return Header(format_, width, height, animated)
