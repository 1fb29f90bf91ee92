"""Disputed payments: nobody ships or refunds until the bank has decided. Called in the payment's transaction."""

from __future__ import annotations

import uuid
from typing import Final

from nakamise.db import Tx
from nakamise.plugin import TenantCtx
from nakamise_shop.checkout import stock
from nakamise_shop.checkout.stock import Wants
from nakamise_shop.domain.order_state import OrderState, order_sources
from nakamise_shop.orders import timeline
from nakamise_shop.orders.timeline import Happened

_OPEN: Final = """
UPDATE shop_order SET disputed_from = state, state = 'disputed', version = version + 1
WHERE purchase_id = $1 AND state = ANY($2) RETURNING id
"""
_WON: Final = """
UPDATE shop_order SET state = disputed_from, disputed_from = NULL, version = version + 1
WHERE purchase_id = $1 AND state = 'disputed' RETURNING id
"""
_LOST: Final = """
UPDATE shop_order SET state = 'refunded', disputed_from = NULL, version = version + 1, closed_at = now()
WHERE purchase_id = $1 AND state = 'disputed' RETURNING id
"""
_UNSENT: Final = """
SELECT variant_id, qty - refunded_qty AS qty, name FROM shop_order_line
WHERE order_id = ANY($1) AND fulfil_state IN ('unfulfilled', 'processing') AND refunded_qty < qty
"""


async def opened(ctx: TenantCtx, tx: Tx, purchase_id: uuid.UUID) -> None:
    """Every paid order of the purchase stands still. The same again changes nothing."""
    sources = sorted(order_sources(OrderState.DISPUTED))
    await _tell(ctx, tx, await tx.values(_OPEN, purchase_id, sources), Happened.DISPUTED)


async def won(ctx: TenantCtx, tx: Tx, purchase_id: uuid.UUID) -> None:
    """Back to where they were."""
    await _tell(ctx, tx, await tx.values(_WON, purchase_id), Happened.DISPUTE_WON)


async def lost(ctx: TenantCtx, tx: Tx, purchase_id: uuid.UUID) -> None:
    """The bank gave the money back: what was not sent goes on sale again."""
    ids = await tx.values(_LOST, purchase_id)
    await _tell(ctx, tx, ids, Happened.DISPUTE_LOST)
    await stock.release(tx, await tx.all(Wants, _UNSENT, ids))


async def _tell(ctx: TenantCtx, tx: Tx, ids: list[uuid.UUID], kind: Happened) -> None:
    await timeline.note(ctx, tx, ids, kind)
    for order_id in ids:
        await ctx.audit(tx, f"shop.order_{kind.value}", str(order_id))
