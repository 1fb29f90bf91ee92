"""Chromium publishes its fake camera, and another page of it plays; what it decodes is counted by getStats."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, async_playwright

from nakamise.testing.chromium import find_chromium
from nakamise_livestream.media import Patched, TagMismatch, TagMissing
from nakamise_livestream.sfu.client import EmbeddedEngine
from tests.plugins.livestream.sfu.encoder import EncodedTrack
from tests.plugins.livestream.sfu.lossy import LossyLine, lossy_line
from tests.plugins.livestream.sfu.rtc import publisher

pytestmark = pytest.mark.browser

ORIGIN = "https://live.test/"
ARGUMENTS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
# For journeys whose subject is the page: each picture less is one less to encode, to forward and to decode.
FEW_PICTURES = "--use-fake-device-for-media-stream=fps=10"
PUBLISH = """async ({codec, layers, height}) => {
    const media = await navigator.mediaDevices.getUserMedia({audio: true, video: {height}});
    const pc = window.pc = new RTCPeerConnection({bundlePolicy: "max-bundle"});
    for (const track of media.getTracks()) {
        const sendEncodings = track.kind === "video" ? layers : [{}];
        pc.addTransceiver(track, {direction: "sendonly", streams: [media], sendEncodings});
    }
    const codecs = RTCRtpSender.getCapabilities("video").codecs;
    const wanted = codecs.filter((c) => c.mimeType === "video/" + codec);
    const rtx = codecs.filter((c) => c.mimeType === "video/rtx");
    pc.getTransceivers().find((t) => t.sender.track.kind === "video").setCodecPreferences([...wanted, ...rtx]);
    await pc.setLocalDescription();
    await pc.setRemoteDescription({type: "answer", sdp: await window.answer(pc.localDescription.sdp)});
}"""
PLAY = """async () => {
    const pc = window.pc = new RTCPeerConnection({bundlePolicy: "max-bundle"});
    const video = document.querySelector("video");
    pc.ontrack = (event) => { video.srcObject = event.streams[0]; };
    for (const kind of ["audio", "video"]) pc.addTransceiver(kind, {direction: "recvonly"});
    await pc.setLocalDescription();
    await pc.setRemoteDescription({type: "answer", sdp: await window.answer(pc.localDescription.sdp)});
}"""
# Waits for the frames.
SEEN = """async (frames) => {
    for (;;) {
        const reports = [...(await window.pc.getStats()).values()];
        const video = reports.find((r) => r.type === "inbound-rtp" && r.kind === "video");
        const audio = reports.find((r) => r.type === "inbound-rtp" && r.kind === "audio");
        const transport = reports.find((r) => r.type === "transport");
        if (video && video.framesDecoded >= frames && audio && audio.packetsReceived > 0) {
            return {
                frames: video.framesDecoded, lost: video.packetsLost + audio.packetsLost,
                freezes: video.freezeCount, frozen: video.totalFreezesDuration, dropped: video.framesDropped,
                width: video.frameWidth, srtp: transport.srtpCipher,
            };
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}"""

# Plays, and gives the milliseconds from the offer to the first picture on the screen.
FIRST = """async () => {
    const video = document.createElement("video");
    video.autoplay = video.muted = true;
    document.body.replaceChildren(video);
    const shown = new Promise((resolve) => video.requestVideoFrameCallback(() => resolve(performance.now())));
    const pc = window.pc = new RTCPeerConnection({bundlePolicy: "max-bundle"});
    pc.ontrack = (event) => { video.srcObject = event.streams[0]; };
    for (const kind of ["audio", "video"]) pc.addTransceiver(kind, {direction: "recvonly"});
    await pc.setLocalDescription();
    const began = performance.now();
    await pc.setRemoteDescription({type: "answer", sdp: await window.answer(pc.localDescription.sdp)});
    const passed = (await shown) - began;
    pc.close();
    return passed;
}"""
LAYERS = [
    {"rid": "h", "maxBitrate": 1_200_000},
    {"rid": "m", "scaleResolutionDownBy": 2, "maxBitrate": 500_000},
    {"rid": "l", "scaleResolutionDownBy": 4, "maxBitrate": 200_000},
]
# What a WHEP client does for an ICE restart (RFC 9725 §4.3.3), with the answer of before and our fragment.
RESTART = """async () => {
    const attribute = (sdp, name) => sdp.match(new RegExp("a=" + name + ":(.*)\\r\\n"))[1];
    const pc = window.pc;
    const answer = pc.remoteDescription.sdp;
    pc.restartIce();
    await pc.setLocalDescription();
    const offer = pc.localDescription.sdp;
    const lines = ["ice-ufrag", "ice-pwd"].map((name) => "a=" + name + ":" + attribute(offer, name) + "\\r\\n");
    const fragment = await window.restart(lines.join(""));
    let sdp = answer;
    for (const name of ["ice-ufrag", "ice-pwd"]) {
        sdp = sdp.replaceAll("a=" + name + ":" + attribute(answer, name), "a=" + name + ":" + attribute(fragment, name));
    }
    await pc.setRemoteDescription({type: "answer", sdp});
    for (;;) {
        const reports = [...(await pc.getStats()).values()];
        const transport = reports.find((r) => r.type === "transport");
        const pair = reports.find((r) => r.id === transport.selectedCandidatePairId);
        if (transport.iceLocalUsernameFragment === attribute(offer, "ice-ufrag") && pair?.state === "succeeded") return;
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}"""


@pytest.fixture(scope="module")
async def camera_browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture
async def chromium(camera_browser: Browser) -> AsyncIterator[Browser]:
    """With a camera; what a test has opened is closed after it."""
    yield camera_browser
    for context in camera_browser.contexts:
        await context.close()


async def _page(browser: Browser, answer: Callable[[str], Awaitable[str]]) -> Page:
    page = await browser.new_page()

    async def empty(route: Route) -> None:
        await route.fulfill(content_type="text/html", body="<!doctype html><video autoplay muted></video>")

    await page.route(ORIGIN, empty)
    await page.goto(ORIGIN)
    await page.expose_function("answer", answer)
    return page


class Watching:
    """A page that plays a stream."""

    def __init__(self, page: Page, session: str) -> None:
        self.page = page
        self.session = session

    async def seen(self, frames: int) -> dict[str, Any]:
        """What the page counts when it has decoded so many."""
        counted: dict[str, Any] = await self.page.evaluate(SEEN, frames)
        return counted


async def publish(
    browser: Browser,
    engine: EmbeddedEngine,
    stream: str,
    *,
    codec: str = "VP8",
    layers: list[dict[str, Any]] | None = None,
    height: int = 360,
    line: LossyLine | None = None,
) -> Page:
    async def published(offer: str) -> str:
        sdp = (await engine.publish(stream, offer)).sdp
        return line.through(sdp) if line else sdp

    page = await _page(browser, published)
    await page.evaluate(PUBLISH, {"codec": codec, "layers": layers or [{}], "height": height})
    await page.wait_for_function("window.pc.connectionState === 'connected'")
    return page


async def play(
    browser: Browser, engine: EmbeddedEngine, stream: str, line: LossyLine | None = None
) -> Watching:
    sessions: list[str] = []

    async def played(offer: str) -> str:
        answer = await engine.play(stream, offer)
        sessions.append(answer.session)
        return line.through(answer.sdp) if line else answer.sdp

    page = await _page(browser, played)
    await page.evaluate(PLAY)
    return Watching(page, sessions[0])


@pytest.mark.req("LC-0.13")
@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_a_tab_publishes_and_another_sees_it(
    engine: EmbeddedEngine, chromium: Browser, stream: str, codec: str
) -> None:
    await publish(chromium, engine, stream, codec=codec)
    seen = await (await play(chromium, engine, stream)).seen(60)
    assert seen["width"] > 0
    assert seen["srtp"] == "SRTP_AEAD_AES_128_GCM"
    assert seen["lost"] == 0


async def test_all_layers_come_and_a_viewer_sees_one(
    engine: EmbeddedEngine, chromium: Browser, stream: str
) -> None:
    await publish(chromium, engine, stream, layers=LAYERS, height=720)
    watching = await play(chromium, engine, stream)
    await watching.seen(60)
    stats = await engine.stats(stream)
    assert stats
    assert stats.ingest
    layers = {layer.rid: layer.packets for layer in stats.ingest.layers if layer.kind == "video"}
    assert set(layers) == {"h", "m", "l"}
    assert layers["l"] > 0
    assert (await engine.viewers(stream))[watching.session].layer in layers


async def test_ice_restart_by_patch(engine: EmbeddedEngine, chromium: Browser, stream: str) -> None:
    await publish(chromium, engine, stream)
    watching = await play(chromium, engine, stream)
    before = await watching.seen(20)
    tags: list[str | None] = []

    async def restart(fragment: str) -> str:
        with pytest.raises(TagMissing):
            await engine.patch(watching.session, fragment)
        patched = await engine.patch(watching.session, fragment, '"*"')
        tags.append(patched.etag)
        assert patched.fragment
        return patched.fragment

    await watching.page.expose_function("restart", restart)
    await watching.page.evaluate(RESTART)
    await watching.seen(before["frames"] + 30)
    with pytest.raises(TagMismatch):
        await engine.patch(watching.session, "a=end-of-candidates", '"of-before"')
    assert tags[0]
    assert await engine.patch(watching.session, "a=end-of-candidates", tags[0]) == Patched()


@pytest.mark.req("LC-0.13")
async def test_five_percent_of_loss_each_way_freezes_nothing(
    engine: EmbeddedEngine, chromium: Browser, stream: str
) -> None:
    """On both lines, for five seconds; a first second to find the rate is not counted."""
    with lossy_line(0.05) as up, lossy_line(0.05) as down:
        await publish(chromium, engine, stream, codec="H264", line=up)
        watching = await play(chromium, engine, stream, down)
        before = await watching.seen(20)
        after = await watching.seen(before["frames"] + 120)
    assert after["frozen"] - before["frozen"] < 0.5
    assert after["dropped"] - before["dropped"] <= 1


async def test_the_first_picture_does_not_wait_for_a_keyframe(
    engine: EmbeddedEngine, chromium: Browser, stream: str
) -> None:
    """OBS sends one every two seconds and heeds no request: without the cached pictures a second would pass."""

    async def played(offer: str) -> str:
        return (await engine.play(stream, offer)).sdp

    async with publisher("H264", EncodedTrack()) as sender:
        await sender.publish(engine, stream)
        await asyncio.sleep(0.5)
        page = await _page(chromium, played)
        passed = [await page.evaluate(FIRST) for _ in range(7)]
    assert statistics.median(passed) < 500, passed


async def test_a_publisher_comes_back_with_another_size(
    engine: EmbeddedEngine, chromium: Browser, stream: str
) -> None:
    """Viewers keep their session; neither they nor their decoder are told."""
    first = await publish(chromium, engine, stream, codec="H264")
    watching = await play(chromium, engine, stream)
    before = await watching.seen(20)
    await first.evaluate("window.pc.close()")
    await publish(chromium, engine, stream, codec="H264", height=180)
    async with asyncio.timeout(10):
        while (after := await watching.seen(before["frames"] + 20))["width"] == before["width"]:
            before = after
    assert set(await engine.viewers(stream)) == {watching.session}
