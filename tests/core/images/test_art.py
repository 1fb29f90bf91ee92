"""Our own drawings."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from nakamise.images import ingest
from nakamise.images.art import rasterise_svg

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 20 10"><rect width="20" height="10" fill="#b0345f"/></svg>'


def test_a_drawing_becomes_a_png_of_the_width_asked_for() -> None:
    picture = Image.open(io.BytesIO(rasterise_svg(SVG, 640)))
    assert (picture.format, picture.size) == ("PNG", (640, 320))
    assert picture.convert("RGB").getpixel((300, 100)) == (0xB0, 0x34, 0x5F)


async def test_a_drawing_goes_the_way_of_every_picture() -> None:
    picture = await ingest(rasterise_svg(SVG, 1280))
    assert (picture.largest.width, picture.colour) == (1280, "#b0345f")


@pytest.mark.parametrize(
    "element",
    [
        '<image href="{}"/>',
        '<s:image xmlns:s="http://www.w3.org/2000/svg" href="{}"/>',
        '<feImage href="{}"/>',
    ],
)
def test_a_drawing_reads_no_file(tmp_path: Path, element: str) -> None:
    Image.new("RGB", (8, 8), "red").save(tmp_path / "secret.png")
    inside = element.format(tmp_path / "secret.png").encode()
    with pytest.raises(ValueError, match="picture"):
        rasterise_svg(SVG.replace(b"<rect", inside + b"<rect"), 64)


@pytest.mark.parametrize("svg", [b"", b"no drawing", b"<svg", b"<!DOCTYPE svg><svg/>", b"\xff\xfe"])
def test_what_is_no_drawing_is_an_error(svg: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the renderer words it
        rasterise_svg(svg, 64)


@pytest.mark.parametrize("size", [0, -1, 4097])
def test_the_size_is_bounded(size: int) -> None:
    with pytest.raises(ValueError, match="size"):
        rasterise_svg(SVG, size)
