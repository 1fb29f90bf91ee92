"""Rooms: many people hear the same events at once, and who was away for a moment hears what was missed.

A ``RoomKind`` in the manifest says who may listen; ``ctx.room("hello.hall", "7")`` is one room of the tenant's:
``await room.publish("said", Said(…))`` reaches everybody in it within a quarter of a second, and a page listens
with ``import {room} from "ui/room"; room("hello.hall", "7").on("said", (data) => …)``. Unlike a ``LiveTopic``, a
room carries hundreds of events a second to thousands of listeners, keeps the latest, and knows who is there.

Rooms are apart from the database: what must not be lost is written there first. With one process they live in
its memory; several processes share them through Redis (``NAKAMISE_REDIS_URL``).
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from nakamise.db import Tx
    from nakamise.rooms.address import RoomKey
    from nakamise.rooms.hub import RoomHub

# The framework's own events, see docs/reference/plugin-contract.md.
RESERVED_EVENTS: Final = frozenset(
    ("open", "reset", "presence", "reactions", "status", "alive", "message", "error")
)


class RoomKind(msgspec.Struct, frozen=True, kw_only=True):
    """``id`` starts with the plugin's id.

    ``admit`` names ``async def (ctx: TenantCtx, room_id: str) -> Admission | None``: None, or an error raised, and
    the actor does not come in; it is asked again at least every ten minutes. ``history`` is how many of the latest
    events are kept for those who come back; ``keep_s`` after the last event the whole room is forgotten.
    """

    id: str
    admit: str
    history: int = 500
    keep_s: int = 21_600


class Admission(msgspec.Struct, frozen=True, kw_only=True):
    """``staff`` hears events for staff too. Who is not ``counted`` is not in the number of people present."""

    staff: bool = False
    counted: bool = True


class Localized(msgspec.Struct, frozen=True):
    """Data that differs by language, for events with text or HTML in them: locale → data.

    Somebody whose language is not among them hears the first.
    """

    by_locale: Mapping[str, msgspec.Struct]


class Presence(msgspec.Struct, frozen=True):
    """Different people: there now, at most at once, and altogether. A person with two tabs counts once."""

    now: int = 0
    peak: int = 0
    unique: int = 0


class Room:
    """One room of a tenant; made by ``ctx.room`` and cheap."""

    __slots__ = ("_hub", "_key", "_kind")

    def __init__(self, hub: RoomHub, kind: RoomKind, key: RoomKey) -> None:
        self._hub = hub
        self._kind = kind
        self._key = key

    @property
    def url(self) -> str:
        """The path at which pages listen."""
        return f"/rooms/{self._key.kind}/{self._key.id}"

    async def publish(
        self,
        name: str,
        data: msgspec.Struct | Localized,
        *,
        staff: bool = False,
        user_id: uuid.UUID | None = None,
        urgent: bool = False,
    ) -> str:
        """Tell everybody in the room, or only its ``staff``, or only one user; the event's id.

        Events go out at most four times a second, together; an ``urgent`` one at once. Raises Unavailable while
        the rooms cannot be reached, and ValueError for a name of the framework's.
        """
        event = self._hub.encode(name, data, staff=staff, user_id=user_id, urgent=urgent)
        return str(await self._hub.publish(self._key, self._kind, event))

    def announce(
        self,
        tx: Tx,
        name: str,
        data: msgspec.Struct | Localized,
        *,
        staff: bool = False,
        user_id: uuid.UUID | None = None,
        urgent: bool = True,
    ) -> None:
        """``publish`` once ``tx`` has committed. It fails nobody: while the rooms are away, it waits for them."""
        event = self._hub.encode(name, data, staff=staff, user_id=user_id, urgent=urgent)
        tx.after_commit(lambda: self._hub.publish_sometime(self._key, self._kind, event))

    def react(self, kind: str, n: int = 1) -> None:
        """Add ``n`` hearts or the like: listeners hear the sum of a second, at most 8 of a kind."""
        self._hub.react(self._key, self._kind, kind, n)

    async def presence(self) -> Presence:
        """Raises Unavailable while the rooms cannot be reached."""
        return (await self._hub.census(self._key, self._kind)).presence

    async def reactions(self) -> Mapping[str, int]:
        """How many of each kind there were. Raises Unavailable."""
        return (await self._hub.census(self._key, self._kind)).reactions

    async def cursor(self) -> str:
        """Where the room is now: a page drawn with it, and listening from it, misses nothing. "" while away."""
        return await self._hub.cursor(self._key)
