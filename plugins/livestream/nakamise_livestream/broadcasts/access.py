"""Who may do what with a broadcast.

The host may do everything with their own while they are approved; moderators moderate; staff by permission.
To everybody else a broadcast that is not public is missing.
"""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Conflict, Forbidden, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import rows
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.rights import MANAGE, MONITOR
from nakamise_livestream.words import DOMAIN

_MODERATES: Final = "SELECT 1 FROM livestream_moderator WHERE broadcast_id = $1 AND user_id = $2"
_STATE: Final = "SELECT state FROM livestream_broadcaster WHERE id = $1"
NOT_APPROVED: Final = N_("Only approved broadcasters may do this.")


def is_host(ctx: TenantCtx, broadcast: Broadcast) -> bool:
    return broadcast.host_id is not None and broadcast.host_id == ctx.actor.user_id


async def hosted(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> Broadcast:
    """A broadcast that the actor may run: the host's own, or any for staff.

    Raises Unauthenticated, NotFound, Forbidden for a host who is not approved (any more).
    """
    if not ctx.actor.is_system:
        ctx.require_user()
    found = await rows.get(tx, broadcast_id, ctx.locale)
    if ctx.actor.can(MANAGE):
        return found
    if not is_host(ctx, found):
        raise NotFound
    if await tx.value(_STATE, found.broadcaster_id) != "approved":
        raise Forbidden(NOT_APPROVED, code="not_approved", domain=DOMAIN)
    return found


async def may_moderate(ctx: TenantCtx, tx: Tx, broadcast: Broadcast) -> bool:
    """Delete lines, mute, ban, pin, slow mode: the host, moderators of this broadcast, staff."""
    if is_host(ctx, broadcast) or ctx.actor.can(MONITOR) or ctx.actor.can(MANAGE):
        return True
    if ctx.actor.user_id is None:
        return False
    return await tx.value(_MODERATES, broadcast.id, ctx.actor.user_id) is not None


async def moderated(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> Broadcast:
    """A broadcast that the actor may moderate. Raises NotFound, Forbidden."""
    found = await rows.get(tx, broadcast_id, ctx.locale)
    if await may_moderate(ctx, tx, found):
        return found
    if await is_public(tx, found):
        raise Forbidden(N_("Only the host and moderators may do this."), code="not_moderator", domain=DOMAIN)
    raise NotFound


async def is_public(tx: Tx, broadcast: Broadcast) -> bool:
    """On the air, announced, over, or called off after it was announced, by somebody who is approved."""
    if not broadcast.is_on_air and broadcast.started_at is None and broadcast.scheduled_for is None:
        return False
    state = await tx.value(_STATE, broadcast.broadcaster_id)
    return bool(state == "approved")


async def may_watch(ctx: TenantCtx, tx: Tx, broadcast: Broadcast) -> bool:
    """Whether the actor gets the media: everybody while it is on the air, staff and moderators in rehearsal."""
    if broadcast.is_on_air:
        return True
    return broadcast.rehearsing_since is not None and await may_moderate(ctx, tx, broadcast)


def may_publish(broadcast: Broadcast) -> bool:
    """Whether media may come in now: before the start too, for the host's preview and for a programme that
    connects first."""
    return broadcast.is_on_air or broadcast.state == "scheduled"


def require_open(broadcast: Broadcast) -> None:
    """Raises Conflict when nothing may come in any more."""
    if not may_publish(broadcast):
        raise Conflict(N_("This broadcast is over."), code="wrong_state", domain=DOMAIN)
