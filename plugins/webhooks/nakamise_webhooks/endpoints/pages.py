"""The list of endpoints and what can be done to one with a button."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, TenantCtx, requires, sensitive
from nakamise.web import N_, filter_of, page, see_other
from nakamise_webhooks.deliveries.log import log_page
from nakamise_webhooks.deliveries.schemas import LogFilter
from nakamise_webhooks.deliveries.views import log_view
from nakamise_webhooks.endpoints import service
from nakamise_webhooks.endpoints.schemas import ENDPOINTS_MAX, EndpointWithSecret
from nakamise_webhooks.rights import MANAGE, READ
from nakamise_webhooks.words import off_why, words

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/admin/webhooks"


@get("/", opt=requires(READ), include_in_schema=False)
async def endpoint_list(ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await service.endpoints(ctx, tx)
    return await page(
        ctx,
        "webhooks/endpoints.html",
        endpoints=found,
        dead=sum(one.dead for one in found),
        off_why=off_why(ctx),
        may_manage=ctx.actor.can(MANAGE),
        is_full=len(found) >= ENDPOINTS_MAX,
    )


@get("/{endpoint_id:uuid}", opt=requires(READ), include_in_schema=False)
async def endpoint_detail(request: AnyRequest, ctx: Ctx, endpoint_id: FromPath[uuid.UUID]) -> Response[bytes]:
    wanted = filter_of(LogFilter, request.query_params)
    async with ctx.read() as tx:
        one = await service.endpoint(ctx, tx, endpoint_id)
        found = await log_page(tx, wanted, endpoint_id)
    return await page(
        ctx,
        "webhooks/endpoint.html",
        one=one,
        base=f"{LIST}/{endpoint_id}",
        off_why=off_why(ctx),
        today=ctx.now().astimezone(ctx.tenant.zone).date(),
        may_manage=ctx.actor.can(MANAGE),
        **log_view(ctx, f"{LIST}/{endpoint_id}", wanted, found),
    )


async def show_secret(ctx: TenantCtx, made: EndpointWithSecret, *, is_new: bool) -> Response[bytes]:
    """The only page that has the secret; nothing may keep it."""
    answer = await page(
        ctx,
        "webhooks/secret.html",
        made=made,
        is_new=is_new,
        base=f"{LIST}/{made.endpoint.id}",
        hours=int(service.OVERLAP.total_seconds() // 3600),
    )
    answer.headers["cache-control"] = "no-store"
    return answer


@post("/{endpoint_id:uuid}/rotate", opt=sensitive(requires(MANAGE)), include_in_schema=False, status_code=200)
async def rotate(ctx: Ctx, endpoint_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.begin() as tx:
        made = await service.rotate(ctx, tx, endpoint_id)
    return await show_secret(ctx, made, is_new=False)


@post("/{endpoint_id:uuid}/on", opt=requires(MANAGE), include_in_schema=False)
async def switch_on(ctx: Ctx, endpoint_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.begin() as tx:
        await service.switch(ctx, tx, endpoint_id, on=True)
    return see_other(ctx, f"{LIST}/{endpoint_id}", flash=words(ctx)(N_("The endpoint is on.")))


@post("/{endpoint_id:uuid}/off", opt=requires(MANAGE), include_in_schema=False)
async def switch_off(ctx: Ctx, endpoint_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.begin() as tx:
        await service.switch(ctx, tx, endpoint_id, on=False)
    return see_other(ctx, f"{LIST}/{endpoint_id}", flash=words(ctx)(N_("The endpoint is off.")))


@post("/{endpoint_id:uuid}/remove", opt=requires(MANAGE), include_in_schema=False)
async def remove(ctx: Ctx, endpoint_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.begin() as tx:
        await service.remove(ctx, tx, endpoint_id)
    return see_other(ctx, LIST, flash=words(ctx)(N_("The endpoint and its log are deleted.")))


route_handlers: Final[list[ControllerRouterHandler]] = [
    endpoint_list,
    endpoint_detail,
    rotate,
    switch_on,
    switch_off,
    remove,
]
