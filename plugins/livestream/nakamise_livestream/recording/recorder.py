"""One stream's recording, from its tap to whoever keeps the segments."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import Final

from nakamise_livestream.media import MediaEngine, NotLive, TapEnded, TapPackets, TapTracks
from nakamise_livestream.recording.reading import TapReader
from nakamise_livestream.recording.segmenter import TARGET_S
from nakamise_livestream.recording.transcode import in_h264
from nakamise_livestream.recording.units import Segment

_log = logging.getLogger(__name__)
# A minute: the object store may be away so long.
MOST_WAITING: Final = 15
_ASK_S: Final = 2.0

Save = Callable[[Segment, bool], Awaitable[bool]]
"""With whether the stream has sound; the video is H.264. False: nothing more is wanted."""


class Recorder:
    def __init__(self, engine: MediaEngine, stream: str, save: Save) -> None:
        self._engine = engine
        self._stream = stream
        self._save = save
        self._queue: asyncio.Queue[Segment | None] = asyncio.Queue(MOST_WAITING)
        self._reader: TapReader | None = None
        self._asked = 0.0

    async def run(self) -> None:
        """Until the stream ends or nothing more is wanted. Raises what `MediaEngine.tap` and ``save`` raise.

        Cancelled, it saves what it has.
        """
        saving = asyncio.create_task(self._save_all())
        reading = asyncio.create_task(self._read())
        try:
            await asyncio.wait([saving, reading], return_when=asyncio.FIRST_COMPLETED)
        finally:
            reading.cancel()
            await asyncio.wait([reading])
            self._queue_up(self._rest())
            await self._last(saving)
        for task in (reading, saving):
            if not task.cancelled():
                task.result()

    async def _last(self, saving: asyncio.Task[None]) -> None:
        while not saving.done():
            with contextlib.suppress(asyncio.QueueFull):
                self._queue.put_nowait(None)
                await asyncio.wait([saving])
                return
            await asyncio.sleep(0.05)

    async def _read(self) -> None:
        with contextlib.suppress(NotLive):
            await self._engine.request_keyframe(self._stream)
        async for item in self._engine.tap(self._stream):
            match item:
                case TapTracks():
                    self._reader = TapReader(item, time.time())
                case TapPackets() if self._reader:
                    for packet in item.packets:
                        self._queue_up(self._reader.push(packet))
                    await self._want_keyframe(self._reader)
                case TapEnded():
                    return

    async def _want_keyframe(self, reader: TapReader) -> None:
        now = time.monotonic()
        if reader.since_keyframe < TARGET_S or now - self._asked < _ASK_S:
            return
        self._asked = now
        with contextlib.suppress(NotLive):
            await self._engine.request_keyframe(self._stream)

    def _rest(self) -> Iterator[Segment]:
        if self._reader:
            yield from self._reader.finish()

    def _queue_up(self, segments: Iterator[Segment]) -> None:
        for segment in segments:
            try:
                self._queue.put_nowait(segment)
            except asyncio.QueueFull:
                _log.error(
                    "%.1f s of %s are not recorded: saving is too slow", segment.duration, self._stream
                )

    async def _save_all(self) -> None:
        while (segment := await self._queue.get()) is not None:
            reader = self._reader
            if reader and reader.codec == "VP8":
                segment = await asyncio.to_thread(in_h264, segment)
            if segment.video and not await self._save(segment, bool(reader and reader.has_audio)):
                return
