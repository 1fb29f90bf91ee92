"""A browser without HLS of its own, in a network that WebRTC does not get through: pictures move nevertheless."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from nakamise.testing.live import LiveServer
from nakamise.testing.people import Person
from tests.plugins.livestream.sfu.encoder import EncodedTrack
from tests.plugins.livestream.sfu.rtc import publisher
from tests.plugins.livestream.stage import Stage, act, ok, on_air
from tests.plugins.livestream.watch.window import DESKTOP, window
from tests.plugins.livestream.whip.rtc import send
from tests.plugins.livestream.whip.waiting import until

pytestmark = pytest.mark.browser
# As Firefox answers: Chromium has a player of its own since lately.
NO_HLS = """
const canPlayType = HTMLMediaElement.prototype.canPlayType;
HTMLMediaElement.prototype.canPlayType = function (type) {
    return type.includes("mpegurl") ? "" : canPlayType.call(this, type);
};
"""
# The server's address leads nowhere, as behind a wall that lets no UDP through.
NO_UDP = r"""
window.RTCPeerConnection = class extends RTCPeerConnection {
    setRemoteDescription({type, sdp}) {
        const walled = sdp.replace(/(a=candidate:\S+ \d+ \S+ \d+ \S+) \d+ /g, "$1 9 ");
        return super.setRemoteDescription({type, sdp: walled});
    }
};
"""
FRAMES = "document.querySelector('[data-video]').getVideoPlaybackQuality().totalVideoFrames"
IS_SCRIPTED = "document.querySelector('[data-video]').currentSrc.startsWith('blob:')"


async def pictures_move(page: Page, within: float) -> None:
    """Ten more than now."""
    before = int(await page.evaluate(FRAMES))

    async def moved() -> bool:
        return bool(await page.evaluate(FRAMES) >= before + 10)

    await until(moved, within=within)
    assert await page.evaluate(IS_SCRIPTED)


@pytest.mark.req("LC-2.2.1", "BX-07")
async def test_pictures_move_without_webrtc(
    stage: Stage, presenter: Person, browser: Browser, live_server: LiveServer
) -> None:
    made = await on_air(presenter)
    path = f"/livestream/{made['id']}"
    async with (
        publisher("H264", EncodedTrack()) as sender,
        window(browser, live_server.url(stage.tenant), DESKTOP) as seen,
    ):
        await send(presenter.client, f"{path}/whip", sender)
        await seen.page.add_init_script(NO_HLS)
        await seen.page.add_init_script(NO_UDP)
        await seen.page.goto(path)
        await expect(seen.page.locator("[data-way=hls]")).to_be_attached(timeout=30_000)
        await pictures_move(seen.page, 20.0)
        await expect(seen.page.locator("[data-line]:visible")).to_have_count(0)
        await ok(await act(presenter, made, "end"))
        await seen.page.goto(f"{path}/archive")
        await seen.page.get_by_role("button", name="再生", exact=True).click()
        await pictures_move(seen.page, 10.0)
        assert seen.said == []
