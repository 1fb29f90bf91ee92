"""Firefox by WebDriver BiDi. It has H.264 only with a plugin that it downloads, so it sees VP8."""

from __future__ import annotations

import json
import os
from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from tests.interop.air import Air, play, publish, seen
from tests.interop.node import NodePeer, node_peer
from tests.interop.pages import Pages

pytestmark = [pytest.mark.browser, pytest.mark.req("LC-0.13")]


@pytest.fixture
async def firefox(pages: Pages) -> AsyncIterator[NodePeer]:
    command = ("firefox.mjs", os.environ["NAKAMISE_FIREFOX"], pages.url("foreign.html"))
    async with node_peer(*command) as peer:
        assert "irefox" in json.loads(await peer.line(60.0))["version"]
        yield peer
        await peer.leave()


async def test_firefox_views(chromium: Browser, pages: Pages, air: Air, firefox: NodePeer) -> None:
    await publish(chromium, pages, air, codec="VP8")
    await firefox.evaluate(f"peer.play({air.whep!r})")
    counted = await firefox.evaluate("peer.seen(60)")
    assert counted["width"] > 0
    assert counted["lost"] == 0


async def test_firefox_publishes(chromium: Browser, pages: Pages, air: Air, firefox: NodePeer) -> None:
    await firefox.evaluate(f"peer.publish({air.whip!r}, {{key: {air.key!r}}})")
    counted = await seen(await play(chromium, pages, air), 60)
    assert (counted["width"] > 0, counted["lost"]) == (True, 0)
