"""Placing a purchase: straight, or by the line when many order at once.

Both write by ``writing.write``, in one transaction in which everything happens or nothing.
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from nakamise.errors import Problem
from nakamise.plugin import TenantCtx
from nakamise_shop.checkout import idempotency, intent
from nakamise_shop.checkout.batch import Outcome, place_all
from nakamise_shop.checkout.intent import Intent
from nakamise_shop.checkout.line import Line, Lines, LineWait, Spot
from nakamise_shop.checkout.schemas import Placed, PlaceOrder
from nakamise_shop.checkout.stock import SoldOut
from nakamise_shop.checkout.writing import write

ACT: Final = "place"
# A batch that is being written is waited for; then nobody knows, and the key tells later.
WRITTEN_S: Final = 5.0


async def place(ctx: TenantCtx, key: str, wanted: PlaceOrder) -> Placed:
    """The same ``key`` gives the same purchase.

    Raises Forbidden for an unconfirmed e-mail address, CartChanged, SoldOut, Conflict, Unavailable, KeyUsed, LineWait;
    after any of them nothing has happened.
    """
    user_id = ctx.require_verified()
    lines: Lines[Intent, Outcome] = await ctx.companion(Lines)
    line = lines.of(ctx.tenant.schema, place_all)
    with line.arrival((user_id, key)) as spot:
        if not line.is_crowded:
            return await alone(ctx, key, wanted)
        outcome = await _in_line(ctx, line, spot, key, wanted)
        if isinstance(outcome, SoldOut):
            raise outcome
        return outcome or await alone(ctx, key, wanted)


async def alone(ctx: TenantCtx, key: str, wanted: PlaceOrder) -> Placed:
    """In a transaction of its own. Raises as ``place`` does."""
    fingerprint = idempotency.fingerprint_of(ACT, wanted)
    async with ctx.begin() as tx:
        known = await idempotency.claim(tx, ctx.require_user(), key, fingerprint)
        if known is not None:
            return msgspec.convert(known, Placed)
        found = await intent.read(ctx, tx, key, fingerprint, wanted)
        [placed] = await write(tx, [found], found.now.quote.priced_at)
        return placed


async def _in_line(
    ctx: TenantCtx, line: Line[Intent, Outcome], spot: Spot[Intent, Outcome], key: str, wanted: PlaceOrder
) -> Outcome:
    """Raises as ``place`` does."""
    patience = asyncio.timeout(line.wait_s)
    try:
        async with patience:
            async with line.turn_to_read(spot):
                found = await read(ctx, key, wanted)
                if isinstance(found, Placed):
                    return found
                line.put(spot, found)
            await spot.taken.wait()
    except TimeoutError:
        if not patience.expired():
            raise
        if not spot.taken.is_set():
            raise LineWait(line.ahead(spot) + 1) from None
    try:
        return await asyncio.wait_for(spot.outcome, WRITTEN_S)
    except TimeoutError:
        raise idempotency.in_progress() from None


async def read(ctx: TenantCtx, key: str, wanted: PlaceOrder) -> Intent | Placed:
    """What is to be written, or what was answered to ``key`` before. Raises as ``place`` does."""
    user_id = ctx.require_user()
    fingerprint = idempotency.fingerprint_of(ACT, wanted)
    async with ctx.read() as tx:
        known = await idempotency.answer_of(tx, user_id, key, fingerprint)
        if known is None:
            try:
                return await intent.read(ctx, tx, key, fingerprint, wanted)
            except Problem:
                # The first request with this key may have emptied the cart just now.
                known = await idempotency.answer_of(tx, user_id, key, fingerprint)
                if known is None:
                    raise
        return msgspec.convert(known, Placed)
