"""Which layer a viewer's line can carry, by its own reports."""

from __future__ import annotations

import math
from collections.abc import Sequence

from nakamise_livestream.sfu.rtp import rtcp
from nakamise_livestream.sfu.streams.layer import Layer

HEAVY_LOSS = 0.25
_LOSS_DOWN = 0.10
_LOSS_UP = 0.02
_ENOUGH_PACKETS = 40
_AFTER_JOINING = 2.0
"""Seconds whose losses do not count: the group of pictures came in one burst."""
_AFTER_CHANGE = 0.5
"""Seconds whose losses are those of the layer before."""
_FIRST_PAUSE = 8.0
_LONGEST_PAUSE = 120.0
_FAILED_WITHIN = 10.0
_ENOUGH = 0.7
"""A viewer whose estimate is below this share of the layer's bitrate gets a lower one."""
_RISING_FOR = 2.5
"""Seconds after which an estimate that was not raised does not rise any more; browsers send one a second."""


class Choice:
    """Down at once on loss, up one step after a quiet time, which doubles when the step up failed."""

    def __init__(self, now: float) -> None:
        self.loss = 0.0
        self._counted: rtcp.ReportBlock | None = None
        self._settled_at = now + _AFTER_JOINING
        self._estimate: int | None = None
        self._risen_at = -math.inf
        self._quiet_since = now
        self._pause = _FIRST_PAUSE
        self._raised_at: float | None = None

    def reported(self, block: rtcp.ReportBlock, now: float) -> None:
        """A receiver report on the video.

        Browsers send one with every NACK, over two or three packets: a single lost one would be half of them. So it
        is counted over enough packets; a receiver whose counters stand still is taken at its word.
        """
        loss = self._share_lost(block)
        if loss is None or now < self._settled_at:
            return
        self.loss = (self.loss + loss) / 2
        if loss > _LOSS_UP:
            self._quiet_since = now

    def _share_lost(self, block: rtcp.ReportBlock) -> float | None:
        """0..1 since the report counted last; None while that is too little to say."""
        before = self._counted
        expected = 0 if before is None else block.highest_sequence - before.highest_sequence
        if 0 < expected < _ENOUGH_PACKETS:
            return None
        self._counted = block
        if before is None:
            return None
        if expected <= 0:
            return block.fraction_lost / 256
        return min(1.0, max(0, block.lost - before.lost) / expected)

    def estimated(self, bitrate: int, now: float) -> None:
        """The viewer's REMB."""
        if self._estimate is not None and bitrate > self._estimate:
            self._risen_at = now
        self._estimate = bitrate

    def best(self, current: Layer | None, layers: Sequence[Layer], now: float) -> Layer | None:
        """Of ``layers`` (smallest first); the current one, if there is nothing better."""
        if not layers:
            return current
        if current is None or current not in layers:
            return layers[-1] if current is None else layers[0]
        place = list(layers).index(current)
        if self._too_much(current, now):
            return self._lower(layers[max(0, place - 1)], current, now)
        if place + 1 < len(layers) and now - self._quiet_since >= self._pause:
            self._raised_at = self._quiet_since = now
            return layers[place + 1]
        return current

    def _too_much(self, current: Layer, now: float) -> bool:
        return self.loss > _LOSS_DOWN or self._is_short(current, now)

    def _is_short(self, current: Layer, now: float) -> bool:
        """An estimate that still rises is of what has come so far, and no sign of a line that is full."""
        if self._estimate is None or now - self._risen_at < _RISING_FOR:
            return False
        return self._estimate < current.meter.bitrate * _ENOUGH

    def _lower(self, lower: Layer, current: Layer, now: float) -> Layer:
        if lower is current:
            return current
        if self._raised_at is not None and now - self._raised_at < _FAILED_WITHIN:
            self._pause = min(_LONGEST_PAUSE, self._pause * 2)
        self._raised_at = None
        self._quiet_since = now
        self._settled_at = now + _AFTER_CHANGE
        self._estimate = None
        self.loss = 0.0
        return lower
