"""The two modules in a real browser, on a real server: its camera is a fake, everything else is not."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import AsyncIterator, Callable

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from nakamise.testing.chromium import cookies_of, find_chromium
from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from nakamise_livestream.sfu.keeper import listener
from tests.plugins.livestream.sfu.worker.test_chromium import ARGUMENTS
from tests.plugins.livestream.stage import Json, Stage, on_air
from tests.plugins.livestream.whip.waiting import until

pytestmark = pytest.mark.browser

PUBLISH = """async (url) => {
    const {publish} = await import("livestream/whip");
    window.states = [];
    const stream = await navigator.mediaDevices.getUserMedia({audio: true, video: {height: 360}});
    window.sending = publish(stream, url, {codecs: ["VP8"]});
    window.sending.addEventListener("state", ({detail}) => window.states.push(detail.state));
    await window.sending.live();
}"""
PLAY = """async (url) => {
    const {play} = await import("livestream/whep");
    const video = document.createElement("video");
    video.playsInline = true;
    document.body.append(video);
    window.states = [];
    window.playing = play(video, url);
    window.playing.addEventListener("state", ({detail}) => window.states.push(detail.state));
}"""
SEEN = "async (frames) => (await window.playing.stats()).frames >= frames && window.playing.state === 'receiving'"


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser
        await browser.close()


async def _page(context: BrowserContext, server: LiveServer, stage: Stage) -> Page:
    page = await context.new_page()
    await page.goto(server.url(stage.tenant, "/livestream"))
    return page


async def _holds(page: Page, expression: str) -> None:
    """Asked from outside: the page's own policy allows no eval."""

    async def holds() -> bool:
        return bool(await page.evaluate(expression))

    await until(holds, within=20.0)


async def _sees(page: Page, frames: int) -> None:
    await _holds(page, f"({SEEN})({frames})")


async def test_a_tab_sends_another_sees_and_both_heal(
    live_server: LiveServer, chromium: Browser, stage: Stage, presenter: Person
) -> None:
    broadcast: Json = await on_air(presenter)
    studio = await chromium.new_context(permissions=["camera", "microphone"])
    await studio.add_cookies(cookies_of(presenter))
    host = await _page(studio, live_server, stage)
    await host.evaluate(PUBLISH, f"/livestream/{broadcast['id']}/whip")
    guest = await _page(await chromium.new_context(), live_server, stage)
    await guest.evaluate(PLAY, f"/livestream/{broadcast['id']}/whep")
    await _sees(guest, 30)
    # The host's line drops for good, which no event tells: a new session, and the viewer's goes on.
    await host.evaluate("window.sending.connection.close()")
    await _holds(host, "window.states.includes('reconnecting') && window.sending.state === 'live'")
    await _sees(guest, 60)
    # And the viewer's.
    await guest.evaluate("window.playing.retry()")
    await _sees(guest, 10)
    stats = await host.evaluate("window.sending.stats()")
    assert stats["width"] > 0
    assert stats["codec"] == "VP8"
    await host.evaluate("window.sending.stop()")
    assert await host.evaluate("window.sending.state") == "ended"
    await guest.evaluate("window.playing.stop()")
    assert await guest.evaluate("window.playing.state") == "ended"


FRESH = "window.former !== window.playing.connection && window.playing.stats().then(({frames}) => frames > 2)"


@pytest.mark.req("LC-2.2.2")
async def test_tabs_come_back_when_the_media_worker_is_killed(
    live_server: LiveServer,
    chromium: Browser,
    stage: Stage,
    presenter: Person,
    record_property: Callable[[str, object], None],
) -> None:
    broadcast: Json = await on_air(presenter)
    studio = await chromium.new_context(permissions=["camera", "microphone"])
    await studio.add_cookies(cookies_of(presenter))
    host = await _page(studio, live_server, stage)
    await host.evaluate(PUBLISH, f"/livestream/{broadcast['id']}/whip")
    guest = await _page(await chromium.new_context(), live_server, stage)
    await guest.evaluate(PLAY, f"/livestream/{broadcast['id']}/whep")
    await _sees(guest, 10)
    await guest.evaluate("window.former = window.playing.connection; 1")
    worker = listener(str(live_server.settings.data_dir / "media.sock"))
    assert worker
    os.kill(worker, signal.SIGKILL)
    began = time.monotonic()
    await _holds(guest, FRESH)
    record_property("back_after_s", time.monotonic() - began)
    assert await host.evaluate("window.sending.state") == "live"


async def test_refusals_are_told(
    live_server: LiveServer, chromium: Browser, stage: Stage, presenter: Person
) -> None:
    broadcast: Json = await on_air(presenter)
    guest = await _page(await chromium.new_context(permissions=["camera", "microphone"]), live_server, stage)
    refused = await guest.evaluate(
        f"""async (url) => {{
            try {{ await ({PUBLISH})(url); }} catch (problem) {{ return [problem.status, window.sending.state]; }}
        }}""",
        f"/livestream/{broadcast['id']}/whip",
    )
    assert refused == [401, "failed"]
    await guest.evaluate(PLAY, f"/livestream/{broadcast['id']}/whep")
    await _holds(guest, "window.playing.problem?.code === 'not_live'")
    assert await guest.evaluate("window.playing.state") == "connecting"
    await guest.evaluate(PLAY, "/livestream/00000000-0000-0000-0000-000000000000/whep")
    await _holds(guest, "window.playing.state === 'ended' && window.playing.problem.status === 404")
