"""One kind of media of a stream: its layers, and the SSRCs that viewers know it by."""

from __future__ import annotations

import secrets

from nakamise_livestream.sfu.streams.faces import Kind, PublishedTrack
from nakamise_livestream.sfu.streams.layer import Layer


class Track:
    """``layers`` only grows: the n-th encoding of whoever publishes takes the n-th place."""

    def __init__(self, kind: Kind, published: PublishedTrack, room: memoryview) -> None:
        self.kind: Kind = kind
        self.published = published
        self.layers: list[Layer] = []
        self.current: list[Layer] = []
        """Those of the newest publisher."""
        self._room = room

    def renew(self, published: PublishedTrack) -> None:
        """Another publisher, or the first."""
        self.published = published
        rids = published.rids or ("",)
        while len(self.layers) < len(rids):
            self.layers.append(Layer(published.codec, published.clock_rate, self._room))
        self.current = self.layers[: len(rids)]
        for layer, rid in zip(self.current, rids, strict=True):
            layer.rid = rid
            layer.begin()

    def active(self, now: float) -> list[Layer]:
        """Those with packets lately, the smallest bitrate first."""
        return sorted(
            (layer for layer in self.current if layer.meter.active(now)), key=lambda one: one.meter.bitrate
        )

    def first_choice(self, now: float) -> Layer:
        """For one who knows nothing of its line yet."""
        return (self.active(now) or self.current)[-1]


def new_ssrc() -> int:
    return secrets.randbelow((1 << 32) - 1) + 1
