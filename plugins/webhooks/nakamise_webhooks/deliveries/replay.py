"""Sending again what was sent before, under the same message id."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Final

from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.plugin import TenantCtx
from nakamise.web import N_
from nakamise_webhooks.deliveries.schemas import JOB, Ticket

REPLAY_MAX: Final = 1000
_ENDPOINT_ON: Final = (
    "SELECT e.is_on FROM webhooks_delivery d JOIN webhooks_endpoint e ON e.id = d.endpoint_id WHERE d.id = $1"
)
_AGAIN: Final = (
    "UPDATE webhooks_delivery SET state = 'waiting', ticket = ticket + 1, tries = 0, settled_at = NULL,"
    " next_at = $2 WHERE id = $1 RETURNING ticket"
)
_DEAD: Final = """
SELECT d.id FROM webhooks_delivery d JOIN webhooks_endpoint e ON e.id = d.endpoint_id
WHERE d.state = 'dead' AND d.created_at >= $1 AND e.is_on AND d.endpoint_id = $2
ORDER BY d.created_at, d.id LIMIT $3
"""


async def replay(ctx: TenantCtx, tx: Tx, delivery_id: uuid.UUID) -> None:
    """Also what was delivered, or waits. Raises NotFound, Conflict for an endpoint that is off."""
    is_on = await tx.value(_ENDPOINT_ON, delivery_id)
    if is_on is None:
        raise NotFound
    if not is_on:
        raise off()
    await _again(ctx, tx, delivery_id)
    await ctx.audit(tx, "webhooks.delivery.replayed", str(delivery_id))


async def replay_failed(ctx: TenantCtx, tx: Tx, endpoint_id: uuid.UUID, since: datetime) -> int:
    """At most ``REPLAY_MAX`` at once, oldest first; how many. Raises NotFound, Conflict."""
    is_on = await tx.value("SELECT is_on FROM webhooks_endpoint WHERE id = $1", endpoint_id)
    if is_on is None:
        raise NotFound
    if not is_on:
        raise off()
    found = await tx.values(_DEAD, since, endpoint_id, REPLAY_MAX)
    for delivery_id in found:
        await _again(ctx, tx, delivery_id)
    await ctx.audit(tx, "webhooks.delivery.replayed", str(endpoint_id), since=str(since), count=len(found))
    return len(found)


def off() -> Conflict:
    return Conflict(N_("Switch the endpoint on first."), code="endpoint_off", domain="webhooks")


async def _again(ctx: TenantCtx, tx: Tx, delivery_id: uuid.UUID) -> None:
    ticket = await tx.value(_AGAIN, delivery_id, ctx.now())
    await ctx.enqueue(tx, JOB, Ticket(delivery_id, int(ticket)))
