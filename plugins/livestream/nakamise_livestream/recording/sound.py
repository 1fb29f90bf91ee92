"""Opus becomes AAC, which every phone's HLS player and every video editor takes: the one sound of a recording.

Costs 1 to 2 per cent of a core for each stream. One encoder runs through all segments, so nothing clicks between them.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Final, Literal

import av
import msgspec
from av import AudioFrame
from av.audio.codeccontext import AudioCodecContext
from av.error import InvalidDataError

from nakamise_livestream.recording.units import Segment, TimedUnit, Unit

RATE: Final = 48_000
FRAME: Final = 1024
"""Samples of one AAC frame (ISO/IEC 14496-3)."""
BIT_RATE: Final = 96_000
# Half as much work as the default.
_OPTIONS: Final = {"aac_coder": "fast"}
# What a publisher leaves out, or loses, is silence; less than this is how its clock is read.
_GAP: Final = RATE // 20


class Sound:
    """For one stream's segments in order."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        self._decoder = _codec("libopus", "r")
        self._encoder = _codec("aac", "w")
        self._encoder.bit_rate, self._encoder.options = BIT_RATE, _OPTIONS
        self._began: float | None = None
        self._fed = 0
        self._made: list[TimedUnit] = []

    def in_aac(self, segment: Segment) -> Segment:
        """Blocks for as long as that takes; what cannot be decoded is left out."""
        if segment.is_discontinuous:
            self._start()
        for one in segment.audio:
            for samples in self._decoded(one):
                self._feed(one.at, samples)
        if segment.is_discontinuous:
            # What the encoder begins with is no sound yet.
            self._made = [one for one in self._made if one.at >= segment.begins]
        audio = tuple(one for one in self._made if one.at < segment.until)
        self._made = self._made[len(audio) :]
        return msgspec.structs.replace(segment, audio=audio)

    def _decoded(self, one: TimedUnit) -> Iterator[AudioFrame]:
        try:
            yield from self._decoder.decode(av.Packet(one.unit.data))
        except InvalidDataError:
            return

    def _feed(self, at: float, frame: AudioFrame) -> None:
        if self._began is None:
            self._began = at
        missing = round((at - self._began) * RATE) - self._fed
        if missing > _GAP:
            self._encode(_silence(missing, frame))
        self._encode(frame)

    def _encode(self, frame: AudioFrame) -> None:
        frame.pts, frame.time_base = self._fed, Fraction(1, RATE)
        self._fed += frame.samples
        for packet in self._encoder.encode(frame):
            samples = packet.pts or 0
            at = (self._began or 0.0) + samples / RATE
            self._made.append(TimedUnit(at, Unit("audio", samples, is_keyframe=True, data=bytes(packet))))


def _codec(name: str, mode: Literal["r", "w"]) -> AudioCodecContext:
    codec = av.CodecContext.create(name, mode)
    if not isinstance(codec, AudioCodecContext):
        raise TypeError(f"{name} is no codec of sound")
    codec.sample_rate, codec.layout = RATE, "stereo"
    codec.format = "fltp" if mode == "w" else "flt"
    return codec


def _silence(samples: int, like: AudioFrame) -> AudioFrame:
    """An encoder takes one form of samples; which one is the decoder's choice."""
    frame = AudioFrame(format=like.format.name, layout=like.layout.name, samples=samples)
    frame.sample_rate = like.sample_rate
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    return frame
