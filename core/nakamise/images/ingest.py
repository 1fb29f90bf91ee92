"""From an uploaded file to pictures that are safe to serve."""

from __future__ import annotations

import msgspec

from nakamise.images.errors import Code, ImageRefused
from nakamise.images.header import Broken, Header, Unknown, read_header
from nakamise.images.process import run_worker


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """``sizes``: longest sides in pixels. Memory and CPU bound the decoding process, not this one."""

    max_bytes: int = 10_000_000
    max_pixels: int = 25_000_000
    sizes: tuple[int, ...] = (1280, 640, 256)
    quality: int = 82
    memory_bytes: int = 512 * 1024 * 1024
    cpu_s: int = 5


class Rendition(msgspec.Struct, frozen=True):
    """One WebP file; ``width`` and ``height`` in pixels."""

    width: int
    height: int
    data: bytes

    @property
    def longest(self) -> int:
        return max(self.width, self.height)


class Picture(msgspec.Struct, frozen=True):
    """``renditions`` largest first, at least one, none larger than the source; ``colour`` is ``#rrggbb``."""

    renditions: tuple[Rendition, ...]
    colour: str

    @property
    def largest(self) -> Rendition:
        return self.renditions[0]

    @property
    def smallest(self) -> Rendition:
        return self.renditions[-1]


DEFAULT_LIMITS = Limits()


async def ingest(data: bytes, *, limits: Limits = DEFAULT_LIMITS) -> Picture:
    """Check, decode elsewhere, turn upright, convert to sRGB, drop all metadata, encode as WebP.

    Moving pictures are refused, not cut to their first frame: that frame is often blank, and a seller should
    not find out from a buyer. Raises ImageRefused, ImagesBusy, ImageWorkerFailed.
    """
    header = _judge(data, limits)
    job = {
        "format": header.format,
        "width": header.width,
        "height": header.height,
        "sizes": limits.sizes,
        "quality": limits.quality,
        "memory_bytes": limits.memory_bytes,
        "cpu_s": limits.cpu_s,
    }
    reply = await run_worker(job, data, wall_s=2 * limits.cpu_s)
    if reply.refused is not None:
        raise _refused(reply.refused, limits)
    return Picture(tuple(Rendition(*one) for one in reply.split()), reply.colour)


def _judge(data: bytes, limits: Limits) -> Header:
    """Everything that can be refused without decoding is refused here: a 10 KB file can hold 400 Mpx."""
    if len(data) > limits.max_bytes:
        raise _refused("too_large", limits)
    try:
        header = read_header(data)
    except Unknown:
        raise _refused("not_an_image", limits) from None
    except Broken:
        raise _refused("damaged", limits) from None
    if header.width * header.height > limits.max_pixels:
        raise _refused("too_many_pixels", limits)
    if header.animated:
        raise _refused("animated", limits)
    return header


def _refused(code: Code, limits: Limits) -> ImageRefused:
    return ImageRefused(
        code, megabytes=limits.max_bytes // 1_000_000, megapixels=limits.max_pixels // 1_000_000
    )
