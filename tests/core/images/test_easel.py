"""Drawings are made by workers that may die, refuse or be left alone."""

from __future__ import annotations

import asyncio

import pytest

from nakamise.images.art import ART_LIMITS
from nakamise.images.easel import Easel

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20" fill="{}"/></svg>'
COLOURS = [f"#{number * 20:02x}8040" for number in range(12)]


async def test_each_gets_its_own_drawing() -> None:
    async with Easel() as easel:
        drawn = await asyncio.gather(*(easel.draw(SVG.format(colour).encode()) for colour in COLOURS))
    assert [picture.colour for picture in drawn] == COLOURS
    assert [rendition.longest for rendition in drawn[0].renditions] == list(ART_LIMITS.sizes)


async def test_what_is_no_drawing() -> None:
    async with Easel() as easel:
        for bad in (b"<p>no</p>", b"", b"<svg><image href='/etc/passwd'/></svg>"):
            with pytest.raises(ValueError, match=r".+"):
                await easel.draw(bad)
        assert (await easel.draw(SVG.format("#204080").encode())).colour == "#204080"


async def test_one_that_was_given_up_does_not_answer_for_the_next() -> None:
    async with Easel() as easel:
        for _ in range(4):
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(easel.draw(SVG.format("#ff0000").encode()), 0.001)
        for colour in COLOURS:
            assert (await easel.draw(SVG.format(colour).encode())).colour == colour
