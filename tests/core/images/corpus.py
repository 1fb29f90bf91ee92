"""Pictures, good and hostile, made here byte by byte or by Pillow."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image, ImageCms


def encoded(picture: Image.Image, format_: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, format_, **options)
    return out.getvalue()


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def one_bit_png(side: int) -> bytes:
    """All black, one bit a pixel: 9,000² fits in 10 KB and fills 81 MB and more when decoded."""
    row = bytes(1 + (side + 7) // 8)
    packer = zlib.compressobj(9)
    pixels = b"".join([packer.compress(row) for _ in range(side)] + [packer.flush()])
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def png_claiming(width: int, height: int) -> bytes:
    """A small PNG whose header names another size."""
    small = one_bit_png(8)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return small[:8] + chunk(b"IHDR", header) + small[8 + 25 :]


def gradient(width: int = 400, height: int = 300) -> Image.Image:
    across = Image.linear_gradient("L").rotate(90).resize((width, height))
    down = Image.linear_gradient("L").resize((width, height))
    return Image.merge("RGB", (across, down, Image.new("L", (width, height), 128)))


def frames() -> list[Image.Image]:
    return [Image.new("RGB", (40, 30), colour) for colour in ("red", "green", "blue")]


def animated(format_: str) -> bytes:
    first, *rest = frames()
    return encoded(first, format_, save_all=True, append_images=rest, duration=100)


def photo_with_gps() -> bytes:
    """A JPEG with a place, a camera, a comment and the orientation "turned by 90 degrees"."""
    exif = Image.Exif()
    exif[0x0110] = "CANARY-CAMERA"
    exif[0x0112] = 6
    exif.get_ifd(0x8825).update({1: "N", 2: (35.0, 39.0, 31.0), 29: "CANARY-GPS"})
    return encoded(gradient(), "JPEG", exif=exif, comment=b"CANARY-COMMENT")


def photo_in_another_colour_space() -> bytes:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return encoded(gradient(), "JPEG", icc_profile=profile)


def script_svg() -> bytes:
    return b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def polyglot() -> bytes:
    """A valid PNG with a page behind its end."""
    return encoded(gradient(), "PNG") + b"<html><script>CANARY-SCRIPT</script></html>"
