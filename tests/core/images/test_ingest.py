"""What becomes of uploaded pictures. The bombs are real; the decoder runs where it runs in production."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from nakamise.errors import FieldError
from nakamise.images import ImageRefused, ImagesBusy, ImageWorkerFailed, Limits, Picture, ingest
from nakamise.images.process import run_worker
from tests.core.images import corpus

MB = 1024 * 1024
PROC = Path("/proc")
JOB: dict[str, Any] = {
    "format": "PNG",
    "width": 400,
    "height": 300,
    "sizes": [1280],
    "quality": 82,
    "memory_bytes": 512 * MB,
    "cpu_s": 5,
}


def resident_bytes() -> int:
    return int((PROC / "self/statm").read_text().split()[1]) * resource.getpagesize()


def decoding_processes() -> list[Path]:
    """The folders under /proc of our running children that decode."""
    found = []
    for folder in PROC.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
            if int(parent) == os.getpid() and b"worker.py" in (folder / "cmdline").read_bytes():
                found.append(folder)
    return found


async def first_decoding_process() -> Path:
    async with asyncio.timeout(30):
        while not (found := decoding_processes()):  # noqa: ASYNC110 - another process raises no event here
            await asyncio.sleep(0.005)
    return found[0]


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data), formats=("WEBP",))
    picture.load()
    return picture


async def refusal(data: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(ImageRefused) as caught:
        await ingest(data, limits=limits or Limits())
    return caught.value.code


@pytest.mark.req("LC-6.2.1", "LC-8.4.2")
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
async def test_a_good_picture_comes_back_as_webp_in_three_sizes(format_: str) -> None:
    picture = await ingest(corpus.encoded(corpus.gradient(1600, 1200), format_))
    assert [(one.width, one.height) for one in picture.renditions] == [(1280, 960), (640, 480), (256, 192)]
    for one in picture.renditions:
        assert opened(one.data).size == (one.width, one.height)


async def test_no_size_is_larger_than_the_source() -> None:
    picture = await ingest(corpus.encoded(corpus.gradient(400, 300), "PNG"))
    assert [one.longest for one in picture.renditions] == [400, 256]
    tiny = await ingest(corpus.encoded(corpus.gradient(1, 1), "PNG"))
    assert [one.longest for one in tiny.renditions] == [1]


async def test_a_line_keeps_a_pixel_of_height() -> None:
    picture = await ingest(corpus.encoded(corpus.gradient(5000, 1), "PNG"))
    assert [(one.width, one.height) for one in picture.renditions] == [(1280, 1), (640, 1), (256, 1)]


@pytest.mark.req("LC-6.2.1")
async def test_the_place_and_all_other_metadata_are_gone() -> None:
    data = corpus.photo_with_gps()
    assert data.count(b"CANARY") == 3
    picture = await ingest(data)
    for one in picture.renditions:
        assert b"CANARY" not in one.data
        assert not {"exif", "icc_profile", "xmp", "comment"} & set(opened(one.data).info)


async def test_a_photo_is_turned_upright() -> None:
    picture = await ingest(corpus.photo_with_gps())
    assert (picture.largest.width, picture.largest.height) == (300, 400)
    turned = corpus.gradient().transpose(Image.Transpose.ROTATE_270)
    for at in ((20, 20), (280, 20), (150, 380)):
        assert close(opened(picture.largest.data), turned, at)


def close(one: Image.Image, other: Image.Image, at: tuple[int, int], tolerance: int = 12) -> bool:
    pixels = (one.convert("RGB").getpixel(at), other.convert("RGB").getpixel(at))
    first, second = (pixel if isinstance(pixel, tuple) else () for pixel in pixels)
    return len(first) == 3 and all(abs(a - b) <= tolerance for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
async def test_every_png_mode_keeps_its_look(mode: str) -> None:
    grey = corpus.gradient().convert("L")
    source = (
        grey.convert("I").point(lambda value: value * 257).convert("I;16")
        if mode == "I;16"
        else corpus.gradient().convert(mode)
    )
    picture = await ingest(corpus.encoded(source, "PNG"))
    expected = grey if mode == "I;16" else source
    small = (8, 6)
    ours = opened(picture.largest.data).convert("RGB").resize(small, Image.Resampling.BOX)
    theirs = expected.convert("RGB").resize(small, Image.Resampling.BOX)
    assert all(close(ours, theirs, (x, y)) for x in range(8) for y in range(6))


async def test_transparency_stays_and_placeholder_is_seen_over_white() -> None:
    picture = await ingest(corpus.encoded(Image.new("RGBA", (50, 50), (255, 0, 0, 0)), "PNG"))
    assert opened(picture.largest.data).mode == "RGBA"
    assert picture.colour == "#ffffff"


async def test_the_colour_is_the_pictures_own() -> None:
    picture = await ingest(corpus.encoded(Image.new("RGB", (50, 50), "#b0345f"), "PNG"))
    assert picture.colour == "#b0345f"


async def test_cmyk_and_profiles_end_as_plain_srgb() -> None:
    cmyk = await ingest(corpus.encoded(corpus.gradient().convert("CMYK"), "JPEG"))
    profiled = await ingest(corpus.photo_in_another_colour_space())
    broken = await ingest(corpus.encoded(corpus.gradient(), "JPEG", icc_profile=b"not a profile" * 20))
    for picture in (cmyk, profiled, broken):
        result = opened(picture.largest.data)
        assert result.mode == "RGB"
        assert close(result, corpus.gradient(), (200, 150), tolerance=25)


@pytest.mark.req("LC-0.18")
async def test_a_page_behind_a_picture_is_dropped() -> None:
    given = corpus.polyglot()
    picture = await ingest(given)
    assert b"CANARY" in given
    assert len(picture.renditions) > 0
    assert all(b"CANARY" not in one.data for one in picture.renditions)


@pytest.mark.req("LC-0.18")
@pytest.mark.parametrize("side", [9_000, 12_000, 20_000])
async def test_a_decompression_bomb_is_refused_by_its_header(side: int) -> None:
    bomb = corpus.one_bit_png(side)
    assert len(bomb) < 100_000
    before = resident_bytes()
    assert await refusal(bomb) == "too_many_pixels"
    assert resident_bytes() - before < 100 * MB


def test_the_bomb_is_real(tmp_path: Path) -> None:
    """Negative control: a decoder without our limits unfolds the 10 KB to more than 60 MB."""
    path = tmp_path / "bomb.png"
    path.write_bytes(corpus.one_bit_png(9_000))
    decode = (
        "import sys; from PIL import Image\n"
        "resident = lambda: int(open('/proc/self/statm').read().split()[1])\n"
        "before = resident(); picture = Image.open(sys.argv[1]); picture.load()\n"
        "print(resident() - before)"
    )
    run = subprocess.run(
        [sys.executable, "-c", decode, str(path)], capture_output=True, check=True, text=True
    )
    assert int(run.stdout) * resource.getpagesize() > 60 * MB


async def test_a_bomb_that_passed_the_header_check_dies_in_its_own_process() -> None:
    """The second line: with the pixel limit lifted, memory and CPU of the child are still bounded."""
    before = resident_bytes()
    assert await refusal(corpus.one_bit_png(30_000), Limits(max_pixels=10**9)) == "too_many_pixels"
    assert resident_bytes() - before < 100 * MB


async def test_a_picture_that_computes_too_long_is_killed() -> None:
    slow = corpus.one_bit_png(15_000)
    assert await refusal(slow, Limits(max_pixels=10**9, cpu_s=0)) == "damaged"
    limits = Limits(max_pixels=10**9, sizes=(12_000,), cpu_s=1, memory_bytes=4 * 1024 * MB)
    assert await refusal(slow, limits) == "damaged"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        pytest.param(b"", "not_an_image", id="zero bytes"),
        pytest.param(b"plain text, called photo.jpg", "not_an_image", id="wrong extension"),
        pytest.param(corpus.script_svg(), "not_an_image", id="svg with a script"),
        pytest.param(corpus.encoded(corpus.gradient(), "TIFF"), "not_an_image", id="tiff"),
        pytest.param(corpus.encoded(corpus.gradient(), "BMP"), "not_an_image", id="bmp"),
        pytest.param(corpus.encoded(corpus.gradient(), "PDF"), "not_an_image", id="pdf"),
        pytest.param(corpus.animated("GIF"), "not_an_image", id="gif"),
        pytest.param(corpus.animated("PNG"), "animated", id="apng"),
        pytest.param(corpus.animated("WEBP"), "animated", id="animated webp"),
        pytest.param(corpus.png_claiming(400, 300), "damaged", id="png with a false size"),
        pytest.param(corpus.png_claiming(0, 8), "damaged", id="png without width"),
        pytest.param(corpus.png_claiming(2**31, 2**31), "too_many_pixels", id="png of the largest size"),
        pytest.param(b"\xff\xd8\xff\xd9", "damaged", id="empty jpeg"),
        pytest.param(b"\xff\xd8\xff" + b"\xff" * 1000, "damaged", id="jpeg of fill bytes"),
        pytest.param(b"RIFF\0\0\0\0WEBPVP8X", "damaged", id="webp of a header"),
    ],
)
@pytest.mark.req("LC-0.18")
async def test_what_is_no_still_picture_is_refused(data: bytes, code: str) -> None:
    assert await refusal(data) == code


@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.02, 0.5, 0.9])
async def test_a_truncated_picture_is_damaged(format_: str, part: float) -> None:
    data = corpus.encoded(corpus.gradient(), format_)
    cut = data[: max(16, int(len(data) * part))]
    assert await refusal(cut) == "damaged"


@pytest.mark.req("LC-6.2.1")
async def test_the_size_limit_is_the_callers() -> None:
    data = corpus.encoded(corpus.gradient(), "PNG")
    assert await refusal(data, Limits(max_bytes=len(data) - 1)) == "too_large"
    assert isinstance(await ingest(data, limits=Limits(max_bytes=len(data))), Picture)


async def test_a_refusal_is_a_field_error_with_its_numbers() -> None:
    with pytest.raises(FieldError) as caught:
        await ingest(b"\0" * 11_000_000)
    assert caught.value.message % caught.value.params == (
        "The picture is too large. Please choose one of at most 10 MB."
    )


async def test_a_crowd_is_told_to_wait_and_the_rest_is_served() -> None:
    data = corpus.encoded(corpus.gradient(20, 20), "PNG")
    results = await asyncio.gather(*(ingest(data) for _ in range(24)), return_exceptions=True)
    busy = [result for result in results if isinstance(result, ImagesBusy)]
    done = [result for result in results if isinstance(result, Picture)]
    assert (len(done), len(busy)) == (16, 8)
    assert isinstance(await ingest(data), Picture)


async def test_a_given_up_upload_leaves_no_process() -> None:
    task = asyncio.create_task(ingest(corpus.encoded(corpus.gradient(4000, 3000), "PNG")))
    await first_decoding_process()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert decoding_processes() == []


async def test_a_broken_installation_is_not_blamed_on_the_picture() -> None:
    with pytest.raises(ImageWorkerFailed, match="KeyError"):
        await run_worker({**JOB, "format": "a decoder that is not installed"}, b"", wall_s=10)


async def test_the_child_sees_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAKAMISE_SECRET_KEY", "canary")
    task = asyncio.create_task(ingest(corpus.encoded(corpus.gradient(4000, 3000), "PNG")))
    environment = ((await first_decoding_process()) / "environ").read_bytes()
    await task
    assert b"PATH=" in environment
    assert b"canary" not in environment
