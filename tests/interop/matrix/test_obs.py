"""The shape of OBS by the library that OBS uses: libdatachannel, through node-datachannel."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.interop.air import Air, opened, play, publish, seen
from tests.interop.node import node_peer
from tests.interop.pages import Pages
from tests.plugins.livestream.sfu.encoder import encoded_group

pytestmark = [pytest.mark.browser, pytest.mark.req("LC-0.13")]


@pytest.fixture(scope="session")
def group(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of pictures, one file each."""
    folder = tmp_path_factory.mktemp("group")
    for number, picture in enumerate(encoded_group()):
        (folder / str(number)).write_bytes(picture)
    return folder


async def test_obs_sends_and_the_first_picture_comes_at_once(
    chromium: Browser, pages: Pages, air: Air, group: Path
) -> None:
    async with node_peer("obs.mjs", air.whip, air.key, str(group)) as obs:
        assert await obs.line() == "live"
        counted = await seen(await play(chromium, pages, air), 90)
        page = await opened(chromium, pages)
        passed = [await page.evaluate("(url) => peer.first(url)", air.whep) for _ in range(10)]
        assert await obs.leave() == 0
    print(f"first picture of OBS: median {statistics.median(passed):.0f} ms, most {max(passed):.0f} ms")
    assert counted["lost"] == 0
    assert statistics.median(passed) < 500, passed
    await publish(chromium, pages, air, codec="H264")
