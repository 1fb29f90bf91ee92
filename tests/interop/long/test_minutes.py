"""Minutes on the air: viewers come all the time, lines lose packets. NAKAMISE_INTEROP_MINUTES (10) says how long."""

from __future__ import annotations

import asyncio
import os
import statistics
import time
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.interop.air import Air, opened, play, publish, seen
from tests.interop.pages import Pages
from tests.plugins.livestream.sfu.lossy import lossy_line

MINUTES = float(os.environ.get("NAKAMISE_INTEROP_MINUTES", "10"))
pytestmark = [pytest.mark.browser, pytest.mark.timeout(int(MINUTES * 60) + 200)]
_JOIN_EVERY = 10.0
_LOSS = 0.05
_LONGEST_FREEZE = 0.5


async def observe(page: Page, seconds: float) -> dict[str, Any]:
    """The longest freeze of ``seconds``, and the counters before and after."""
    found: dict[str, Any] = await page.evaluate("(seconds) => peer.observe(seconds)", seconds)
    return found


async def test_a_viewer_joins_every_ten_seconds(chromium: Browser, pages: Pages, air: Air) -> None:
    await publish(chromium, pages, air, codec="H264")
    stays = await play(chromium, pages, air)
    await seen(stays, 30)
    joining = await opened(chromium, pages)
    watching = asyncio.create_task(observe(stays, MINUTES * 60))
    passed: list[float] = []
    until = time.monotonic() + MINUTES * 60 - _JOIN_EVERY
    while time.monotonic() < until:
        passed.append(await joining.evaluate("(url) => peer.first(url)", air.whep))
        await asyncio.sleep(_JOIN_EVERY)
    saw = await watching
    lost = saw["end"]["lost"] - saw["start"]["lost"]
    print(
        f"{len(passed)} joins: first picture median {statistics.median(passed):.0f} ms, most {max(passed):.0f} ms;"
        f" who stayed lost {lost} packets, longest freeze {saw['longest']:.2f} s,"
        f" {(saw['end']['frames'] - saw['start']['frames']) / saw['seconds']:.1f} pictures/s"
    )
    assert lost == 0
    assert statistics.median(passed) < 500, passed


async def test_five_percent_of_loss_each_way(chromium: Browser, pages: Pages, air: Air) -> None:
    """On both lines. The first seconds, in which the publisher finds its rate, are not counted.

    When the publisher encodes nothing for a while, on a busy machine, that is not the lines' fault.
    """
    with lossy_line(_LOSS) as up, lossy_line(_LOSS) as down:
        host = await publish(chromium, pages, air, codec="H264", line=up)
        watching = await play(chromium, pages, air, line=down)
        await seen(watching, 150)
        paused, saw = await asyncio.gather(
            host.evaluate("(seconds) => peer.longestPause(seconds)", MINUTES * 60),
            observe(watching, MINUTES * 60),
        )
    start, end = saw["start"], saw["end"]
    frames = end["frames"] - start["frames"]
    dropped = end["dropped"] - start["dropped"]
    print(
        f"5 % loss each way, {saw['seconds']:.0f} s: longest freeze {saw['longest'] * 1000:.0f} ms"
        f" (the publisher's longest pause {paused * 1000:.0f} ms),"
        f" {end['freezes'] - start['freezes']} freezes, {frames / saw['seconds']:.1f} pictures/s, {dropped} dropped,"
        f" {end['nacks'] - start['nacks']} NACKs, {end['asked'] - start['asked']} PLIs"
    )
    assert saw["longest"] < _LONGEST_FREEZE + paused
    assert dropped <= frames * 0.005
