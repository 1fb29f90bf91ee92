"""A publisher's line becomes narrow: it is told (REMB), lowers its bitrate, and the picture goes on."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from playwright.async_api import Browser, Page

from tests.interop.air import Air, play, publish, seen
from tests.interop.narrow import narrow_line
from tests.interop.pages import Pages

pytestmark = [pytest.mark.browser, pytest.mark.timeout(200)]
_WIDE = 8_000_000
_NARROW = 250_000
_AUDIO = 40_000
_TO_ADAPT = 20.0
_WATCHED = 15.0


async def sent(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = (await page.evaluate("peer.sent()"))[""]
    return found


async def rate_over(page: Page, seconds: float) -> float:
    """Bits per second of video that the page has sent meanwhile."""
    before = (await sent(page))["bytes"]
    await asyncio.sleep(seconds)
    return float(((await sent(page))["bytes"] - before) * 8 / seconds)


@pytest.mark.req("AR-10")
async def test_the_publisher_lowers_its_bitrate(chromium: Browser, pages: Pages, air: Air) -> None:
    with narrow_line(_WIDE) as line:
        host = await publish(chromium, pages, air, line=line, codec="H264", height=720)
        guest = await play(chromium, pages, air)
        await seen(guest, 150)
        wide = await rate_over(host, 5)
        line.rate = _NARROW
        await asyncio.sleep(_TO_ADAPT)
        dropped = line.dropped
        rate, saw = await asyncio.gather(
            rate_over(host, _WATCHED), guest.evaluate("(seconds) => peer.observe(seconds)", _WATCHED)
        )
        lost = line.dropped - dropped
        print(
            f"line of {_NARROW // 1000} kbit/s: video from {wide / 1000:.0f} to {rate / 1000:.0f} kbit/s,"
            f" {lost} packets dropped in {_WATCHED:.0f} s, longest freeze {saw['longest']:.2f} s"
        )
        assert wide > _NARROW
        assert rate < _NARROW - _AUDIO
        assert saw["longest"] < 1.0
        line.rate = _WIDE
        await asyncio.sleep(_TO_ADAPT)
        again = await rate_over(host, 5)
        print(f"wide again: {again / 1000:.0f} kbit/s")
        assert again > rate
