"""A publisher is killed and comes back with everything new; layers change. Viewers keep their session."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Callable

import pytest
from playwright.async_api import Browser, Page

from tests.interop.air import Air, opened, play, publish, seen
from tests.interop.pages import Pages
from tests.plugins.livestream.sfu.lossy import lossy_line

pytestmark = [pytest.mark.browser, pytest.mark.timeout(280)]
LAYERS = [
    {"rid": "h", "maxBitrate": 1_500_000},
    {"rid": "m", "scaleResolutionDownBy": 2, "maxBitrate": 500_000},
    {"rid": "l", "scaleResolutionDownBy": 4, "maxBitrate": 150_000},
]
_WIDTH, _HEIGHT = 1280, 720
_TIMES = 6
_TO_CHANGE = 90.0


async def test_a_killed_publisher_comes_back_with_another_size(
    chromium: Browser, pages: Pages, air: Air
) -> None:
    """From its DTLS being up, when the first keyframe can leave at the earliest, to the picture at the viewer."""
    heights = [360, 180]
    page = await publish(chromium, pages, air, codec="H264", height=heights[0])
    watching = await play(chromium, pages, air)
    counted = await seen(watching, 30)
    passed: list[float] = []
    for turn in range(1, _TIMES + 1):
        await page.context.close()
        new_size = asyncio.create_task(watching.evaluate("(width) => peer.another(width)", counted["width"]))
        # Its place is kept for two seconds, so that nobody takes it from a publisher that is only slow.
        await asyncio.sleep(2.5)
        page = await opened(chromium, pages)
        options = {"key": air.key, "codec": "H264", "height": heights[turn % 2]}
        up = await page.evaluate(
            "([url, options]) => peer.publish(url, options).then(Date.now)", [air.whip, options]
        )
        await new_size
        passed.append(max(0.0, await watching.evaluate("Date.now()") - up))
        counted = await seen(watching, counted["frames"] + 10)
    print(f"picture after the publisher's return: {[round(one) for one in passed]} ms")
    assert statistics.median(passed) < 300, passed


async def test_a_bad_line_gets_a_smaller_layer_and_a_good_one_the_largest(
    chromium: Browser, pages: Pages, air: Air
) -> None:
    await publish(chromium, pages, air, codec="VP8", layers=LAYERS, height=_HEIGHT)
    good = await play(chromium, pages, air)
    await until(good, lambda width: width == _WIDTH)
    with lossy_line(0.25) as line:
        bad = await play(chromium, pages, air, line=line)
        smaller = await until(bad, lambda width: 0 < width < _WIDTH)
        # The bad line is nobody else's business.
        assert int((await good.evaluate("peer.received()"))["width"]) == _WIDTH
    print(f"layers: {_WIDTH} pixels on the good line, {smaller} with 25 % loss")


async def until(page: Page, is_right: Callable[[int], bool]) -> int:
    """The width of its pictures, once it is right. A browser begins with small layers."""
    async with asyncio.timeout(_TO_CHANGE):
        while True:
            width = int((await page.evaluate("peer.received()"))["width"])
            if is_right(width):
                return width
            await asyncio.sleep(0.2)
