"""Ending what is on the air: by its host, by staff, by time."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.contracts.live import BroadcastEnded
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_, gettext_for
from nakamise_livestream.broadcasts import access, rows
from nakamise_livestream.broadcasts.news import audit, named, tell_state
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.broadcasts.states import EndWhy
from nakamise_livestream.people import mailable, notify
from nakamise_livestream.rights import MONITOR
from nakamise_livestream.words import DOMAIN, END_WHY

_END: Final = """
UPDATE livestream_broadcast SET state = 'ended', ended_at = $2, end_why = $3, end_reason = $4, ended_by_user_id = $5,
    paused_s = paused_s + coalesce(greatest(0, extract(epoch FROM $2::timestamptz - paused_at))::int, 0),
    paused_at = NULL, lost_at = NULL, publishing = false, viewers_now = 0, run_item_id = NULL, updated_at = $2,
    version = version + 1
WHERE id = $1 AND state IN ('live', 'paused')
"""
_UNPIN: Final = "UPDATE livestream_pin SET unpinned_at = greatest($2, pinned_at) WHERE broadcast_id = $1 AND unpinned_at IS NULL"


async def end(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> Broadcast:
    """By its host. Raises NotFound, Forbidden, Conflict."""
    await access.hosted(ctx, tx, broadcast_id)
    return await _must_settle(ctx, tx, broadcast_id, EndWhy.HOST)


async def force_end(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, reason: str) -> Broadcast:
    """By staff; ``reason`` is shown to viewers and mailed to the host. Raises Forbidden, NotFound, Conflict."""
    ctx.require(MONITOR)
    after = await _must_settle(ctx, tx, broadcast_id, EndWhy.FORCED, reason)
    await tell_host(ctx, tx, after)
    return after


async def _must_settle(
    ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, why: EndWhy, reason: str = ""
) -> Broadcast:
    after = await settle(ctx, tx, broadcast_id, why, reason)
    if after is None:
        if await rows.find(tx, broadcast_id) is None:
            raise NotFound
        raise Conflict(N_("It is not on the air."), code="wrong_state", domain=DOMAIN)
    return after


async def settle(
    ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, why: EndWhy, reason: str = ""
) -> Broadcast | None:
    """The one way to the end; None when it is not on the air (any more). Asks for no permission."""
    if await tx.execute(_END, broadcast_id, ctx.now(), why, reason, ctx.actor.user_id) != 1:
        return None
    await tx.execute(_UNPIN, broadcast_id, ctx.now())
    after = await rows.get(tx, broadcast_id, ctx.locale)
    await audit(ctx, tx, "livestream.broadcast.ended", after, why=why, reason=reason)
    await ctx.publish(tx, _event(ctx, after))
    await tell_state(ctx, tx, after)
    return after


def _event(ctx: TenantCtx, after: Broadcast) -> BroadcastEnded:
    return BroadcastEnded(
        **named(after),
        at=after.ended_at or ctx.now(),
        started_at=after.started_at or ctx.now(),
        why=after.end_why,
        reason=after.end_reason,
        viewers_peak=after.viewers_peak,
        viewers_total=after.viewers_total,
    )


async def tell_host(ctx: TenantCtx, tx: Tx, ended: Broadcast) -> None:
    """A mail to the host of a broadcast that somebody else ended."""
    for reader in await mailable(tx, [ended.host_id] if ended.host_id else []):
        _ = gettext_for(reader.locale, DOMAIN)
        await notify(
            ctx,
            tx,
            reader,
            subject=_("Your broadcast was ended"),
            text=_("“%(title)s” is not on the air any more.", title=ended.title),
            facts=[
                (_("Why"), _(END_WHY[ended.end_why])),
                *([(_("Reason"), ended.end_reason)] if ended.end_reason else []),
            ],
        )
