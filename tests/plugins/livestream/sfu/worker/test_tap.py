"""The stream as recorders read it."""

from __future__ import annotations

from nakamise_livestream.media import TapEnded, TapPackets, TapTracks
from nakamise_livestream.sfu.client import EmbeddedEngine
from tests.plugins.livestream.sfu.rtc import publisher


async def test_tracks_then_packets_then_the_end(engine: EmbeddedEngine, stream: str) -> None:
    async with publisher("H264") as sender:
        await sender.publish(engine, stream)
        packets: list[bytes] = []
        ended = False
        tap = engine.tap(stream)
        opening = await anext(aiter(tap))
        assert isinstance(opening, TapTracks)
        async for item in tap:
            if isinstance(item, TapEnded):
                assert item.reason == "ended"
                break
            assert isinstance(item, TapPackets)
            packets += item.packets
            if len(packets) > 100 and not ended:
                stats = await engine.stats(stream)
                assert stats
                assert (stats.viewers, stats.bytes_out, stats.viewer_seconds) == (0, 0, 0)
                ended = True
                await engine.end(stream)
    assert ended
    by_kind = {track.kind: track for track in opening.tracks}
    assert (by_kind["audio"].codec, by_kind["video"].codec) == ("opus", "H264")
    reports = [packet for packet in packets if 192 <= packet[1] <= 223]
    media = [packet for packet in packets if packet not in reports]
    assert {(packet[1] & 127, int.from_bytes(packet[8:12], "big")) for packet in media} == {
        (track.pt, opening.ssrcs[track.kind]) for track in opening.tracks
    }
