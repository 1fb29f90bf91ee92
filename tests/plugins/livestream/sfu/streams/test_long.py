"""Ten minutes of a broadcast with somebody joining every ten seconds: sequence numbers wrap, nothing piles up."""

from __future__ import annotations

from itertools import pairwise

from nakamise_livestream.sfu.rtp import header
from nakamise_livestream.sfu.streams.viewer import Viewer
from tests.plugins.livestream.sfu.streams.peers import WANTED_VIDEO, Back, Camera, Line, frames, stream, video

SECONDS = 600
FPS = 15
START = (1 << 15) - 1
"""The layer's first number: the one with which a viewer has most of its sequence numbers behind it."""
STAYS = 3
"""So many viewers are there at a time, besides the one who stays."""


def contiguous(packets: list[header.Packet]) -> bool:
    return all((after.sequence - before.sequence) & 0xFFFF == 1 for before, after in pairwise(packets))


def test_everybody_sees_everything() -> None:
    live = stream()
    ingest = live.publish((video(),), Back(), 0.0)
    (layer,) = live._tracks["video"].layers
    layer._sequencer.next = layer.end = layer.ring.end = START
    camera = Camera()
    loyal = Line()
    live.play((WANTED_VIDEO,), loyal, 0.0)
    loyal_packets = 0
    seen: list[tuple[Viewer, Line, int]] = []
    for second in range(SECONDS):
        if second % 10 == 0:
            line = Line()
            seen.append((live.play((WANTED_VIDEO,), line, float(second)), line, second))
            if len(seen) > STAYS:
                check(*seen.pop(0), now=second)
        for number in range(FPS):
            now = second + number / FPS
            for packet in camera.picture(4, key=number == 0 and second % 2 == 0, size=60):
                ingest.rtp(packet, now)
            live.tick(now)
        packets = loyal.opened()
        assert contiguous(packets)
        loyal_packets += len(packets)
    assert loyal_packets == SECONDS * FPS * 4
    assert loyal.highest(live.ssrc("video")) == START + loyal_packets - 1 > 1 << 16
    stats = live.stats(float(SECONDS))
    assert stats.viewers == 1 + STAYS
    assert sum(len(group.ways) for group in layer.audience.classes.values()) == 1 + STAYS


def check(viewer: Viewer, line: Line, since: int, *, now: int) -> None:
    """From the group of pictures at its joining until it left, without a gap."""
    viewer.left(float(now))
    packets = line.opened()
    assert contiguous(packets)
    assert packets[0].sequence < 1 << 15
    shown = frames(packets)
    assert all(pieces == {0, 1, 2, 3} for pieces in shown.values())
    assert (now - since) * FPS <= len(shown) <= (now - since + 2) * FPS
