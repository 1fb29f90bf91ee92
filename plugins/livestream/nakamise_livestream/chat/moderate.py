"""What moderators do besides taking lines away: pin one, mute and ban whoever wrote one."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import access
from nakamise_livestream.broadcasts.news import audit
from nakamise_livestream.broadcasts.room import room_of
from nakamise_livestream.chat import events
from nakamise_livestream.chat.lines import pinned
from nakamise_livestream.chat.schemas import Line, Penalty, PenaltyInput, Standing
from nakamise_livestream.people import is_user
from nakamise_livestream.words import DOMAIN

_PIN: Final = """
INSERT INTO livestream_chat (broadcast_id, pinned_id)
SELECT $1, c.id FROM livestream_comment c WHERE c.id = $2 AND c.broadcast_id = $1 AND c.deleted_at IS NULL
ON CONFLICT (broadcast_id) DO UPDATE SET pinned_id = excluded.pinned_id
"""
_UNPIN: Final = "UPDATE livestream_chat SET pinned_id = NULL WHERE broadcast_id = $1"
_AUTHOR: Final = "SELECT user_id FROM livestream_comment WHERE id = $1 AND broadcast_id = $2"
_PENALISE: Final = """
INSERT INTO livestream_chatter AS c (broadcast_id, user_id, next_at, muted_until, is_banned)
VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (broadcast_id, user_id) DO UPDATE SET muted_until = excluded.muted_until, is_banned = excluded.is_banned
"""
# Staff speak without being on any list.
_MODERATES: Final = """
SELECT 1 FROM livestream_moderator WHERE broadcast_id = $1 AND user_id = $2
UNION ALL SELECT 1 FROM livestream_comment WHERE broadcast_id = $1 AND user_id = $2 AND author_role = 'staff' LIMIT 1
"""
_PENALTIES: Final = """
SELECT c.user_id, u.display_name AS name, c.is_banned, c.muted_until
FROM livestream_chatter c JOIN core_user u ON u.id = c.user_id
WHERE c.broadcast_id = $1 AND (c.is_banned OR c.muted_until > $2) ORDER BY u.display_name, c.user_id
"""


async def pin(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, comment_id: uuid.UUID | None) -> Line | None:
    """None: nothing any more. Raises NotFound, Forbidden."""
    broadcast = await access.moderated(ctx, tx, broadcast_id)
    if comment_id is None:
        await tx.execute(_UNPIN, broadcast_id)
    else:
        await tx.must_touch_one(NotFound(), _PIN, broadcast_id, comment_id)
    line = await pinned(tx, broadcast_id)
    await audit(
        ctx,
        tx,
        "livestream.broadcast.comment_pinned",
        broadcast,
        comment=str(comment_id) if comment_id else "",
    )
    room_of(ctx, broadcast_id).announce(tx, events.PINNED, events.Pinned(line))
    return line


async def penalise(
    ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, comment_id: uuid.UUID, given: PenaltyInput
) -> list[Penalty]:
    """Whoever wrote the line. Raises NotFound, Forbidden, Conflict for one who moderates."""
    await access.moderated(ctx, tx, broadcast_id)
    author = await tx.value(_AUTHOR, comment_id, broadcast_id)
    if not isinstance(author, uuid.UUID):
        raise NotFound
    return await penalise_user(ctx, tx, broadcast_id, author, given)


async def penalise_user(
    ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, user_id: uuid.UUID, given: PenaltyInput
) -> list[Penalty]:
    """Raises NotFound, Forbidden, Conflict for one who moderates."""
    broadcast = await access.moderated(ctx, tx, broadcast_id)
    is_moderator = await tx.value(_MODERATES, broadcast_id, user_id) is not None
    if user_id == broadcast.host_id or is_moderator:
        message = N_("The host and moderators cannot be muted.")
        raise Conflict(message, code="moderates", domain=DOMAIN)
    if not await is_user(tx, user_id):
        raise NotFound
    now = ctx.now()
    until = now + timedelta(minutes=given.minutes) if given.kind == "mute" else None
    await tx.execute(_PENALISE, broadcast_id, user_id, now, until, given.kind == "ban")
    await audit(
        ctx,
        tx,
        f"livestream.broadcast.chat_{given.kind}",
        broadcast,
        user=str(user_id),
        minutes=given.minutes,
    )
    why = {"mute": "muted", "ban": "banned", "none": ""}[given.kind]
    standing = Standing(may_speak=not why, may_moderate=False, why=why, muted_until=until)
    room_of(ctx, broadcast_id).announce(tx, events.STANDING, standing, user_id=user_id)
    return await penalties(ctx, tx, broadcast_id)


async def penalties(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> list[Penalty]:
    """Those who may not speak now. Raises NotFound, Forbidden."""
    await access.moderated(ctx, tx, broadcast_id)
    return await tx.all(Penalty, _PENALTIES, broadcast_id, ctx.now())
