"""Segments as fragmented MP4 (ISO/IEC 14496-12): an initialisation and the fragment, each for a file of its own."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any, Final, NamedTuple

import av
from av.container import OutputContainer

from nakamise_livestream.recording import sound
from nakamise_livestream.recording.units import Segment, TimedUnit

VIDEO_RATE: Final = 90_000
_OPTIONS: Final = {
    "movflags": "empty_moov+default_base_moof+frag_custom+skip_trailer",
    "use_editlist": "0",
    "avoid_negative_ts": "disabled",
}
_NESTED: Final = frozenset({b"moof", b"traf"})


class Fragment(NamedTuple):
    """``init`` is equal for all segments that can be played on without setting up the decoder again."""

    init: bytes
    media: bytes


def fragment(segment: Segment, *, starts: Fraction, number: int, has_audio: bool = True) -> Fragment:
    """Of H.264 and AAC. ``starts``: seconds on the recording's own time line; ``number`` counts fragments from 1."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4", options={**_OPTIONS, "fragment_index": str(number)}) as out:
        video = _video_stream(out, segment.video[0].unit.data)
        packets = list(_packets(segment.video, segment, VIDEO_RATE, video))
        if has_audio:
            audio = out.add_stream("aac", rate=sound.RATE)
            audio.layout = "stereo"
            packets += _packets(segment.audio, segment, sound.RATE, audio)
        for packet in sorted(packets, key=_seconds):
            out.mux(packet)
    whole = file.getvalue()
    cut = whole.index(b"moof") - 4
    begins = [round(starts * VIDEO_RATE)]
    if has_audio and segment.audio:
        begins.append(round(starts * sound.RATE) + _ticks(segment, segment.audio[0], sound.RATE))
    return Fragment(whole[:cut], _placed(whole[cut:], begins))


def _video_stream(out: OutputContainer, keyframe: bytes) -> av.VideoStream:
    with av.open(io.BytesIO(keyframe), format="h264") as example:
        stream = out.add_stream_from_template(example.streams.video[0])
    stream.time_base = Fraction(1, VIDEO_RATE)
    return stream


def _packets(
    units: Sequence[TimedUnit], segment: Segment, rate: int, stream: av.VideoStream | av.AudioStream
) -> Iterator[av.Packet[Any]]:
    times = [_ticks(segment, one, rate) for one in units]
    if times:
        is_sound = rate == sound.RATE
        times.append(
            times[-1] + sound.FRAME if is_sound else max(round(segment.duration * rate), times[-1] + 1)
        )
    for one, time, after in zip(units, times, times[1:], strict=False):
        packet = av.Packet(one.unit.data)
        packet.pts = packet.dts = time
        packet.duration = max(1, after - time)
        packet.time_base = Fraction(1, rate)
        packet.is_keyframe = one.unit.is_keyframe or one.unit.kind == "audio"
        packet.stream = stream
        yield packet


def _seconds(packet: av.Packet[Any]) -> Fraction:
    return (packet.dts or 0) * (packet.time_base or Fraction(1))


def _ticks(segment: Segment, unit: TimedUnit, rate: int) -> int:
    return round((unit.at - segment.begins) * rate)


def _placed(fragment: bytes, begins: Sequence[int]) -> bytes:
    """With the decode times (``tfdt``, §8.8.12) of the tracks on the recording's time line.

    libavformat begins every track of a file at 0.
    """
    placed = bytearray(fragment)
    for at, time in zip(_decode_times(fragment, 0, len(fragment)), begins, strict=True):
        placed[at : at + 8] = time.to_bytes(8)
    return bytes(placed)


def _decode_times(data: bytes, at: int, end: int) -> Iterator[int]:
    """Where the 64-bit times stand; libavformat writes version 1 of the box."""
    while at < end:
        size, kind = int.from_bytes(data[at : at + 4]), data[at + 4 : at + 8]
        if kind in _NESTED:
            yield from _decode_times(data, at + 8, at + size)
        elif kind == b"tfdt":
            yield at + 12
        at += size
