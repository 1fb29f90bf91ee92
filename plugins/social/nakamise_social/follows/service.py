"""Following and its opposite. Each may be asked for twice at once and happens once."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec

from nakamise.contracts.live import LiveBroadcaster, LiveBroadcasters
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_social.follows import numbers
from nakamise_social.follows.schemas import FollowState
from nakamise_social.notices.schemas import Params
from nakamise_social.notices.telling import tell
from nakamise_social.words import DOMAIN

_FOLLOW: Final = """
INSERT INTO social_follow (broadcaster_id, user_id, created_at) VALUES ($1, $2, $3)
ON CONFLICT (broadcaster_id, user_id) DO NOTHING
"""
_UNFOLLOW: Final = "DELETE FROM social_follow WHERE broadcaster_id = $1 AND user_id = $2"
_SWITCH: Final = "UPDATE social_follow SET notify = $3 WHERE broadcaster_id = $1 AND user_id = $2"
_MINE: Final = "SELECT notify FROM social_follow WHERE broadcaster_id = $1 AND user_id = $2"


class _Mine(msgspec.Struct, frozen=True):
    notify: bool


async def broadcaster(ctx: TenantCtx, tx: Tx, broadcaster_id: uuid.UUID) -> LiveBroadcaster:
    """Raises NotFound unless approved."""
    found = (await ctx.service(LiveBroadcasters).by_id(tx, [broadcaster_id])).get(broadcaster_id)
    if found is None:
        raise NotFound
    return found


async def state(ctx: TenantCtx, tx: Tx, one: LiveBroadcaster) -> FollowState:
    """For the button."""
    user_id = ctx.actor.user_id
    mine = await tx.first(_Mine, _MINE, one.id, user_id) if user_id else None
    return FollowState(
        broadcaster_id=one.id,
        is_following=mine is not None,
        notify=mine is not None and mine.notify,
        is_own=user_id is not None and user_id == one.user_id,
        followers=await numbers.count(tx, one.id),
    )


async def follow(ctx: TenantCtx, tx: Tx, broadcaster_id: uuid.UUID) -> FollowState:
    """The same again changes nothing, not even the switch.

    Raises Unauthenticated, Forbidden without a confirmed address, NotFound, Conflict ``own``.
    """
    user_id = ctx.require_verified()
    found = await broadcaster(ctx, tx, broadcaster_id)
    if found.user_id == user_id:
        raise Conflict(N_("This is you."), code="own", domain=DOMAIN)
    is_new = await tx.execute(_FOLLOW, broadcaster_id, user_id, ctx.now()) == 1
    if is_new and found.user_id is not None:
        # Whoever follows, unfollows and follows again is told of once.
        once = f"followed/{broadcaster_id}/{user_id}"
        params = Params(name=ctx.actor.display_name)
        await tell(ctx, tx, [found.user_id], "follow", "followed", params, "/social/followers", once)
    return await state(ctx, tx, found)


async def unfollow(ctx: TenantCtx, tx: Tx, broadcaster_id: uuid.UUID) -> int:
    """Also somebody who is not approved any more; how many follow now. Raises Unauthenticated."""
    await tx.execute(_UNFOLLOW, broadcaster_id, ctx.require_user())
    return await numbers.count(tx, broadcaster_id)


async def switch(ctx: TenantCtx, tx: Tx, broadcaster_id: uuid.UUID, *, notify: bool) -> None:
    """Raises Unauthenticated, NotFound for somebody whom the actor does not follow."""
    await tx.must_touch_one(NotFound(), _SWITCH, broadcaster_id, ctx.require_user(), notify)
