"""One connection of a process that waits for what is new in all rooms which are listened to here."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import Any, Final, Protocol

import msgspec
from redis.asyncio import Redis
from redis.exceptions import RedisError

from nakamise.rooms.address import EventId, RoomKey
from nakamise.rooms.event import RoomEvent, Stored
from nakamise.rooms.store import Deliver

log: Final = logging.getLogger("nakamise.rooms")
# How long a room that is new here waits at most to be asked for; nothing is lost meanwhile.
BLOCK_MS: Final = 200
AT_ONCE: Final = 200
RETRY_S: Final = 0.5


class Line(Protocol):
    """What is known of the connection; others find out too."""

    is_up: bool

    def mark(self, *, is_up: bool) -> None: ...


@dataclass(slots=True)
class Follower:
    """``after`` goes on with every event, so that a lost connection is taken up where it broke."""

    after: EventId
    deliver: Deliver


class RedisReader:
    def __init__(self, redis: Redis, following: dict[str, Follower], line: Line) -> None:
        self._redis = redis
        self._following = following
        self._line = line

    async def run(self) -> None:
        while True:
            try:
                await self._come_back()
                while self._line.is_up:
                    await self._read()
            except (RedisError, OSError) as error:
                log.debug("rooms cannot be read: %s", error)
                self._line.mark(is_up=False)
                await asyncio.sleep(RETRY_S)

    async def _come_back(self) -> None:
        """The idle connections of before are as dead as the one that told."""
        await self._redis.connection_pool.disconnect(inuse_connections=False)
        await self._redis.ping()
        self._line.mark(is_up=True)

    async def _read(self) -> None:
        positions: dict[Any, Any] = {stream: str(one.after) for stream, one in self._following.items()}
        if not positions:
            await self._redis.ping()
            await asyncio.sleep(BLOCK_MS / 1000)
            return
        answer: Any = await self._redis.xread(positions, count=AT_ONCE, block=BLOCK_MS)
        for stream, rows in answer:
            self._hand_over(stream.decode(), [stored_of(row) for row in rows])

    def _hand_over(self, stream: str, events: list[Stored]) -> None:
        """The room may have been left, or left and entered again, since it was asked for."""
        follower = self._following.get(stream)
        if follower is None:
            return
        new = [stored for stored in events if stored.id > follower.after]
        if new:
            follower.after = new[-1].id
            follower.deliver(new)


def stream_of(key: RoomKey) -> str:
    return f"nakamise:room:{key}"


def stored_of(row: tuple[bytes, dict[bytes, bytes]]) -> Stored:
    id_, fields = row
    ms, _, n = id_.partition(b"-")
    return Stored(EventId(int(ms), int(n)), msgspec.msgpack.decode(fields[b"e"], type=RoomEvent))
