"""Segments as the engine would give them now, without a publisher."""

from __future__ import annotations

import time

import msgspec

from nakamise_livestream.recording.segmenter import Segmenter
from nakamise_livestream.recording.units import Segment, TimedUnit
from tests.plugins.livestream.recording.material import h264_payloads, opus_payloads, timed


def three_segments() -> list[Segment]:
    """Of four seconds each, from now on."""
    units = sorted(
        [*timed("H264", h264_payloads(6)), *timed("opus", opus_payloads(12))], key=lambda one: one.at
    )
    segmenter = Segmenter("H264", has_audio=True)
    made = [each for unit in units for each in segmenter.push(unit)]
    return _from_now([*made, *segmenter.finish()])


def _from_now(segments: list[Segment]) -> list[Segment]:
    later = time.time() - segments[0].begins

    def moved(units: tuple[TimedUnit, ...]) -> tuple[TimedUnit, ...]:
        return tuple(TimedUnit(one.at + later, one.unit) for one in units)

    return [
        msgspec.structs.replace(one, video=moved(one.video), audio=moved(one.audio), until=one.until + later)
        for one in segments
    ]
