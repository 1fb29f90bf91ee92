"""One broadcast as everybody sees it."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import TenantCtx
from nakamise_livestream.broadcasts import access, products, reminders, rows
from nakamise_livestream.broadcasts.ics import Entry
from nakamise_livestream.broadcasts.schemas import Broadcast, PublicBroadcast
from nakamise_livestream.broadcasts.states import State

_SAME_FIELDS: Final = tuple(
    name for name in PublicBroadcast.__struct_fields__ if name in Broadcast.__struct_fields__
)


async def visible(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> Broadcast:
    """Public, or the actor may moderate it. Raises NotFound."""
    found = await rows.get(tx, broadcast_id, ctx.locale)
    if await access.is_public(tx, found) or await access.may_moderate(ctx, tx, found):
        return found
    raise NotFound


async def public(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> PublicBroadcast:
    """Raises NotFound. Who may moderate it sees it before it is announced, too."""
    found = await visible(ctx, tx, broadcast_id)
    ids = await products.product_ids(tx, broadcast_id)
    return PublicBroadcast(
        **{name: getattr(found, name) for name in _SAME_FIELDS},
        products=await products.looked_up(ctx, tx, ids),
        may_watch=await access.may_watch(ctx, tx, found),
        may_moderate=await access.may_moderate(ctx, tx, found),
        has_reminder=await reminders.has(ctx, tx, broadcast_id),
    )


def entry_of(ctx: TenantCtx, found: PublicBroadcast) -> Entry:
    """For a calendar. Raises NotFound for a broadcast without a time."""
    start = found.started_at or found.scheduled_for
    if start is None:
        raise NotFound
    return Entry(
        uid=f"{found.id}@{ctx.tenant.canonical_host}",
        start=start,
        end=found.ended_at if found.started_at else None,
        title=f"{found.title} | {found.broadcaster_name}",
        text=found.description,
        url=ctx.url(found.path),
        changed=ctx.now(),
        is_cancelled=found.state in (State.CANCELLED, State.EXPIRED),
    )
