"""``ui/room`` in a real Chromium: it listens, comes back by itself, and misses nothing."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from playwright.async_api import Page

from nakamise.plugin import Tenant
from nakamise.rooms.feed import FRAME_S
from nakamise.settings import Settings
from nakamise.testing.author_fixtures import BrowserPage
from nakamise.testing.fixtures import MakeTenant
from nakamise.testing.live import LiveServer
from nakamise.testing.server import free_port
from tests.core.rooms.cable import Cable
from tests.core.rooms.line import browser, say

pytestmark = [pytest.mark.browser, pytest.mark.req("LC-0.4")]

LISTEN = """async (since) => {
  const {room} = await import("ui/room");
  window.heard = [];
  window.states = [];
  const hall = room("hello.hall", "1", {since});
  hall.on("said", (said) => heard.push(said.text));
  for (const name of ["connection", "reset", "presence"]) hall.on(name, (data) => states.push([name, data]));
}"""

OPENED = "states.some(([name, data]) => name === 'connection' && data.state === 'open')"


async def until(page: Page, expression: str) -> None:
    """Asked again and again from here: the page's own rules forbid it to evaluate a string."""
    async with asyncio.timeout(10):
        while not await page.evaluate(expression):  # noqa: ASYNC110 (it happens in the browser)
            await asyncio.sleep(0.05)


async def listening_page(browser_page: BrowserPage, tenant: Tenant, since: str = "") -> Page:
    page = await browser_page(tenant, "/hello/greetings")
    await page.evaluate(LISTEN, since)
    await until(page, OPENED)
    return page


async def test_a_page_hears_a_room_and_what_was_said_since_it_was_drawn(
    live_server: LiveServer, make_tenant: MakeTenant, browser_page: BrowserPage
) -> None:
    tenant = await make_tenant(plugins=("hello",))
    async with browser(live_server, tenant) as client:
        cursor = (await say(client, "1", "drawn with it")).json()["id"]
        await say(client, "1", "<b>between</b>")
        page = await listening_page(browser_page, tenant, cursor)
        await say(client, "1", "after")
        await until(page, "heard.length === 2")
        assert await page.evaluate("heard") == ["<b>between</b>", "after"]
        await until(page, "states.some(([name, data]) => name === 'presence' && data.now === 1)")


async def test_a_page_comes_back_by_itself_when_the_line_breaks(
    live_server: LiveServer, make_tenant: MakeTenant, browser_page: BrowserPage
) -> None:
    tenant = await make_tenant(plugins=("hello",))
    async with browser(live_server, tenant) as client, Cable(live_server.settings.port).plugged_in() as cable:
        page = await browser_page(tenant, "/healthz")
        await page.goto(f"http://{tenant.canonical_host}:{cable.port}/hello/greetings")
        await page.evaluate(LISTEN, "")
        await until(page, OPENED)
        await say(client, "1", "before")
        await until(page, "heard.length === 1")
        cable.pull()
        await until(page, "states.at(-1)[1].state === 'retrying'")
        await say(client, "1", "meanwhile")
        cable.put_back()
        await until(page, "heard.length === 2")
        assert await page.evaluate("heard") == ["before", "meanwhile"]


async def test_a_page_notices_a_line_that_is_dead_though_nobody_closed_it(
    live_server: LiveServer, make_tenant: MakeTenant, browser_page: BrowserPage
) -> None:
    """By the silence on it, and at once when the network is back."""
    tenant = await make_tenant(plugins=("hello",))
    async with browser(live_server, tenant) as client, Cable(live_server.settings.port).plugged_in() as cable:
        page = await browser_page(tenant, "/healthz")
        await page.clock.install()
        await page.goto(f"http://{tenant.canonical_host}:{cable.port}/hello/greetings")
        await page.evaluate(LISTEN, "")
        await until(page, OPENED)
        for n, wake in enumerate(("silence", "online")):
            await say(client, "1", f"before {wake}")
            await until(page, f"heard.length === {2 * n + 1}")
            cable.is_deaf = True
            await say(client, "1", f"lost {wake}")
            await asyncio.sleep(2 * FRAME_S)
            cable.is_deaf = False
            assert await page.evaluate("heard.length") == 2 * n + 1
            if wake == "silence":
                await page.clock.fast_forward(41_000)
            else:
                await page.evaluate("dispatchEvent(new Event('online'))")
            await until(page, f"heard.length === {2 * n + 2}")
        assert await page.evaluate("heard") == [
            "before silence",
            "lost silence",
            "before online",
            "lost online",
        ]


async def test_a_page_outlives_the_server_and_is_told_that_the_room_is_new(
    settings: Settings, make_tenant: MakeTenant, browser_page: BrowserPage
) -> None:
    """Rooms in memory end with their process."""
    tenant = await make_tenant(plugins=("hello",))
    server = LiveServer(msgspec.structs.replace(settings, jobs=0, port=free_port()))
    server.start()
    try:
        page = await browser_page(tenant, "/healthz")
        await page.goto(server.url(tenant, "/hello/greetings"))
        await page.evaluate(LISTEN, "")
        await until(page, OPENED)
        async with browser(server, tenant) as client:
            await say(client, "1", "before")
            await until(page, "heard.length === 1")
            server.kill()
            await until(page, "states.at(-1)[1].state === 'retrying'")
            server.start()
            await until(page, "states.some(([name]) => name === 'reset')")
            await say(client, "1", "after")
            await until(page, "heard.length === 2")
            assert await page.evaluate("heard") == ["before", "after"]
    finally:
        server.stop()
