"""A broadcast in a frame of somebody else's site: only where a setting names it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from playwright.async_api import Browser, expect

from nakamise.errors import Invalid
from nakamise.tenancy import switches
from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from tests.plugins.livestream.stage import API, Json, Stage, act, ok, on_air
from tests.plugins.livestream.watch.window import PHONE, window
from tests.plugins.livestream.whip.waiting import until

GL_01 = pytest.mark.req("GL-01")


@asynccontextmanager
async def site(body: str) -> AsyncIterator[str]:
    """Somebody else's, with one page; its origin. Browsers refuse ours in a page that came from nowhere."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        data = body.encode()
        head = f"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {len(data)}\r\nconnection: close\r\n\r\n"
        writer.write(head.encode() + data)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"http://localhost:{server.sockets[0].getsockname()[1]}"


async def allow(stage: Stage, text: str) -> None:
    runtime = stage.ctx.runtime
    await switches.configure(runtime, stage.tenant.id, "livestream", {"embed_sites": text})


async def is_served(url: str) -> bool:
    """The server is a process of its own, and hears of a setting a moment later."""
    there = httpx.URL(url)
    async with httpx.AsyncClient() as anyone:
        seen = await anyone.get(there.copy_with(host="127.0.0.1"), headers={"Host": there.netloc.decode()})
    return seen.status_code == httpx.codes.OK


async def shown(stage: Stage, broadcast: Json) -> httpx.Response:
    guest = stage.client_for(stage.tenant)
    return await guest.get(f"/livestream/{broadcast['id']}/embed")


@GL_01
async def test_only_sites_that_are_named_may_frame_it(
    stage: Stage, presenter: Person, admin: Person, goods: list[str]
) -> None:
    made = await on_air(presenter, title="夜のリップ選び")
    await ok(
        await presenter.client.put(
            f"{API}/studio/broadcasts/{made['id']}/products", json={"product_ids": goods}
        )
    )
    assert (await shown(stage, made)).status_code == 404
    monitor = f"/admin/livestream/broadcasts/{made['id']}"
    assert "iframe" not in (await admin.client.get(monitor)).text
    for faulty in ("shop.example", "https://shop.example/page", "javascript:alert(1)"):
        with pytest.raises(Invalid):
            await allow(stage, faulty)
    await allow(stage, "https://www.shop.example\nhttps://ec.example:8443")
    page = await shown(stage, made)
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    assert policy.endswith("frame-ancestors 'self' https://www.shop.example https://ec.example:8443")
    for words in ("口紅", "¥1,980", f'href="/livestream/{made["id"]}"'):
        assert words in page.text
    assert f"/livestream/{made['id']}/embed" in (await admin.client.get(monitor)).text
    current = await stage.client_for(stage.tenant).get("/livestream/embed")
    assert made["id"] in current.text
    whole = await stage.client_for(stage.tenant).get(f"/livestream/{made['id']}")
    assert whole.headers["content-security-policy"].endswith("frame-ancestors 'none'")
    await ok(await act(presenter, made, "end"))
    assert (await shown(stage, made)).status_code == 200


@GL_01
@pytest.mark.browser
async def test_a_browser_shows_it_on_that_site_and_nowhere_else(
    stage: Stage, presenter: Person, chromium: Browser, live_server: LiveServer
) -> None:
    made = await on_air(presenter, title="夜のリップ選び")
    base = live_server.url(stage.tenant)
    body = f'<!doctype html><title>EC</title><iframe src="{base}livestream/{made["id"]}/embed"></iframe>'
    async with window(chromium, base, PHONE) as seen, site(body) as own, site(body) as other:
        await allow(stage, own)
        await until(lambda: is_served(f"{base}livestream/{made['id']}/embed"))
        await seen.page.goto(own)
        inside = seen.page.frame_locator("iframe")
        await expect(inside.get_by_role("heading", name="夜のリップ選び")).to_be_visible()
        await expect(inside.get_by_text("配信者の映像を待っています")).to_be_visible()
        await expect(inside.get_by_role("link", name="視聴・購入")).to_have_attribute("target", "_blank")
        assert seen.said == []
        await seen.page.goto(other)
        await expect(inside.get_by_role("heading", name="夜のリップ選び")).to_have_count(0)
        assert any("frame-ancestors" in said for said in seen.said)
        seen.said.clear()
        await seen.page.goto(f"{base}livestream/{made['id']}/embed")
        await expect(seen.page.get_by_text("配信者の映像を待っています")).to_be_visible()
        assert await seen.faults() == []
