"""A broadcast as other people's clients know it, and pages of Chromium at both of its ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from playwright.async_api import Browser, Page

from tests.interop.pages import Pages
from tests.plugins.livestream.sfu.lossy import LossyLine
from tests.plugins.livestream.stage import Json


@dataclass
class Air:
    """The addresses and the key that a publisher is given, and where viewers go."""

    whip: str
    whep: str
    key: str
    broadcast: Json


async def opened(
    browser: Browser, pages: Pages, name: str = "page.html", line: LossyLine | None = None
) -> Page:
    """A page of the peers' site; with ``line`` its media goes through that."""
    context = await browser.new_context(permissions=["camera", "microphone"])
    page = await context.new_page()

    if line is not None:
        await page.expose_function("through", line.through)
    await page.goto(pages.url(name))
    await page.wait_for_function("window.peer !== undefined")
    return page


async def publish(
    browser: Browser, pages: Pages, air: Air, *, line: LossyLine | None = None, **options: object
) -> Page:
    """``options`` are those of ``publish`` in peer.js."""
    page = await opened(browser, pages, line=line)
    given = [air.whip, {"key": air.key, **options}]
    await page.evaluate("([url, options]) => peer.publish(url, options)", given)
    return page


async def play(browser: Browser, pages: Pages, air: Air, *, line: LossyLine | None = None) -> Page:
    page = await opened(browser, pages, line=line)
    await page.evaluate("(url) => peer.play(url)", air.whep)
    return page


async def seen(page: Page, frames: int) -> dict[str, Any]:
    """What the page has received when it has decoded so many pictures."""
    counted: dict[str, Any] = await page.evaluate("(frames) => peer.seen(frames)", frames)
    return counted
