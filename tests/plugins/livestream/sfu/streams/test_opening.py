"""The first keyframe of a source, when the network gives its pieces in another order."""

from __future__ import annotations

import itertools

import pytest

from tests.plugins.livestream.sfu.streams.peers import (
    WANTED_VIDEO,
    Back,
    Camera,
    Line,
    frames,
    stream,
    video,
)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_no_piece_is_lost(order: tuple[int, ...]) -> None:
    live = stream()
    back = Back()
    camera = Camera()
    ingest = live.publish((video(),), back, 0.0)
    line = Line()
    live.play((WANTED_VIDEO,), line, 0.0)
    pieces = camera.picture(key=True)
    for place in order:
        ingest.rtp(pieces[place], 0.01)
        live.tick(0.015)
    for packet in camera.picture():
        ingest.rtp(packet, 0.03)
    live.tick(0.05)
    assert frames(line.opened()) == {0: {0, 1, 2, 3}, 1: {0, 1, 2, 3}}
    assert not any(type(message).__name__ == "PictureLoss" for message in back.messages())
