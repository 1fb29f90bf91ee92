"""The child process that decodes one untrusted picture and ends.

It runs as ``python -I worker.py <job>`` with an empty environment: standard library and Pillow only, so a
decoder that is taken over finds no settings, no database and no other tenant's picture in its memory.
stdin: the file. argv[1]: a JSON object, see `Job`. stdout: one JSON line, then the WebP files end to end.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import sys
from typing import Any, Final, TypedDict

from PIL import Image, ImageCms, ImageFile, ImageOps
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.WebPImagePlugin import WebPImageFile

# Image.open would import forty decoders before it finds the one; these three are all that may run.
_DECODERS: Final[dict[str, type[ImageFile.ImageFile]]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WEBP": WebPImageFile,
}
_PLACEHOLDER_PX: Final = 32
_SIXTEEN_TO_EIGHT: Final = 1 / 256


class Job(TypedDict):
    """``width`` and ``height`` as the parent read them from the header; ``sizes`` in pixels, longest side."""

    format: str
    width: int
    height: int
    sizes: list[int]
    quality: int
    memory_bytes: int
    cpu_s: int


class Damaged(Exception):
    """The bytes are not the picture that their header promised."""


def main() -> None:
    job: Job = json.loads(sys.argv[1])
    _confine(job)
    try:
        reply, files = _work(sys.stdin.buffer.read(), job)
    except MemoryError:
        reply, files = {"refused": "too_many_pixels"}, []
    except Damaged:
        reply, files = {"refused": "damaged"}, []
    sys.stdout.buffer.write(json.dumps(reply).encode() + b"\n" + b"".join(files))
    sys.stdout.buffer.flush()


def _confine(job: Job) -> None:
    """No big memory, no long computing, no files, no core dump: from here on, for good."""
    resource.setrlimit(resource.RLIMIT_AS, (job["memory_bytes"], job["memory_bytes"]))
    resource.setrlimit(resource.RLIMIT_CPU, (job["cpu_s"], job["cpu_s"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _work(data: bytes, job: Job) -> tuple[dict[str, Any], list[bytes]]:
    picture = _decode(data, job)
    renditions = _renditions(picture, job["sizes"])
    files = [_encode(one, job["quality"]) for one in renditions]
    sizes = [(one.width, one.height, len(file)) for one, file in zip(renditions, files, strict=True)]
    return {"colour": _colour(renditions[-1]), "files": sizes}, files


def _decode(data: bytes, job: Job) -> Image.Image:
    """An upright sRGB picture, mode RGB or RGBA, no larger than the largest size asked for."""
    decoder = _DECODERS[job["format"]]
    size = (job["width"], job["height"])
    longest = max(job["sizes"])
    try:
        picture = _loaded(decoder(io.BytesIO(data)), size, longest)
        # Shrink first: all that follows then works on little memory.
        small = ImageOps.exif_transpose(_shrunk(_plain_mode(picture), longest))
    except (
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
        IndexError,
        KeyError,
        TypeError,
        struct.error,
    ) as error:
        # All of these are ways in which Pillow's decoders report bad bytes.
        raise Damaged from error
    return _to_srgb(small)


def _loaded(picture: ImageFile.ImageFile, size: tuple[int, int], longest: int) -> Image.Image:
    if picture.size != size:
        raise Damaged
    # A JPEG decoder can skip detail: twice the wanted size loses nothing visible and saves most memory.
    picture.draft("RGB", (2 * longest, 2 * longest))
    picture.load()
    return picture


def _plain_mode(picture: Image.Image) -> Image.Image:
    """Palettes and odd sample sizes cannot be shrunk well; CMYK and grey keep theirs for the profile."""
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda value: value * _SIXTEEN_TO_EIGHT).convert("L")
    if picture.mode in ("RGB", "RGBA", "L", "CMYK") and "transparency" not in picture.info:
        return picture
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _shrunk(picture: Image.Image, longest: int) -> Image.Image:
    if max(picture.size) <= longest:
        return picture
    factor = longest / max(picture.size)
    size = (max(1, round(picture.width * factor)), max(1, round(picture.height * factor)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _to_srgb(picture: Image.Image) -> Image.Image:
    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    profile = picture.info.get("icc_profile")
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), outputMode=mode
            )
        except (ImageCms.PyCMSError, OSError):
            # A broken profile, or one for other channels: browsers show such a picture without it, too.
            return picture.convert(mode)
        return converted or picture
    return picture.convert(mode)


def _renditions(picture: Image.Image, sizes: list[int]) -> list[Image.Image]:
    """One picture per size, largest first; sizes above the source would only blur it and are left out."""
    longest = max(picture.size)
    wanted = sorted({min(size, longest) for size in sizes}, reverse=True)
    return [_shrunk(picture, size) for size in wanted]


def _encode(picture: Image.Image, quality: int) -> bytes:
    # A copy without `info`: what a writer takes from there is metadata.
    bare = Image.new(picture.mode, picture.size)
    bare.paste(picture)
    out = io.BytesIO()
    bare.save(out, "WEBP", quality=quality, method=4)
    return out.getvalue()


def _colour(picture: Image.Image) -> str:
    """The most frequent of the picture's eight main colours, over white, as ``#rrggbb``."""
    tiny = picture.resize((_PLACEHOLDER_PX, _PLACEHOLDER_PX)).convert("RGBA")
    page = Image.new("RGBA", tiny.size, "white")
    page.alpha_composite(tiny)
    few = page.convert("RGB").quantize(8)
    histogram = few.histogram()
    index = histogram.index(max(histogram))
    red, green, blue = (few.getpalette() or [])[3 * index : 3 * index + 3]
    return f"#{red:02x}{green:02x}{blue:02x}"


if __name__ == "__main__":
    main()
