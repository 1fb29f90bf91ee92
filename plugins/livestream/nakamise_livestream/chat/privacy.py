"""What somebody said, and how it is forgotten: the line stays in the log, without its words and its author."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.db import Tx

_SAID: Final = """
SELECT b.title AS broadcast, c.text, c.said_at FROM livestream_comment c
JOIN livestream_broadcast b ON b.id = c.broadcast_id WHERE c.user_id = $1 ORDER BY c.said_at, c.id
"""
_FORGET: Final = """
UPDATE livestream_comment SET user_id = NULL, author_name = '-', text = '-', original = '',
    deleted_at = coalesce(deleted_at, $2), deleted_as = CASE WHEN deleted_as = '' THEN 'author' ELSE deleted_as END
WHERE user_id = $1
"""
_TRACES: Final = (
    "DELETE FROM livestream_chatter WHERE user_id = $1",
    "UPDATE livestream_comment SET deleted_by_user_id = NULL, deleted_by_name = '-' WHERE deleted_by_user_id = $1",
)


class Comment(msgspec.Struct, frozen=True, kw_only=True):
    """``broadcast`` is its title."""

    broadcast: str
    text: str
    said_at: datetime


async def comments_of(tx: Tx, user_id: uuid.UUID) -> list[Comment]:
    return await tx.all(Comment, _SAID, user_id)


async def forget(tx: Tx, user_id: uuid.UUID, now: datetime) -> int:
    """Rows that were changed."""
    touched = await tx.execute(_FORGET, user_id, now)
    for statement in _TRACES:
        touched += await tx.execute(statement, user_id)
    return touched
