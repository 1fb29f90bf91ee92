"""Who may publish into which broadcast, and who may watch it."""

from __future__ import annotations

import uuid

from nakamise.errors import NotFound, Unauthenticated
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import access, keys, start, watching
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.broadcasts.states import State
from nakamise_livestream.media import NotLive
from nakamise_livestream.settings import LivestreamSettings
from nakamise_livestream.words import DOMAIN


async def publisher_with_key(ctx: TenantCtx, key: str) -> Broadcast:
    """Raises Unauthenticated for a key that opens nothing (any more)."""
    async with ctx.begin() as tx:
        found = await keys.opened_by(ctx, tx, key)
    if found is None:
        raise Unauthenticated(N_("This stream key is not valid."), code="wrong_key", domain=DOMAIN)
    return found


async def started_by_key(ctx: TenantCtx, broadcast: Broadcast) -> None:
    """A programme sends: where the tenant wants it so, that is the start."""
    wanted = ctx.settings(LivestreamSettings).auto_start
    if wanted and broadcast.state is State.SCHEDULED and broadcast.rehearsing_since is None:
        system = ctx.as_system()
        async with system.begin() as tx:
            await start.start(system, tx, broadcast.id)


async def publisher_with_cookie(ctx: TenantCtx, broadcast_id: uuid.UUID) -> Broadcast:
    """Raises Unauthenticated, NotFound, Forbidden; Conflict for a broadcast that is over."""
    async with ctx.read() as tx:
        found = await access.hosted(ctx, tx, broadcast_id)
    access.require_open(found)
    return found


async def viewer(ctx: TenantCtx, broadcast_id: uuid.UUID) -> Broadcast:
    """Raises NotFound, also for what is over, and NotLive for what comes."""
    async with ctx.read() as tx:
        found = await watching.visible(ctx, tx, broadcast_id)
        may = await access.may_watch(ctx, tx, found)
    if may:
        return found
    if found.state is State.SCHEDULED:
        raise NotLive("the broadcast has not begun")
    raise NotFound
