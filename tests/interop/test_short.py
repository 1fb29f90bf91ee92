"""The short part of the matrix: what needs nothing but Chromium and aiortc."""

from __future__ import annotations

import asyncio
import statistics

import pytest
from playwright.async_api import Browser

from nakamise.testing.fixtures import ClientFor
from tests.interop.air import Air, opened, play, publish, seen
from tests.interop.pages import Pages
from tests.plugins.livestream.sfu.encoder import EncodedTrack
from tests.plugins.livestream.sfu.rtc import publisher, viewer
from tests.plugins.livestream.stage import Stage
from tests.plugins.livestream.whip.rtc import send, watch

pytestmark = pytest.mark.browser


@pytest.mark.req("LC-0.13")
async def test_a_page_of_another_site_sends_to_chromium_and_aiortc(
    stage: Stage, client: ClientFor, chromium: Browser, pages: Pages, air: Air
) -> None:
    await publish(chromium, pages, air, codec="H264")
    async with viewer() as seer:
        await watch(client(stage.tenant), air.whep, seer)
        counted, _ = await asyncio.gather(seen(await play(chromium, pages, air), 60), seer.sees(30))
    assert counted["width"] > 0
    assert counted["lost"] == 0


async def test_aiortc_in_the_shape_of_obs_sends_to_chromium(
    stage: Stage, client: ClientFor, chromium: Browser, pages: Pages, air: Air
) -> None:
    """A keyframe every two seconds and none on request: without the cached pictures a second would pass."""
    async with publisher("H264", EncodedTrack()) as sender:
        await send(client(stage.tenant), air.whip, sender, air.key)
        await asyncio.sleep(0.5)
        page = await opened(chromium, pages)
        passed = [await page.evaluate("(url) => peer.first(url)", air.whep) for _ in range(5)]
    assert statistics.median(passed) < 500, passed
