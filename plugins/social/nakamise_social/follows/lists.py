"""Whom somebody follows, and who follows a broadcaster."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.live import LiveBroadcaster, LiveBroadcasters
from nakamise.db import Tx
from nakamise.errors import Forbidden
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_social.follows import numbers
from nakamise_social.follows.schemas import Followed, FollowedPage, Follower, FollowerPage, PageFilter
from nakamise_social.profiles.handles import paths
from nakamise_social.settings import SocialSettings
from nakamise_social.words import DOMAIN

_FOLLOWED: Final = """
SELECT broadcaster_id, notify, created_at FROM social_follow WHERE user_id = $1
ORDER BY created_at DESC, broadcaster_id LIMIT $2 OFFSET $3
"""
_FOLLOWED_COUNT: Final = "SELECT count(*) FROM social_follow WHERE user_id = $1"
_FOLLOWERS: Final = """
SELECT f.user_id, coalesce(u.display_name, '') AS name, f.notify, f.created_at AS since
FROM social_follow f LEFT JOIN core_user u ON u.id = f.user_id WHERE f.broadcaster_id = $1
ORDER BY f.created_at DESC, f.user_id LIMIT $2 OFFSET $3
"""


class _Row(msgspec.Struct, frozen=True):
    broadcaster_id: uuid.UUID
    notify: bool
    created_at: datetime


async def following(ctx: TenantCtx, tx: Tx, wanted: PageFilter) -> FollowedPage:
    """The newest first. Raises Unauthenticated."""
    user_id, size = ctx.require_user(), ctx.settings(SocialSettings).page_size
    rows = await tx.all(_Row, _FOLLOWED, user_id, size, (wanted.page - 1) * size)
    ids = [row.broadcaster_id for row in rows]
    known = await ctx.service(LiveBroadcasters).by_id(tx, ids)
    counts, addresses = await numbers.counts(tx, ids), await paths(tx, ids)
    items = [
        Followed(
            broadcaster_id=row.broadcaster_id,
            notify=row.notify,
            since=row.created_at,
            followers=counts[row.broadcaster_id],
            path=addresses[row.broadcaster_id],
            broadcaster=known.get(row.broadcaster_id),
        )
        for row in rows
    ]
    total = int(await tx.value(_FOLLOWED_COUNT, user_id))
    return FollowedPage(items=items, total=total, page=wanted.page, page_size=size)


async def me(ctx: TenantCtx, tx: Tx) -> LiveBroadcaster:
    """The actor as a broadcaster. Raises Unauthenticated, Forbidden."""
    found = await ctx.service(LiveBroadcasters).of_user(tx, ctx.require_user())
    if found is None:
        raise Forbidden(N_("Only approved broadcasters may do this."), code="not_approved", domain=DOMAIN)
    return found


async def followers(ctx: TenantCtx, tx: Tx, wanted: PageFilter) -> FollowerPage:
    """The actor's own, the newest first. Raises Unauthenticated, Forbidden."""
    one, size = await me(ctx, tx), ctx.settings(SocialSettings).page_size
    found = await numbers.numbers(tx, one.id)
    return FollowerPage(
        numbers=found,
        items=await tx.all(Follower, _FOLLOWERS, one.id, size, (wanted.page - 1) * size),
        total=found.followers,
        page=wanted.page,
        page_size=size,
    )
