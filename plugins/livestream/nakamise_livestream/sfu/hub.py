"""Events from one source to any number of readers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Final
from weakref import WeakSet

from nakamise_livestream.media import MediaEvent

# A reader that is further behind loses the oldest.
MOST_WAITING: Final = 10_000


class EventHub:
    def __init__(self) -> None:
        self._readers: WeakSet[asyncio.Queue[MediaEvent]] = WeakSet()

    def listen(self) -> AsyncIterator[MediaEvent]:
        """What is told from this call on; a reader is forgotten with its iterator."""
        queue: asyncio.Queue[MediaEvent] = asyncio.Queue()
        self._readers.add(queue)
        return _drain(queue)

    def tell(self, event: MediaEvent) -> None:
        for queue in self._readers:
            if queue.qsize() >= MOST_WAITING:
                queue.get_nowait()
            queue.put_nowait(event)


async def _drain(queue: asyncio.Queue[MediaEvent]) -> AsyncIterator[MediaEvent]:
    while True:
        yield await queue.get()
