from __future__ import annotations
from datetime import timedelta
import random
import pytest
from playwright.async_api import Browser
from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from tests.plugins.livestream.stage import Stage, on_air, act, ok, id_of
from tests.plugins.livestream.watch.window import DESKTOP, PHONE, window

pytestmark = pytest.mark.browser

async def test_shot(stage: Stage, presenter: Person, chromium: Browser, live_server: LiveServer) -> None:
    made = await on_air(presenter, title="夜のリップ選び")
    await ok(await act(presenter, made, "end"))
    async with stage.ctx.begin() as tx:
        for n in range(75):
            await tx.execute("INSERT INTO livestream_minute (broadcast_id, minute, viewers, peak, visitors, reactions) VALUES ($1, date_trunc('minute', $2::timestamptz), $3, $3, $3, 0)", id_of(made), stage.ctx.now() - timedelta(minutes=90 - n), int(30 + n * 2 + 20 * random.random()))
    base = live_server.url(stage.tenant)
    for size, name in ((PHONE, "phone"), (DESKTOP, "desktop")):
        async with window(chromium, base, size, presenter) as w:
            await w.page.goto(f"/livestream/studio/{made['id']}")
            await w.page.wait_for_timeout(500)
            print(await w.faults())
            await w.page.screenshot(path=f"/tmp/nk/rooms-{name}.png", full_page=True)
