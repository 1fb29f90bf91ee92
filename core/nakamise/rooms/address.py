"""Which room, and which event in it."""

from __future__ import annotations

import re
import uuid
from typing import Final, NamedTuple

ROOM_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
_EVENT_ID: Final = re.compile(r"(\d{1,18})-(\d{1,18})\Z")


class RoomKey(NamedTuple):
    tenant_id: uuid.UUID
    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.tenant_id}/{self.kind}/{self.id}"


class EventId(NamedTuple):
    """Rises within a room, like the ids of a Redis stream: milliseconds, then a counter."""

    ms: int
    n: int

    def __str__(self) -> str:
        return f"{self.ms}-{self.n}"

    @classmethod
    def parse(cls, text: str) -> EventId | None:
        """None for anything else than what ``str`` gives: it comes from outside."""
        found = _EVENT_ID.match(text)
        return cls(int(found[1]), int(found[2])) if found else None
