"""Which store the installation has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nakamise.rooms.hub import RoomHub
from nakamise.rooms.memory import MemoryStore

if TYPE_CHECKING:
    from nakamise.settings import Settings


def open_rooms(settings: Settings) -> RoomHub:
    """Connects to nothing yet."""
    if settings.redis_url is None:
        return RoomHub(MemoryStore())
    from nakamise.rooms.redis_store import RedisStore

    return RoomHub(RedisStore(settings.redis_url))
