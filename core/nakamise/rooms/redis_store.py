"""Rooms in Redis or Valkey (7 or later), for several processes: a capped stream for each room's events.

Nothing that is owed to anybody lives here only. The server is one (with replicas, if you like), not a cluster.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError, ResponseError
from redis.exceptions import TimeoutError as RedisTimeoutError

from nakamise.plugin.rooms import Presence, RoomKind
from nakamise.rooms.address import EventId, RoomKey
from nakamise.rooms.ending import end
from nakamise.rooms.event import RoomEvent, Stored
from nakamise.rooms.redis_reader import Follower, RedisReader, stored_of, stream_of
from nakamise.rooms.store import LEASE_S, Attendance, Census, Deliver, StoreAway

log: Final = logging.getLogger("nakamise.rooms")
TIMEOUT_S: Final = 1.5
CONNECTIONS_MAX: Final = 20
BEFORE_ALL: Final = EventId(0, 0)
_LOST: Final = (RedisConnectionError, RedisTimeoutError, OSError)
# One act, so that counting is right whoever else counts. The time is the server's own: hosts' clocks differ.
_ATTEND: Final = """
local here, seen, sums = KEYS[1], KEYS[2], KEYS[3]
local now = tonumber(redis.call('TIME')[1])
local said = cjson.decode(ARGV[3])
for _, person in ipairs(said[1]) do
  redis.call('ZADD', here, now + tonumber(ARGV[1]), person)
  redis.call('SADD', seen, person)
end
for _, person in ipairs(said[2]) do redis.call('ZREM', here, person) end
for kind, n in pairs(said[3]) do redis.call('HINCRBY', sums, 'r:' .. kind, n) end
redis.call('ZREMRANGEBYSCORE', here, '-inf', now)
local count = redis.call('ZCARD', here)
if count > tonumber(redis.call('HGET', sums, 'peak') or '0') then redis.call('HSET', sums, 'peak', count) end
for _, key in ipairs(KEYS) do redis.call('EXPIRE', key, ARGV[2]) end
return {count, redis.call('SCARD', seen), redis.call('HGETALL', sums)}
"""


def client(url: str) -> Redis:
    """One that gives up at once: whoever asks again decides whether a lost answer may be repeated."""
    return Redis.from_url(
        url,
        socket_timeout=TIMEOUT_S,
        socket_connect_timeout=TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
        max_connections=CONNECTIONS_MAX,
    )


class RedisStore:
    """See ``RoomStore``."""

    def __init__(self, url: str) -> None:
        self._redis = client(url)
        self._attend = self._redis.register_script(_ATTEND)
        self._following: dict[str, Follower] = {}
        self._reader = RedisReader(self._redis, self._following, self)
        self._task: asyncio.Task[None] | None = None
        self._on_change: Callable[[bool], None] | None = None
        self.is_up = True

    def start(self, on_change: Callable[[bool], None]) -> None:
        self._on_change = on_change
        self._task = asyncio.create_task(self._reader.run(), name="rooms-redis")

    async def append(self, key: RoomKey, kind: RoomKind, event: RoomEvent) -> EventId:
        stream = stream_of(key)
        async with self._reaching(), self._redis.pipeline(transaction=False) as pipe:
            body = msgspec.msgpack.encode(event)
            pipe.xadd(stream, {b"e": body}, maxlen=kind.history, approximate=True)
            pipe.expire(stream, kind.keep_s)
            added, _ = await pipe.execute()
        return _id(added)

    async def last_id(self, key: RoomKey) -> EventId:
        async with self._reaching():
            info = await self._info(key)
        return _id(info["last-generated-id"]) if info else BEFORE_ALL

    async def between(self, key: RoomKey, after: EventId, upto: EventId) -> list[Stored] | None:
        async with self._reaching():
            if after == BEFORE_ALL:
                return await self._from_the_start(key, upto)
            rows: Any = await self._redis.xrange(stream_of(key), str(after), str(max(after, upto)))
        found = [stored_of(row) for row in rows]
        # The event that was heard last is still there, so nothing after it has been dropped.
        if not found or found[0].id != after:
            return None
        return found[1:]

    async def _from_the_start(self, key: RoomKey, upto: EventId) -> list[Stored] | None:
        info = await self._info(key)
        if info and info["entries-added"] != info["length"]:
            return None
        rows: Any = await self._redis.xrange(stream_of(key), "-", str(upto))
        return [stored_of(row) for row in rows]

    def follow(self, key: RoomKey, after: EventId, deliver: Deliver) -> None:
        self._following[stream_of(key)] = Follower(after, deliver)

    def unfollow(self, key: RoomKey) -> None:
        self._following.pop(stream_of(key), None)

    async def attend(self, key: RoomKey, kind: RoomKind, said: Attendance) -> Census:
        keys = [f"{stream_of(key)}:{part}" for part in ("here", "seen", "sums")]
        here, gone = ([person.hex() for person in people] for people in (said.here, said.gone))
        body = msgspec.json.encode((here, gone, said.reacted))
        async with self._reaching():
            now, seen, sums = await self._attend(keys, [int(LEASE_S), kind.keep_s, body])
        fields = dict(zip(sums[::2], map(int, sums[1::2]), strict=True))
        peak = fields.pop(b"peak", 0)
        return Census(Presence(now, peak, seen), {name[2:].decode(): n for name, n in fields.items()})

    async def close(self) -> None:
        if self._task is not None:
            await end({self._task})
        await self._redis.aclose()

    async def _info(self, key: RoomKey) -> dict[str, Any] | None:
        try:
            info: dict[str, Any] = await self._redis.xinfo_stream(stream_of(key))
        except ResponseError as error:
            if "no such key" in str(error):
                return None
            raise
        return info

    @asynccontextmanager
    async def _reaching(self) -> AsyncIterator[None]:
        """Raises StoreAway: at once while it is known to be away, so that nobody waits for it."""
        if not self.is_up:
            raise StoreAway
        try:
            yield
        except _LOST as error:
            self.mark(is_up=False)
            raise StoreAway from error
        except RedisError as error:
            log.warning("the rooms' Redis refuses: %s", error)
            raise StoreAway from error

    def mark(self, *, is_up: bool) -> None:
        if self.is_up == is_up:
            return
        self.is_up = is_up
        log.warning("the rooms' Redis is %s", "back" if is_up else "away")
        if self._on_change is not None:
            self._on_change(is_up)


def _id(text: bytes) -> EventId:
    found = EventId.parse(text.decode())
    if found is None:
        raise ValueError(f"not a stream id: {text!r}")
    return found
