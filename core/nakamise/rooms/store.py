"""What a hub needs of the place where rooms live: memory, or Redis."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

import msgspec

from nakamise.errors import NakamiseError
from nakamise.plugin.rooms import Presence, RoomKind
from nakamise.rooms.address import EventId, RoomKey
from nakamise.rooms.event import RoomEvent, Stored

Deliver = Callable[[Sequence[Stored]], None]
# A process says again who is there this often; whoever is not named for ``LEASE_S`` has gone: it crashed.
RENEW_S: Final = 10.0
LEASE_S: Final = 30.0


class StoreAway(NakamiseError):
    """It cannot be reached now."""


class Attendance(NamedTuple):
    """What a process has to say of a room: digests of people, and reactions since it last said."""

    here: Collection[bytes] = ()
    gone: Collection[bytes] = ()
    reacted: Mapping[str, int] = {}


class Census(msgspec.Struct, frozen=True):
    presence: Presence = Presence()
    reactions: Mapping[str, int] = {}


class RoomStore(Protocol):
    """Every method that awaits may raise StoreAway."""

    def start(self, on_change: Callable[[bool], None]) -> None:
        """``on_change`` is told whether it can be reached, whenever that changes."""
        ...

    @property
    def is_up(self) -> bool: ...

    async def append(self, key: RoomKey, kind: RoomKind, event: RoomEvent) -> EventId: ...

    async def last_id(self, key: RoomKey) -> EventId:
        """Of the latest event; of a room without any, an id before all others."""
        ...

    async def between(self, key: RoomKey, after: EventId, upto: EventId) -> list[Stored] | None:
        """None when it is not certain that all of them are still there."""
        ...

    def follow(self, key: RoomKey, after: EventId, deliver: Deliver) -> None:
        """Hand over what is appended from then on, by any process, once and in order. One for a room."""
        ...

    def unfollow(self, key: RoomKey) -> None: ...

    async def attend(self, key: RoomKey, kind: RoomKind, said: Attendance) -> Census: ...

    async def close(self) -> None: ...
