"""Prices and stocks change while a broadcast runs: whoever watches sees it without asking."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from typing import Final

import msgspec

from nakamise.contracts.catalog import CatalogChanged
from nakamise.contracts.orders import OrderCancelled, OrderPlaced
from nakamise.plugin import Delivery, Job, TenantCtx
from nakamise_livestream.broadcasts import goods, products

_ON_AIR: Final = """
SELECT id FROM livestream_broadcast WHERE state IN ('live', 'paused') ORDER BY id
"""
JOB: Final = "livestream.refresh_goods_soon"
WAIT_S: Final = 0.5
KNOWN_MAX: Final = 10_000
# What this process told last. Somebody else's memory differs: then it is told once more, and nothing changes.
_told: Final[dict[tuple[uuid.UUID, uuid.UUID], bytes]] = {}


class Nothing(msgspec.Struct, frozen=True):
    """What is to be done is the same for every order."""


async def refresh(ctx: TenantCtx) -> None:
    """Tell what has changed since the last time, for every broadcast on the air."""
    async with ctx.begin() as tx:
        for broadcast_id in await tx.values(_ON_AIR):
            ids = await products.product_ids(tx, broadcast_id)
            if _is_news(ctx, broadcast_id, msgspec.json.encode(await products.looked_up(ctx, tx, ids))):
                goods.tell(ctx, tx, broadcast_id, await products.in_languages(ctx, tx, ids))


def _is_news(ctx: TenantCtx, broadcast_id: uuid.UUID, now: bytes) -> bool:
    key = (ctx.tenant.id, broadcast_id)
    digest = hashlib.blake2b(now, digest_size=16).digest()
    if _told.get(key) == digest:
        return False
    if len(_told) >= KNOWN_MAX:
        _told.clear()
    _told[key] = digest
    return True


async def soon(ctx: TenantCtx) -> None:
    """However many buy in the same second, it is looked once."""
    async with ctx.begin() as tx:
        await ctx.enqueue(tx, JOB, Nothing(), once="goods", run_at=ctx.now() + timedelta(seconds=WAIT_S))


async def refresh_soon(ctx: TenantCtx, _payload: Nothing, _job: Job) -> None:
    await refresh(ctx)


async def on_placed(ctx: TenantCtx, _event: OrderPlaced, _delivery: Delivery) -> None:
    """Stock went down."""
    await soon(ctx)


async def on_cancelled(ctx: TenantCtx, _event: OrderCancelled, _delivery: Delivery) -> None:
    """Stock came back."""
    await soon(ctx)


async def on_changed(ctx: TenantCtx, _event: CatalogChanged, _delivery: Delivery) -> None:
    """Staff changed prices or stock: seldom, so that it is told at once."""
    await refresh(ctx)
