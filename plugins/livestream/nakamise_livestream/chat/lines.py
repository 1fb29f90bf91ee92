"""Reading a chat: for a page that is drawn, for going back, and for the replay of a recording."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts import watching
from nakamise_livestream.broadcasts.room import room_of
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.chat.mode import mode_of
from nakamise_livestream.chat.pace import chatter
from nakamise_livestream.chat.roles import role_of
from nakamise_livestream.chat.schemas import Chat, Deleted, Line, LoggedLine, Mode, Role, Standing
from nakamise_livestream.chat.speak import refusal_of

PAGE: Final = 60
FIELDS: Final = """
id, user_id, author_name, author_role, text, original, said_at, deleted_at, deleted_by_name, deleted_as
"""
_LATEST: Final = f"""
SELECT {FIELDS} FROM livestream_comment WHERE broadcast_id = $1 AND ($2 OR deleted_at IS NULL)
    AND ($3::uuid IS NULL OR (said_at, id) < (SELECT said_at, id FROM livestream_comment
        WHERE id = $3 AND broadcast_id = $1))
ORDER BY said_at DESC, id DESC LIMIT $4
"""  # noqa: S608 - our own text
_FROM: Final = f"""
SELECT {FIELDS} FROM livestream_comment WHERE broadcast_id = $1 AND ($2 OR deleted_at IS NULL)
    AND said_at >= $3 AND said_at < $4 ORDER BY said_at, id LIMIT $5
"""  # noqa: S608 - our own text
_PINNED: Final = """
SELECT c.id, c.author_name AS name, c.author_role AS role, c.text, c.said_at AS at
FROM livestream_chat t JOIN livestream_comment c ON c.id = t.pinned_id
WHERE t.broadcast_id = $1 AND c.deleted_at IS NULL
"""
REPLAY_MAX: Final = 500


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A comment as it is kept."""

    id: uuid.UUID
    user_id: uuid.UUID | None
    author_name: str
    author_role: Role
    text: str
    original: str
    said_at: datetime
    deleted_at: datetime | None
    deleted_by_name: str
    deleted_as: str

    @property
    def deleted(self) -> Deleted | None:
        if self.deleted_at is None:
            return None
        return Deleted(at=self.deleted_at, by=self.deleted_by_name, role=self.deleted_as)


class Reader(NamedTuple):
    broadcast: Broadcast
    role: Role

    @property
    def moderates(self) -> bool:
        return self.role is not Role.VIEWER


async def chat_of(ctx: TenantCtx, broadcast_id: uuid.UUID) -> Chat:
    """What a page shows first. Opens its own transaction. Raises NotFound."""
    in_room = room_of(ctx, broadcast_id)
    # Before the lines are read: what is said in between is then heard, and known by its id.
    cursor = await in_room.cursor()
    async with ctx.read() as tx:
        reader = await _reader(ctx, tx, broadcast_id)
        mode = await mode_of(tx, broadcast_id)
        return Chat(
            lines=await _latest(ctx, tx, reader, None),
            pinned=await pinned(tx, broadcast_id),
            mode=mode,
            standing=await _standing(ctx, tx, reader, mode),
            room=in_room.url,
            cursor=cursor,
        )


async def earlier(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, before: uuid.UUID) -> list[LoggedLine]:
    """Up to 60 lines before the line ``before``, oldest first. Raises NotFound."""
    return await _latest(ctx, tx, await _reader(ctx, tx, broadcast_id), before)


async def between(
    ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, start: datetime, end: datetime
) -> list[LoggedLine]:
    """Up to 500 lines from ``start`` until before ``end``: for a recording. Raises NotFound."""
    reader = await _reader(ctx, tx, broadcast_id)
    rows = await tx.all(Row, _FROM, broadcast_id, reader.moderates, start, end, REPLAY_MAX)
    return [_shown(ctx, reader, row) for row in rows]


async def pinned(tx: Tx, broadcast_id: uuid.UUID) -> Line | None:
    return await tx.first(Line, _PINNED, broadcast_id)


async def _reader(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> Reader:
    broadcast = await watching.visible(ctx, tx, broadcast_id)
    return Reader(broadcast, await role_of(ctx, tx, broadcast))


async def _latest(ctx: TenantCtx, tx: Tx, reader: Reader, before: uuid.UUID | None) -> list[LoggedLine]:
    rows = await tx.all(Row, _LATEST, reader.broadcast.id, reader.moderates, before, PAGE)
    return [_shown(ctx, reader, row) for row in reversed(rows)]


def _shown(ctx: TenantCtx, reader: Reader, row: Row) -> LoggedLine:
    return LoggedLine(
        id=row.id,
        name=row.author_name,
        role=row.author_role,
        text=row.text,
        at=row.said_at,
        mine=row.user_id is not None and row.user_id == ctx.actor.user_id,
        original=row.original if reader.moderates else "",
        deleted=row.deleted,
    )


async def _standing(ctx: TenantCtx, tx: Tx, reader: Reader, mode: Mode) -> Standing:
    if ctx.actor.user_id is None:
        return Standing(may_speak=False, may_moderate=False, why="guest")
    found = await chatter(tx, reader.broadcast.id, ctx.actor.user_id)
    refusal = refusal_of(reader.broadcast, reader.role, mode)
    why = refusal.code if refusal else ""
    until = found.muted_until if found and found.is_muted(ctx.now()) else None
    if not why and found is not None:
        why = "banned" if found.is_banned else "muted" if until else ""
    return Standing(may_speak=not why, may_moderate=reader.moderates, why=why, muted_until=until)
