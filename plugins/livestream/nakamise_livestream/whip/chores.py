"""Cutting the media of what is over, looking after what was missed, and what a plan counts."""

from __future__ import annotations

import contextlib
import uuid
from typing import Final

from nakamise.contracts.live import BroadcastCancelled, BroadcastEnded, BroadcastExpired
from nakamise.db import Tx
from nakamise.plugin import Delivery, Span, TenantCtx
from nakamise_livestream.broadcasts import on_air
from nakamise_livestream.media import EngineAway
from nakamise_livestream.stage import guests
from nakamise_livestream.whip import publications, streams
from nakamise_livestream.whip.companion import MediaHost

_SENDING: Final = "SELECT id FROM livestream_broadcast WHERE publishing ORDER BY id"
_SECONDS: Final = (
    "SELECT coalesce(sum(seconds), 0)::bigint FROM livestream_watched WHERE hour >= $1 AND hour < $2"
)
_BYTES: Final = (
    "SELECT coalesce(sum(bytes), 0)::bigint FROM livestream_watched WHERE hour >= $1 AND hour < $2"
)


async def on_ended(ctx: TenantCtx, event: BroadcastEnded, delivery: Delivery) -> None:  # noqa: ARG001 - a listener gets it
    """Raises EngineAway: it is tried again then."""
    await cut(ctx, event.broadcast_id)


async def on_cancelled(ctx: TenantCtx, event: BroadcastCancelled, delivery: Delivery) -> None:  # noqa: ARG001 - a listener gets it
    """Somebody may have been sending for a preview. Raises EngineAway."""
    await cut(ctx, event.broadcast_id)


async def on_expired(ctx: TenantCtx, event: BroadcastExpired, delivery: Delivery) -> None:  # noqa: ARG001 - a listener gets it
    """As `on_cancelled`."""
    await cut(ctx, event.broadcast_id)


async def cut(ctx: TenantCtx, broadcast_id: uuid.UUID) -> None:
    """No media flows any more: publisher and viewers are told. Raises EngineAway."""
    host = await ctx.companion(MediaHost)
    if host.is_external:
        await publications.cut(ctx, broadcast_id, host.engine)
    else:
        for seat in range(guests.SEATS):
            await host.engine.end(streams.name_of(ctx, broadcast_id, seat), "ended")


async def cut_guest(ctx: TenantCtx, broadcast_id: uuid.UUID, seat: int) -> None:
    """After the commit; an engine that is away forwards nothing."""
    host = await ctx.companion(MediaHost)
    with contextlib.suppress(EngineAway):
        await host.engine.end(streams.name_of(ctx, broadcast_id, seat), "ended")


async def cut_at_once(ctx: TenantCtx, broadcast_id: uuid.UUID) -> None:
    """After the commit, not when the event's turn comes; an engine that is away forwards nothing."""
    with contextlib.suppress(EngineAway):
        await cut(ctx, broadcast_id)


async def check_sending(ctx: TenantCtx) -> None:
    """A publisher that went away while nobody listened to the engine is missed now."""
    async with ctx.read() as tx:
        sending = await tx.values(_SENDING)
    if not sending:
        return
    host = await ctx.companion(MediaHost)
    if host.is_external:
        return
    for id_ in sending:
        try:
            stats = await host.engine.stats(streams.name_of(ctx, id_))
        except EngineAway:
            stats = None
        if stats is None or not stats.publishing:
            await on_air.publisher_lost(ctx, id_)


async def viewer_minutes(ctx: TenantCtx, tx: Tx, span: Span | None) -> int:  # noqa: ARG001 - a meter gets it
    """In the span; 0 without one."""
    return int(await tx.value(_SECONDS, span.start, span.end) or 0) // 60 if span else 0


async def bytes_sent(ctx: TenantCtx, tx: Tx, span: Span | None) -> int:  # noqa: ARG001 - a meter gets it
    """In the span; 0 without one."""
    return int(await tx.value(_BYTES, span.start, span.end) or 0) if span else 0
