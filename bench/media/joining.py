"""From a viewer's POST to the first picture on its screen, in Chromium; two kinds of publisher.

One is another page of Chromium, which sends a keyframe when it is asked; the other has the shape of OBS: a keyframe
every two seconds, and requests for more are not heard.
"""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright

from bench.harness import Goal, Result, Samples, Scale
from bench.media.air import on_the_air
from bench.world import World
from nakamise.testing.chromium import find_chromium
from tests.interop.air import Air, opened, publish
from tests.interop.pages import Pages, serve_pages
from tests.plugins.livestream.sfu.encoder import EncodedTrack
from tests.plugins.livestream.sfu.rtc import publisher
from tests.plugins.livestream.sfu.worker.test_chromium import ARGUMENTS
from tests.plugins.livestream.whip.rtc import send

GOAL_MS = 100
_EACH_ROUND = 8
_WARM = 3


async def measure(world: World, scale: Scale) -> list[Result]:
    joins = _EACH_ROUND * scale.rounds
    with serve_pages() as pages:
        async with on_the_air(world) as (air, client), _browser() as browser:
            sender = await publish(browser, pages, air, codec="H264")
            results = [_result("browser", await _joins(browser, pages, air, joins))]
            await sender.evaluate("peer.leave()")
            async with publisher("H264", EncodedTrack()) as obs:
                await send(client, air.whip, obs, air.key)
                results.append(_result("obs", await _joins(browser, pages, air, joins)))
    return results


@asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        try:
            yield browser
        finally:
            await browser.close()


async def _joins(browser: Browser, pages: Pages, air: Air, count: int) -> list[float]:
    """Milliseconds; one viewer after the other, at any moment of a group of pictures."""
    await asyncio.sleep(2.5)
    page = await opened(browser, pages)
    passed: list[float] = []
    for number in range(_WARM + count):
        passed.append(await page.evaluate("(url) => peer.first(url)", air.whep))
        await asyncio.sleep(0.1 + 0.37 * (number % 5))
    return passed[_WARM:]


def _result(name: str, passed: list[float]) -> Result:
    samples: Samples = {"first picture": passed}
    p95 = statistics.quantiles(passed, n=20, method="inclusive")[18]
    note = f"{len(passed)} joins, median {statistics.median(passed):.0f} ms, most {max(passed):.0f} ms"
    return Result(
        name=f"media_first_picture_{name}_p95_ms",
        value=p95,
        unit="ms",
        goal=Goal(at_most=GOAL_MS),
        note=note,
        samples=samples,
    )
