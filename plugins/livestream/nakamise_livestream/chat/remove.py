"""Taking a line away: its author, the host, moderators, staff. It stays in the log."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Forbidden, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import watching
from nakamise_livestream.broadcasts.news import audit
from nakamise_livestream.broadcasts.room import room_of
from nakamise_livestream.chat import events
from nakamise_livestream.chat.roles import role_of
from nakamise_livestream.chat.schemas import Deleted, Role
from nakamise_livestream.words import DOMAIN

_AUTHOR: Final = "SELECT user_id FROM livestream_comment WHERE id = $1 AND broadcast_id = $2"
_TAKE_AWAY: Final = """
UPDATE livestream_comment SET deleted_at = $3, deleted_by_user_id = $4, deleted_by_name = $5, deleted_as = $6
WHERE id = $1 AND broadcast_id = $2 AND deleted_at IS NULL
"""
_EXISTS: Final = "SELECT 1 FROM livestream_comment WHERE id = $1 AND broadcast_id = $2"
_UNPIN: Final = "UPDATE livestream_chat SET pinned_id = NULL WHERE broadcast_id = $1 AND pinned_id = $2"


async def remove(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, comment_id: uuid.UUID) -> None:
    """A line that is away already stays as it is. Raises Unauthenticated, NotFound, Forbidden."""
    user_id = ctx.require_user()
    broadcast = await watching.visible(ctx, tx, broadcast_id)
    role = await role_of(ctx, tx, broadcast)
    if await tx.value(_EXISTS, comment_id, broadcast_id) is None:
        raise NotFound
    is_author = await tx.value(_AUTHOR, comment_id, broadcast_id) == user_id
    if role is Role.VIEWER and not is_author:
        raise Forbidden(N_("This is not your comment."), code="not_yours", domain=DOMAIN)
    deleted = Deleted(at=ctx.now(), by=ctx.actor.name_in_log, role="author" if is_author else role.value)
    row = (comment_id, broadcast_id, deleted.at, user_id, deleted.by, deleted.role)
    if await tx.execute(_TAKE_AWAY, *row) == 0:
        return
    await audit(
        ctx, tx, "livestream.broadcast.comment_removed", broadcast, comment=str(comment_id), role=deleted.role
    )
    here = room_of(ctx, broadcast_id)
    here.announce(tx, events.REMOVED, events.Gone(comment_id))
    here.announce(tx, events.REMOVED_BY, events.GoneBy(comment_id, deleted), staff=True)
    if await tx.execute(_UNPIN, broadcast_id, comment_id) == 1:
        here.announce(tx, events.PINNED, events.Pinned(None))
