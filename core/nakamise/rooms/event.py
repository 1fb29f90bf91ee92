"""An event as it is stored, and as bytes of a text/event-stream (WHATWG HTML §9.2)."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from nakamise.errors import NakamiseError
from nakamise.plugin.rooms import RESERVED_EVENTS, Localized
from nakamise.rooms.address import EventId

DATA_MAX_BYTES = 64_000


class EventTooLarge(NakamiseError):
    """Send an id and let the page fetch the rest."""


class RoomEvent(msgspec.Struct, frozen=True, array_like=True):
    """``bodies`` are JSON by locale; "" where there is one for all."""

    name: str
    bodies: Mapping[str, bytes]
    staff: bool = False
    user_id: uuid.UUID | None = None
    urgent: bool = False

    def body(self, locale: str) -> bytes:
        found = self.bodies.get(locale)
        return next(iter(self.bodies.values())) if found is None else found


class Stored(NamedTuple):
    id: EventId
    event: RoomEvent


class View(NamedTuple):
    """What a listener sees of a room."""

    locale: str
    staff: bool = False
    user_id: uuid.UUID | None = None

    def sees(self, event: RoomEvent) -> bool:
        if event.user_id is not None:
            return event.user_id == self.user_id
        return self.staff or not event.staff


def encode(
    name: str,
    data: msgspec.Struct | Localized,
    *,
    staff: bool = False,
    user_id: uuid.UUID | None = None,
    urgent: bool = False,
) -> RoomEvent:
    """Raises ValueError for a name of the framework's, EventTooLarge."""
    if name in RESERVED_EVENTS or not name.replace("_", "").replace(".", "").isalnum():
        raise ValueError(f"room event {name!r}: use letters, digits, dots and _, and no reserved word")
    by_locale = data.by_locale if isinstance(data, Localized) else {"": data}
    bodies = {locale: msgspec.json.encode(one) for locale, one in by_locale.items()}
    if sum(map(len, bodies.values())) > DATA_MAX_BYTES:
        raise EventTooLarge(name)
    return RoomEvent(name, bodies, staff, user_id, urgent)


def as_line(stored: Stored, locale: str) -> bytes:
    """The event with its id, so that a browser which comes back names it."""
    return message(stored.event.name, stored.event.body(locale), stored.id)


def message(name: str, body: bytes, id_: EventId | None = None) -> bytes:
    """Without an id for what nobody needs to hear later; JSON has no line breaks."""
    head = f"id: {id_}\n".encode() if id_ else b""
    return b"%bevent: %b\ndata: %b\n\n" % (head, name.encode(), body)
