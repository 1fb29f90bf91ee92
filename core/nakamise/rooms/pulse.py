"""Once a second: who came and went, what they felt, whom to let go."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from nakamise.plugin.rooms import Presence, RoomKind
from nakamise.rooms.address import RoomKey
from nakamise.rooms.event import message
from nakamise.rooms.feed import Feed
from nakamise.rooms.store import RENEW_S, Attendance, Census, RoomStore, StoreAway

log: Final = logging.getLogger("nakamise.rooms")
BEAT_S: Final = 1.0
HEARTBEAT_S: Final = 15.0
# More hearts than this fly past nobody's eyes one by one.
SHOWN_MAX: Final = 8
KINDS_MAX: Final = 20
PER_ACT_MAX: Final = 20


class Reacted(NamedTuple):
    room: RoomKind
    counts: Counter[str]


class Pulse:
    """Takes ``feeds`` as they are at the moment, and removes those that nobody listens to.

    In ``outside`` nobody is counted.
    """

    def __init__(self, feeds: dict[RoomKey, Feed], outside: dict[RoomKey, Feed], store: RoomStore) -> None:
        self._feeds = feeds
        self._outside = outside
        self._store = store
        self._reacted: dict[RoomKey, Reacted] = {}
        self._census: dict[RoomKey, Census] = {}
        self._renewed_at = 0.0

    def react(self, key: RoomKey, room: RoomKind, kind: str, n: int) -> None:
        counts = self._reacted.setdefault(key, Reacted(room, Counter())).counts
        if kind in counts or len(counts) < KINDS_MAX:
            counts[kind] += min(max(n, 1), PER_ACT_MAX)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                await self.beat()
            except Exception:
                log.exception("a round of the rooms failed")

    async def beat(self) -> None:
        now = asyncio.get_running_loop().time()
        for feed in (*self._feeds.values(), *self._outside.values()):
            feed.cut_expired(now)
            feed.give_up_stuck(now)
            feed.beat(HEARTBEAT_S)
        for key in [key for key, feed in self._outside.items() if not feed.listeners]:
            self._outside.pop(key).close()
        is_renewing = now - self._renewed_at >= RENEW_S
        if is_renewing:
            self._renewed_at = now
        try:
            for key in (*self._feeds, *(self._reacted.keys() - self._feeds.keys())):
                await self._count(key, is_renewing=is_renewing)
        except StoreAway:
            # Whoever came or went in the meantime is told at the next renewal.
            self._renewed_at = 0.0

    async def _count(self, key: RoomKey, *, is_renewing: bool) -> None:
        feed = self._feeds.get(key)
        reacted = self._reacted.pop(key, None)
        if feed is None:
            if reacted is not None:
                await self._store.attend(key, reacted.room, Attendance(reacted=reacted.counts))
            return
        arrived, gone = feed.arrivals()
        here = {*feed.visitors, *arrived} if is_renewing else arrived
        said = Attendance(here, gone, reacted.counts if reacted else {})
        census = await self._store.attend(key, feed.kind, said)
        before = self._census.get(key) or _without(census, said.reacted)
        self._census[key] = census
        _tell(feed, before, census)
        if not feed.listeners and not feed.gone:
            self._close(key, feed)

    def _close(self, key: RoomKey, feed: Feed) -> None:
        self._store.unfollow(key)
        feed.close()
        del self._feeds[key]
        self._census.pop(key, None)


def _tell(feed: Feed, before: Census, census: Census) -> None:
    if census.presence != before.presence:
        feed.latest = message("presence", msgspec.json.encode(census.presence))
        feed.tell(feed.latest)
    if felt := _felt(before.reactions, census.reactions):
        feed.tell(message("reactions", msgspec.json.encode(felt)))


def _without(census: Census, reacted: Mapping[str, int]) -> Census:
    """As it was before anybody listened here and these came."""
    return Census(Presence(), {kind: n - reacted.get(kind, 0) for kind, n in census.reactions.items()})


def _felt(before: Mapping[str, int], after: Mapping[str, int]) -> dict[str, int]:
    """What to show of the reactions since ``before``."""
    felt = {kind: min(n - before.get(kind, 0), SHOWN_MAX) for kind, n in after.items()}
    return {kind: n for kind, n in felt.items() if n > 0}
