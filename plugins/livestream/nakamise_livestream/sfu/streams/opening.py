"""Before a source's first keyframe: what came already is kept, for it may belong to that keyframe."""

from __future__ import annotations

from nakamise_livestream.sfu.rtp import header

MOST = 64
PATIENCE = 0.03
"""Seconds of other packets before a keyframe is asked for: the network may have changed the order."""

Arrival = tuple[int, header.Packet]


class Opening:
    def __init__(self) -> None:
        self._early: list[Arrival] = []
        self._since = 0.0

    def keep(self, number: int, packet: header.Packet, now: float) -> bool:
        """True if it is time to ask for a keyframe."""
        if not self._early:
            self._since = now
        self._early.append((number, packet))
        del self._early[:-MOST]
        return now - self._since >= PATIENCE

    def open(self, number: int, packet: header.Packet) -> list[Arrival]:
        """``packet`` begins a keyframe: all that is sent now, in order; earlier pieces of the same picture too."""
        kept = [
            arrival
            for arrival in self._early
            if arrival[0] > number or arrival[1].timestamp == packet.timestamp
        ]
        self._early = []
        return sorted([*kept, (number, packet)], key=lambda arrival: arrival[0])
