"""Endpoints as JSON."""

from __future__ import annotations

import uuid
from typing import Final

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, requires, sensitive
from nakamise_webhooks.endpoints import service
from nakamise_webhooks.endpoints.schemas import Endpoint, EndpointInput, EndpointWithSecret
from nakamise_webhooks.rights import MANAGE, READ

TAGS: Final = ["Webhooks"]


@get("/topics", opt=requires(READ), tags=TAGS, operation_id="webhooks_list_topics")
async def list_topics(ctx: Ctx) -> list[str]:
    """What can be subscribed to: the topics of the plugins that are on."""
    return list(ctx.topics)


@get("/endpoints", opt=requires(READ), tags=TAGS, operation_id="webhooks_list_endpoints")
async def list_endpoints(ctx: Ctx) -> list[Endpoint]:
    async with ctx.read() as tx:
        return await service.endpoints(ctx, tx)


@get("/endpoints/{endpoint_id:uuid}", opt=requires(READ), tags=TAGS, operation_id="webhooks_get_endpoint")
async def get_endpoint(ctx: Ctx, endpoint_id: FromPath[uuid.UUID]) -> Endpoint:
    async with ctx.read() as tx:
        return await service.endpoint(ctx, tx, endpoint_id)


@post("/endpoints", opt=sensitive(requires(MANAGE)), tags=TAGS, operation_id="webhooks_create_endpoint")
async def create_endpoint(ctx: Ctx, data: JSONBody[EndpointInput]) -> EndpointWithSecret:
    """The secret is in this answer only."""
    async with ctx.begin() as tx:
        return await service.create(ctx, tx, data)


@put(
    "/endpoints/{endpoint_id:uuid}",
    opt=sensitive(requires(MANAGE)),
    tags=TAGS,
    operation_id="webhooks_change_endpoint",
)
async def change_endpoint(
    ctx: Ctx, endpoint_id: FromPath[uuid.UUID], data: JSONBody[EndpointInput]
) -> Endpoint:
    async with ctx.begin() as tx:
        return await service.change(ctx, tx, endpoint_id, data)


@post(
    "/endpoints/{endpoint_id:uuid}/rotate",
    opt=sensitive(requires(MANAGE)),
    tags=TAGS,
    operation_id="webhooks_rotate_secret",
)
async def rotate(ctx: Ctx, endpoint_id: FromPath[uuid.UUID]) -> EndpointWithSecret:
    """The former secret goes on signing too for a day."""
    async with ctx.begin() as tx:
        return await service.rotate(ctx, tx, endpoint_id)


@post(
    "/endpoints/{endpoint_id:uuid}/on",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="webhooks_switch_on",
    status_code=200,
)
async def switch_on(ctx: Ctx, endpoint_id: FromPath[uuid.UUID]) -> Endpoint:
    async with ctx.begin() as tx:
        return await service.switch(ctx, tx, endpoint_id, on=True)


@post(
    "/endpoints/{endpoint_id:uuid}/off",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="webhooks_switch_off",
    status_code=200,
)
async def switch_off(ctx: Ctx, endpoint_id: FromPath[uuid.UUID]) -> Endpoint:
    """What waits is not sent any more."""
    async with ctx.begin() as tx:
        return await service.switch(ctx, tx, endpoint_id, on=False)


@delete(
    "/endpoints/{endpoint_id:uuid}", opt=requires(MANAGE), tags=TAGS, operation_id="webhooks_remove_endpoint"
)
async def remove(ctx: Ctx, endpoint_id: FromPath[uuid.UUID]) -> None:
    async with ctx.begin() as tx:
        await service.remove(ctx, tx, endpoint_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_topics,
    list_endpoints,
    get_endpoint,
    create_endpoint,
    change_endpoint,
    rotate,
    switch_on,
    switch_off,
    remove,
]
