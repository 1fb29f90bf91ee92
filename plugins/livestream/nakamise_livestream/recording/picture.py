"""A segment's first picture, for lists and as the poster of a recording."""

from __future__ import annotations

import io
from typing import Final

import av
from av.error import InvalidDataError
from av.video.codeccontext import VideoCodecContext
from PIL.Image import Image

from nakamise_livestream.recording.units import Segment

LONGEST: Final = 960
QUALITY: Final = 70


def picture(segment: Segment) -> bytes | None:
    """WebP of at most 960 pixels; None when it cannot be decoded. Of H.264. Blocks for as long as that takes."""
    decoder = av.CodecContext.create("h264", "r")
    if not isinstance(decoder, VideoCodecContext):
        raise TypeError("h264 is no video decoder")
    try:
        frames = [*decoder.decode(av.Packet(segment.video[0].unit.data)), *decoder.decode(None)]
    except InvalidDataError:
        return None
    if not frames:
        return None
    image: Image = frames[0].to_image()  # type: ignore[no-untyped-call]
    image.thumbnail((LONGEST, LONGEST))
    file = io.BytesIO()
    image.save(file, "WEBP", quality=QUALITY)
    return file.getvalue()
