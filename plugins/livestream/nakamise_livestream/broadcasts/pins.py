"""The one product that every viewer sees now, and what was shown when."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

import msgspec

from nakamise.contracts.live import ProductPinned
from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_livestream.broadcasts import access, room
from nakamise_livestream.broadcasts.news import PINNED, PinNews, audit, named
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.words import DOMAIN

# Whoever pins waits here for whoever pins at the same moment; the later one wins.
_LOCK: Final = """
SELECT state FROM livestream_broadcast WHERE id = $1 AND state IN ('scheduled', 'live', 'paused') FOR UPDATE
"""
_LISTED: Final = "SELECT 1 FROM livestream_product WHERE broadcast_id = $1 AND product_id = $2"
_NOW: Final = "SELECT product_id FROM livestream_pin WHERE broadcast_id = $1 AND unpinned_at IS NULL"
_UNPIN: Final = """
UPDATE livestream_pin SET unpinned_at = greatest($2, pinned_at) WHERE broadcast_id = $1 AND unpinned_at IS NULL
"""
_PIN: Final = "INSERT INTO livestream_pin (id, broadcast_id, product_id, pinned_at) VALUES ($1, $2, $3, $4)"
_STORY: Final = """
SELECT product_id, pinned_at, unpinned_at FROM livestream_pin WHERE broadcast_id = $1 ORDER BY pinned_at, id
"""


class Pin(msgspec.Struct, frozen=True):
    """``product_id`` was shown from ``pinned_at`` until ``unpinned_at``; None = it is shown now."""

    product_id: uuid.UUID
    pinned_at: datetime
    unpinned_at: datetime | None


async def pin(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID, product_id: uuid.UUID) -> None:
    """In place of the one before. The same again changes nothing.

    By the host, moderators and staff. Raises NotFound also for a product that is not of this broadcast,
    Forbidden, Conflict when it is over.
    """
    broadcast = await access.moderated(ctx, tx, broadcast_id)
    await _lock(tx, broadcast_id)
    if await tx.value(_LISTED, broadcast_id, product_id) is None:
        raise NotFound(N_("This product is not in the broadcast's list."), code="not_listed", domain=DOMAIN)
    await put(ctx, tx, broadcast, product_id)


async def unpin(ctx: TenantCtx, tx: Tx, broadcast_id: uuid.UUID) -> None:
    """Raises NotFound, Forbidden, Conflict when it is over."""
    broadcast = await access.moderated(ctx, tx, broadcast_id)
    await _lock(tx, broadcast_id)
    await put(ctx, tx, broadcast, None)


async def _lock(tx: Tx, broadcast_id: uuid.UUID) -> None:
    if await tx.value(_LOCK, broadcast_id) is None:
        raise Conflict(N_("Its state does not allow this."), code="wrong_state", domain=DOMAIN)


async def put(ctx: TenantCtx, tx: Tx, broadcast: Broadcast, product_id: uuid.UUID | None) -> None:
    """Show ``product_id``, or nothing. The caller has locked the broadcast's row."""
    now = ctx.now()
    if await tx.value(_NOW, broadcast.id) == product_id:
        return
    await tx.execute(_UNPIN, broadcast.id, now)
    if product_id is not None:
        await tx.execute(_PIN, uuid7(), broadcast.id, product_id, now)
    await audit(ctx, tx, "livestream.broadcast.pinned", broadcast, product=str(product_id or ""))
    if broadcast.is_on_air:
        if product_id is not None:
            await ctx.publish(tx, ProductPinned(**named(broadcast), product_id=product_id, at=now))
        news = PinNews(broadcast_id=broadcast.id, product_id=product_id, at=now)
        await ctx.push(tx, PINNED, news)
        room.tell(ctx, tx, broadcast.id, "pinned", news)


async def story(tx: Tx, broadcast_id: uuid.UUID) -> list[Pin]:
    """What was shown when, in order: the archive's marks."""
    return await tx.all(Pin, _STORY, broadcast_id)
