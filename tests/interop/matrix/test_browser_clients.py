"""Other people's WHIP and WHEP clients in Chromium: whip-whep (Medooze) and Eyevinn's."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page

from tests.interop.air import Air, opened, play, publish, seen
from tests.interop.pages import Pages

pytestmark = [pytest.mark.browser, pytest.mark.req("LC-0.13")]

MEDOOZE_SENDS = """async ([url, key]) => {
    const stream = await peer.camera();
    const pc = new RTCPeerConnection({bundlePolicy: "max-bundle"});
    for (const track of stream.getTracks()) pc.addTransceiver(track, {direction: "sendonly", streams: [stream]});
    window.client = new clients.MedoozePublisher();
    await client.publish(pc, url, key);
    peer.watch(pc);
    await peer.connected();
}"""
MEDOOZE_PLAYS = """async (url) => {
    const pc = new RTCPeerConnection({bundlePolicy: "max-bundle"});
    peer.show(pc);
    for (const kind of ["audio", "video"]) pc.addTransceiver(kind, {direction: "recvonly"});
    window.client = new clients.MedoozeViewer();
    await client.view(pc, url);
    peer.watch(pc);
}"""
EYEVINN_SENDS = """async ([url, key]) => {
    const stream = await peer.camera();
    const made = (settings) => {
        const pc = new RTCPeerConnection(settings);
        peer.watch(pc);
        return pc;
    };
    const opts = {authkey: key, iceServers: []};
    window.client = new clients.EyevinnPublisher({endpoint: url, opts, peerConnectionFactory: made});
    await client.ingest(stream);
    await peer.connected();
}"""
EYEVINN_PLAYS = """async (url) => {
    const Original = RTCPeerConnection;
    window.RTCPeerConnection = class extends Original {
        constructor(...given) { super(...given); peer.watch(this); }
    };
    const video = document.querySelector("video");
    window.client = new clients.EyevinnPlayer({video, type: "whep", iceServers: []});
    await client.load(new URL(url));
}"""


@pytest.fixture
async def foreign(chromium: Browser, pages: Pages) -> Page:
    return await opened(chromium, pages, "foreign.html")


async def test_medooze_publishes_restarts_ice_and_leaves(
    chromium: Browser, pages: Pages, air: Air, foreign: Page
) -> None:
    await foreign.evaluate(MEDOOZE_SENDS, [air.whip, air.key])
    guest = await play(chromium, pages, air)
    before = await seen(guest, 30)
    await foreign.evaluate("client.restart()")
    after = await seen(guest, before["frames"] + 60)
    assert after["width"] == before["width"] > 0
    await foreign.evaluate("client.stop()")
    # The place is free at once.
    await publish(chromium, pages, air)
    assert (await seen(guest, after["frames"] + 30))["width"] > 0


async def test_medooze_views_restarts_ice_and_leaves(
    chromium: Browser, pages: Pages, air: Air, foreign: Page
) -> None:
    await publish(chromium, pages, air)
    await foreign.evaluate(MEDOOZE_PLAYS, air.whep)
    before = await seen(foreign, 30)
    await foreign.evaluate("client.restart()")
    after = await seen(foreign, before["frames"] + 60)
    assert after["width"] == before["width"] > 0
    assert after["lost"] == 0
    await foreign.evaluate("client.stop()")


async def test_eyevinn_publishes_and_leaves(chromium: Browser, pages: Pages, air: Air, foreign: Page) -> None:
    await foreign.evaluate(EYEVINN_SENDS, [air.whip, air.key])
    guest = await play(chromium, pages, air)
    before = await seen(guest, 60)
    assert before["width"] > 0
    await foreign.evaluate("client.destroy()")
    await publish(chromium, pages, air)
    assert (await seen(guest, before["frames"] + 30))["width"] > 0


async def test_eyevinn_plays(chromium: Browser, pages: Pages, air: Air, foreign: Page) -> None:
    await publish(chromium, pages, air, codec="H264")
    await foreign.evaluate(EYEVINN_PLAYS, air.whep)
    counted = await seen(foreign, 60)
    assert (counted["width"] > 0, counted["lost"]) == (True, 0)
    await foreign.evaluate("client.unload()")
