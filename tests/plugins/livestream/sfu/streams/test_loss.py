"""Five of a hundred datagrams lost on every way, and the rest out of order: the pictures still come."""

from __future__ import annotations

import pytest

from nakamise_livestream.sfu.streams.faces import WantedTrack
from tests.plugins.livestream.sfu.streams.network import Network, Publisher, Watcher
from tests.plugins.livestream.sfu.streams.peers import WANTED_PLAIN, WANTED_VIDEO, stream

SECONDS = 40
IN_TIME = 0.5


def watched(loss: float, wanted: WantedTrack, *, resending: bool = True) -> tuple[Publisher, Watcher]:
    network = Network(loss, seed=4)
    live = stream()
    publisher = Publisher(network, live)
    watcher = Watcher(network, live, wanted)
    start = network.now
    for step in range(SECONDS * 1000):
        network.until(start + step / 1000)
        if step % 33 == 0:
            publisher.picture()
        if step % 10 == 0:
            live.tick(network.now)
            if resending:
                watcher.tick()
    network.until(network.now + 2)
    return publisher, watcher


def share_in_time(publisher: Publisher, watcher: Watcher) -> float:
    """Of all frames but the first second's: whole at the viewer within half a second."""
    frames = [frame for frame in publisher.sent_at if frame >= 30]
    good = [
        frame
        for frame in frames
        if watcher.whole_at.get(frame, float("inf")) - publisher.sent_at[frame] <= IN_TIME
    ]
    return len(good) / len(frames)


@pytest.mark.parametrize("wanted", [WANTED_VIDEO, WANTED_PLAIN], ids=["by retransmission", "byte for byte"])
def test_frames_are_whole_in_time(wanted: WantedTrack) -> None:
    publisher, watcher = watched(0.05, wanted)
    assert share_in_time(publisher, watcher) > 0.995
    assert watcher.viewer.stats().resent > 100


def test_they_are_not_without_asking_again() -> None:
    """The negative control: the loss is real."""
    publisher, watcher = watched(0.05, WANTED_VIDEO, resending=False)
    assert share_in_time(publisher, watcher) < 0.9


def test_reordering_alone_costs_nothing() -> None:
    publisher, watcher = watched(0.0, WANTED_VIDEO)
    assert share_in_time(publisher, watcher) == 1.0
    assert publisher.requests == 0
