"""An event becomes one delivery for each endpoint that wants it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from nakamise.db import Tx
from nakamise.errors import Conflict, NotFound
from nakamise.ids import uuid7
from nakamise.plugin import Delivery, Published, TenantCtx
from nakamise.web import N_
from nakamise_webhooks.deliveries.schemas import JOB, Ticket

TEST_TOPIC: Final = "webhooks.test.1"
_WANT: Final = "SELECT id FROM webhooks_endpoint WHERE is_on AND (topics = '{}' OR $1 = ANY(topics)) ORDER BY created_at, id"
_MESSAGE: Final = (
    "INSERT INTO webhooks_message (id, topic, body, at, created_at) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (id) DO NOTHING"
)
_DELIVERY: Final = (
    "INSERT INTO webhooks_delivery (id, endpoint_id, message_id, next_at, created_at) VALUES ($1, $2, $3, $4, $4)"
    " ON CONFLICT (endpoint_id, message_id) DO NOTHING"
)


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """What receivers get, as JSON; ``type`` ends in ``version``."""

    type: str
    version: int
    timestamp: datetime
    data: Any


async def on_event(ctx: TenantCtx, event: Published, delivery: Delivery) -> None:
    async with ctx.begin() as tx:
        if not await delivery.first_time(tx):
            return
        if wanting := await tx.values(_WANT, event.topic):
            await _write(ctx, tx, event, wanting)


async def send_test(ctx: TenantCtx, tx: Tx, endpoint_id: uuid.UUID) -> uuid.UUID:
    """The delivery's id. Raises NotFound, Conflict for an endpoint that is off."""
    is_on = await tx.value("SELECT is_on FROM webhooks_endpoint WHERE id = $1", endpoint_id)
    if is_on is None:
        raise NotFound
    if not is_on:
        raise Conflict(N_("Switch the endpoint on first."), code="endpoint_off", domain="webhooks")
    event = Published(
        id=uuid7(), topic=TEST_TOPIC, version=1, at=ctx.now(), data={"endpoint_id": str(endpoint_id)}
    )
    await ctx.audit(tx, "webhooks.endpoint.tested", str(endpoint_id))
    return (await _write(ctx, tx, event, [endpoint_id]))[0]


async def _write(
    ctx: TenantCtx, tx: Tx, event: Published, endpoint_ids: Sequence[uuid.UUID]
) -> list[uuid.UUID]:
    body = Body(type=event.topic, version=event.version, timestamp=event.at, data=event.data)
    text = msgspec.json.encode(body).decode()
    await tx.execute(_MESSAGE, event.id, event.topic, text, event.at, ctx.now())
    made = []
    for endpoint_id in endpoint_ids:
        id_ = uuid7()
        if await tx.execute(_DELIVERY, id_, endpoint_id, event.id, ctx.now()):
            # First tries of one endpoint go one after another, so that a slow one holds one worker at most.
            await ctx.enqueue(tx, JOB, Ticket(id_, 1), key=str(endpoint_id))
            made.append(id_)
    return made
