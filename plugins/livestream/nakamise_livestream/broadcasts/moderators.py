"""Who helps the host of one broadcast: they delete lines, mute, ban, pin and slow down."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from nakamise.db import Tx
from nakamise.errors import Conflict, FieldError, Invalid, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import access
from nakamise_livestream.broadcasts.news import audit
from nakamise_livestream.people import find_by_email, is_user
from nakamise_livestream.words import DOMAIN

MODERATORS_MAX: Final = 20
_LIST: Final = """
SELECT m.user_id, u.display_name FROM livestream_moderator m JOIN core_user u ON u.id = m.user_id
WHERE m.broadcast_id = $1 ORDER BY m.created_at, m.user_id
"""
_ADD: Final = """
WITH known AS (SELECT count(*) AS n FROM livestream_moderator WHERE broadcast_id = $1)
INSERT INTO livestream_moderator (broadcast_id, user_id, created_at) SELECT $1, $2, $3 FROM known WHERE n < $4
ON CONFLICT (broadcast_id, user_id) DO NOTHING
"""
# Who adds at the same moment waits: the number is counted one by one.
_LOCK: Final = "SELECT 1 FROM livestream_broadcast WHERE id = $1 FOR UPDATE"
_REMOVE: Final = "DELETE FROM livestream_moderator WHERE broadcast_id = $1 AND user_id = $2"
_KNOWN: Final = "SELECT 1 FROM livestream_moderator WHERE broadcast_id = $1 AND user_id = $2"


class ModeratorInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of both: somebody of the chat, or the address of somebody with an account here."""

    user_id: uuid.UUID | None = None
    email: Annotated[str, Meta(max_length=254)] = ""


class Moderator(msgspec.Struct, frozen=True):
    user_id: uuid.UUID
    display_name: str


async def moderators(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> list[Moderator]:
    """Raises NotFound, Forbidden."""
    await access.hosted(ctx, tx, broadcast_id)
    return await tx.all(Moderator, _LIST, broadcast_id)


async def add(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, given: ModeratorInput) -> list[Moderator]:
    """The same again changes nothing. Raises NotFound, Forbidden, Invalid, Conflict when there are enough."""
    broadcast = await access.hosted(ctx, tx, broadcast_id)
    user_id = await _user(tx, given)
    if user_id == broadcast.host_id:
        message = N_("The host moderates anyway.")
        raise Conflict(message, code="is_host", domain=DOMAIN)
    await tx.value(_LOCK, broadcast_id)
    if await tx.execute(_ADD, broadcast_id, user_id, ctx.now(), MODERATORS_MAX) == 1:
        await audit(ctx, tx, "livestream.broadcast.moderator_added", broadcast, user=str(user_id))
    elif await tx.value(_KNOWN, broadcast_id, user_id) is None:
        message = N_("A broadcast has at most %(n)s moderators.")
        raise Conflict(message, code="too_many", domain=DOMAIN, params={"n": MODERATORS_MAX})
    return await moderators(ctx, tx, broadcast_id)


async def _user(tx: Tx, given: ModeratorInput) -> uuid.UUID:
    if given.user_id is not None:
        if await is_user(tx, given.user_id):
            return given.user_id
        raise NotFound
    found = await find_by_email(tx, given.email)
    if found is None:
        message = N_("Nobody here has this address.")
        raise Invalid({"email": FieldError(message, domain=DOMAIN)})
    return found


async def remove(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, user_id: uuid.UUID) -> list[Moderator]:
    """Raises NotFound, Forbidden."""
    broadcast = await access.hosted(ctx, tx, broadcast_id)
    await tx.must_touch_one(NotFound(), _REMOVE, broadcast_id, user_id)
    await audit(ctx, tx, "livestream.broadcast.moderator_removed", broadcast, user=str(user_id))
    return await moderators(ctx, tx, broadcast_id)
