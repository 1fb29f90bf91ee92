"""Chromium publishes its fake camera, and another page of it plays; what it decodes is counted by getStats."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, async_playwright

from nakamise.testing.chromium import find_chromium
from nakamise_livestream.sfu.client import EmbeddedEngine

pytestmark = pytest.mark.browser

ORIGIN = "https://live.test/"
ARGUMENTS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
]
PUBLISH = """async (codec) => {
    const media = await navigator.mediaDevices.getUserMedia({audio: true, video: {width: 640, height: 360}});
    const pc = window.pc = new RTCPeerConnection({bundlePolicy: "max-bundle"});
    for (const track of media.getTracks()) pc.addTransceiver(track, {direction: "sendonly", streams: [media]});
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
                width: video.frameWidth, srtp: transport.srtpCipher,
            };
        }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}"""


@pytest.fixture
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        yield browser
        await browser.close()


async def _page(browser: Browser, answer: Callable[[str], Awaitable[str]]) -> Page:
    page = await browser.new_page()

    async def empty(route: Route) -> None:
        await route.fulfill(content_type="text/html", body="<!doctype html><video autoplay muted></video>")

    await page.route(ORIGIN, empty)
    await page.goto(ORIGIN)
    await page.expose_function("answer", answer)
    return page


@pytest.mark.parametrize("codec", ["VP8", "H264"])
async def test_a_tab_publishes_and_another_sees_it(
    engine: EmbeddedEngine, chromium: Browser, stream: str, codec: str
) -> None:
    async def published(offer: str) -> str:
        return (await engine.publish(stream, offer)).sdp

    async def played(offer: str) -> str:
        return (await engine.play(stream, offer)).sdp

    studio = await _page(chromium, published)
    await studio.evaluate(PUBLISH, codec)
    await studio.wait_for_function("window.pc.connectionState === 'connected'")
    watching = await _page(chromium, played)
    await watching.evaluate(PLAY)
    seen: dict[str, Any] = await watching.evaluate(SEEN, 60)
    assert seen["width"] > 0
    assert seen["srtp"] == "SRTP_AEAD_AES_128_GCM"
    assert seen["lost"] == 0
