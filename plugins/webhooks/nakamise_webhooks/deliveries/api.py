"""The log as JSON."""

from __future__ import annotations

import uuid
from typing import Annotated, Final, Literal

from litestar import get, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.plugin import Ctx, requires
from nakamise_webhooks.deliveries import log, replay
from nakamise_webhooks.deliveries.recording import send_test
from nakamise_webhooks.deliveries.schemas import Detail, LogFilter, LogPage, Replayed, ReplayInput
from nakamise_webhooks.endpoints.api import TAGS
from nakamise_webhooks.rights import MANAGE, READ


@get("/deliveries", opt=requires(READ), tags=TAGS, operation_id="webhooks_list_deliveries")
async def list_deliveries(
    ctx: Ctx,
    endpoint_id: FromQuery[uuid.UUID | None] = None,
    q: FromQuery[Annotated[str, Meta(max_length=100)]] = "",
    in_state: Annotated[Literal["", "waiting", "delivered", "dead"], QueryParameter(name="state")] = "",
    page: FromQuery[Annotated[int, Meta(ge=1, le=10_000)]] = 1,
) -> LogPage:
    """Newest first, 25 on a page. ``state=dead``: what was given up."""
    async with ctx.read() as tx:
        return await log.log_page(tx, LogFilter(q=q, state=in_state, page=page), endpoint_id)


@get("/deliveries/{delivery_id:uuid}", opt=requires(READ), tags=TAGS, operation_id="webhooks_get_delivery")
async def get_delivery(ctx: Ctx, delivery_id: FromPath[uuid.UUID]) -> Detail:
    async with ctx.read() as tx:
        return await log.detail(tx, delivery_id)


@post(
    "/deliveries/{delivery_id:uuid}/replay",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="webhooks_replay_delivery",
    status_code=202,
)
async def replay_one(ctx: Ctx, delivery_id: FromPath[uuid.UUID]) -> Detail:
    """Sent again with the same message id."""
    async with ctx.begin() as tx:
        await replay.replay(ctx, tx, delivery_id)
        return await log.detail(tx, delivery_id)


@post(
    "/endpoints/{endpoint_id:uuid}/replay",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="webhooks_replay_failed",
    status_code=202,
)
async def replay_failed(ctx: Ctx, endpoint_id: FromPath[uuid.UUID], data: JSONBody[ReplayInput]) -> Replayed:
    """At most 1,000 at once; ask again until the count is 0."""
    async with ctx.begin() as tx:
        return Replayed(await replay.replay_failed(ctx, tx, endpoint_id, data.since))


@post(
    "/endpoints/{endpoint_id:uuid}/test",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="webhooks_send_test",
    status_code=202,
)
async def test_event(ctx: Ctx, endpoint_id: FromPath[uuid.UUID]) -> Detail:
    """An event ``webhooks.test.1``, sent and tried again like any other."""
    async with ctx.begin() as tx:
        return await log.detail(tx, await send_test(ctx, tx, endpoint_id))


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_deliveries,
    get_delivery,
    replay_one,
    replay_failed,
    test_event,
]
