"""Which store the installation has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nakamise.rooms.hub import RoomHub
from nakamise.rooms.memory import MemoryStore

if TYPE_CHECKING:
    from nakamise.settings import Settings


def open_rooms(settings: Settings) -> RoomHub:
    """Connects to nothing yet."""
    return RoomHub(MemoryStore())
