"""What keeps a flood away from the database and from readers, in this process: a room has its pace too, and whoever
was told to wait is told so again without being looked up.
"""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from nakamise.errors import TooMany
from nakamise.web import N_
from nakamise_livestream.words import DOMAIN

# More lines a second than anybody reads; a moment of joy may be livelier.
LINES_PER_S: Final = 20.0
BURST: Final = 100.0
# The rules may be eased meanwhile: then whoever waits is looked up again.
REMEMBERED: Final = timedelta(seconds=5)
KNOWN_MAX: Final = 20_000

Speaker = tuple[uuid.UUID, uuid.UUID, uuid.UUID]


class Crowd:
    """One for a process. A speaker is a tenant, a broadcast and a user."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # Lines that may be said now, and when that was counted.
        self._rooms: dict[tuple[uuid.UUID, uuid.UUID], tuple[float, float]] = {}
        self._waiting: dict[Speaker, tuple[datetime, datetime]] = {}

    def must_not_wait(self, speaker: Speaker, now: datetime) -> None:
        """Raises TooMany for somebody to whom it was said already."""
        forgotten_at, until = self._waiting.get(speaker, (now, now))
        if now < min(forgotten_at, until):
            raise too_many((until - now).total_seconds())

    def waits(self, speaker: Speaker, now: datetime, wait_s: float) -> None:
        if len(self._waiting) >= KNOWN_MAX:
            self._waiting.clear()
        self._waiting[speaker] = (now + REMEMBERED, now + timedelta(seconds=wait_s))

    def take_place(self, tenant_id: uuid.UUID, broadcast_id: uuid.UUID) -> None:
        """Of one line in the room. Raises TooMany when the others say enough."""
        now, room = self._clock(), (tenant_id, broadcast_id)
        if len(self._rooms) >= KNOWN_MAX:
            self._rooms.clear()
        left, counted_at = self._rooms.get(room, (BURST, now))
        left = min(BURST, left + (now - counted_at) * LINES_PER_S)
        self._rooms[room] = (left - 1 if left >= 1 else left, now)
        if left < 1:
            raise too_many(1)


def too_many(wait_s: float) -> TooMany:
    seconds = max(math.ceil(wait_s), 1)
    message = N_("Please wait %(n)s seconds before you write again.")
    return TooMany(seconds, message, domain=DOMAIN, params={"n": seconds})


CROWD: Final = Crowd()
