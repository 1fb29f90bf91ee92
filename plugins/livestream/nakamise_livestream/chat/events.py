"""What is heard of a chat in the room of its broadcast.

``chat`` (Line); ``chat.removed`` (Gone); ``chat.pinned`` (Pinned); ``chat.mode`` (Mode); for the one whom it
concerns ``chat.standing`` (Standing); for those who moderate ``chat.removed_by`` (GoneBy).
"""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise_livestream.chat.schemas import Deleted, Line

CHAT: Final = "chat"
REMOVED: Final = "chat.removed"
REMOVED_BY: Final = "chat.removed_by"
PINNED: Final = "chat.pinned"
MODE: Final = "chat.mode"
STANDING: Final = "chat.standing"


class Gone(msgspec.Struct, frozen=True):
    id: uuid.UUID


class GoneBy(msgspec.Struct, frozen=True):
    id: uuid.UUID
    deleted: Deleted


class Pinned(msgspec.Struct, frozen=True):
    line: Line | None
