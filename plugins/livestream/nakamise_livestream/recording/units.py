"""What recordings are made of."""

from __future__ import annotations

import msgspec

from nakamise_livestream.media import Kind


class Unit(msgspec.Struct, frozen=True, gc=False):
    """One picture, or one packet of sound, encoded. ``timestamp`` is the RTP clock's, without wraps.

    H.264 is in Annex B.
    """

    kind: Kind
    timestamp: int
    is_keyframe: bool
    data: bytes


class TimedUnit(msgspec.Struct, frozen=True, gc=False):
    """A unit with its place in real time, seconds since 1970; video and audio of the same moment have the same."""

    at: float
    unit: Unit

    @property
    def starts_group(self) -> bool:
        return self.unit.kind == "video" and self.unit.is_keyframe


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """Some seconds that begin with a keyframe; ``until`` and the units' ``at`` are seconds since 1970.

    ``is_discontinuous``: it does not follow the one before without a gap, or has another size or encoder.
    """

    video: tuple[TimedUnit, ...]
    audio: tuple[TimedUnit, ...]
    until: float
    is_discontinuous: bool

    @property
    def begins(self) -> float:
        return self.video[0].at

    @property
    def duration(self) -> float:
        return self.until - self.begins
