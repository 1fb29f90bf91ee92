"""Units become segments, which begin with keyframes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nakamise_livestream.recording.parameters import parameters
from nakamise_livestream.recording.units import Segment, TimedUnit

TARGET_S: Final = 4.0
LONGEST_S: Final = 60.0
"""What a publisher sends without keyframes for longer is lost: it cannot wait in memory for ever."""
GAP_S: Final = 1.5
"""A longer silence is left out of the recording."""
_SLACK_S: Final = 0.1
_SOUND_LATE_S: Final = 0.5
_FRAME_S: Final = 1 / 30


class Segmenter:
    def __init__(self, codec: str, *, has_audio: bool, target_s: float = TARGET_S) -> None:
        self._codec = codec
        self._has_audio = has_audio
        self._target_s = target_s
        self._video: list[TimedUnit] = []
        self._audio: list[TimedUnit] = []
        self._parameters = b""
        self._is_discontinuous = True

    def push(self, unit: TimedUnit) -> Iterator[Segment]:
        if unit.unit.kind == "audio":
            self._audio.append(unit)
            if not self._video:
                del self._audio[:-50]
        else:
            yield from self._picture(unit)
        yield from self._cut()

    def finish(self) -> Iterator[Segment]:
        """What is there until now; the next segment is discontinuous."""
        if self._video:
            step = self._video[-1].at - self._video[-2].at if len(self._video) > 1 else _FRAME_S
            yield self._take(len(self._video), self._video[-1].at + step)
        self._audio.clear()
        self._is_discontinuous = True

    @property
    def since_keyframe(self) -> float:
        """Seconds of pictures since the last keyframe."""
        last = next((one.at for one in reversed(self._video) if one.starts_group), None)
        return 0.0 if last is None else self._video[-1].at - last

    def _picture(self, unit: TimedUnit) -> Iterator[Segment]:
        if self._video and not 0 < unit.at - self._video[-1].at < GAP_S:
            yield from self.finish()
        if self._video and unit.at - self._video[0].at > LONGEST_S:
            yield from self.finish()
        if unit.starts_group:
            found = parameters(self._codec, unit.unit.data)
            if self._video and found != self._parameters:
                yield from self.finish()
            self._parameters = found
        if self._video or unit.starts_group:
            self._video.append(unit)

    def _cut(self) -> Iterator[Segment]:
        place = self._place()
        if place is None:
            return
        until = self._video[place].at
        heard = not self._has_audio or (self._audio and self._audio[-1].at >= until)
        if heard or self._video[-1].at - until > _SOUND_LATE_S:
            yield self._take(place, until)

    def _place(self) -> int | None:
        """Of the first picture after the segment."""
        for place, one in enumerate(self._video):
            if place and one.starts_group and one.at - self._video[0].at >= self._target_s - _SLACK_S:
                return place
        return None

    def _take(self, place: int, until: float) -> Segment:
        begins = self._video[0].at
        segment = Segment(
            video=tuple(self._video[:place]),
            audio=tuple(one for one in self._audio if begins <= one.at < until),
            until=until,
            is_discontinuous=self._is_discontinuous,
        )
        self._video = self._video[place:]
        self._audio = [one for one in self._audio if one.at >= until]
        self._is_discontinuous = False
        return segment
