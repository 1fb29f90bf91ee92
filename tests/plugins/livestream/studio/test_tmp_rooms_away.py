from __future__ import annotations
import asyncio
import msgspec
import pytest
from pathlib import Path
from playwright.async_api import Browser, expect
from nakamise.settings import Settings
from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from nakamise.testing.server import free_port
from tests.core.rooms.redis_server import RedisServer
from tests.plugins.livestream.stage import Stage, on_air
from tests.plugins.livestream.watch.window import PHONE, window

pytestmark = pytest.mark.browser

async def test_away(stage: Stage, presenter: Person, chromium: Browser, settings: Settings, tmp_path: Path) -> None:
    redis = RedisServer(tmp_path); redis.start()
    server = LiveServer(msgspec.structs.replace(settings, jobs=0, port=free_port(), redis_url=redis.url))
    await asyncio.to_thread(server.start)
    try:
        made = await on_air(presenter, title="夜のリップ選び")
        async with window(chromium, server.url(stage.tenant), PHONE) as w:
            await w.page.goto(f"/livestream/{made['id']}")
            away = w.page.get_by_text("チャットは一時的に利用できません。お買い物はできます。")
            await expect(w.page.locator("[data-viewers]")).to_have_text("1", timeout=8000)
            await expect(away).to_be_hidden()
            redis.kill()
            await expect(away).to_be_visible(timeout=15000)
            await w.page.screenshot(path="/tmp/nk/rooms-away.png")
            redis.start()
            await expect(away).to_be_hidden(timeout=15000)
            print("HEALED", await w.faults())
    finally:
        server.stop(); redis.kill()
