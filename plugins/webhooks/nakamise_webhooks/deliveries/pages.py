"""The log over all endpoints, one delivery, downloads."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from typing import Any, Final

import msgspec
from litestar import Request, Response, get
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import BOM, N_, csv_stream, csv_text, filter_of, page
from nakamise_webhooks.deliveries import log
from nakamise_webhooks.deliveries.schemas import LogFilter, Row
from nakamise_webhooks.deliveries.views import log_view
from nakamise_webhooks.endpoints import service
from nakamise_webhooks.rights import MANAGE, READ
from nakamise_webhooks.signing import message_id
from nakamise_webhooks.words import reasons, states, words

AnyRequest = Request[Any, Any, Any]
LOG: Final = "/admin/webhooks/log"
_COLUMNS: Final = (
    *(N_("Time"), N_("Event"), N_("Message id"), N_("Address"), N_("State"), N_("Tries")),
    *(N_("Status"), N_("Reason"), N_("Settled at")),
)


@get("/log", opt=requires(READ), include_in_schema=False)
async def whole_log(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(LogFilter, request.query_params)
    async with ctx.read() as tx:
        found = await log.log_page(tx, wanted, None)
    return await page(ctx, "webhooks/log.html", **log_view(ctx, LOG, wanted, found))


@get("/deliveries/{delivery_id:uuid}", opt=requires(READ), include_in_schema=False)
async def delivery(ctx: Ctx, delivery_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await log.detail(tx, delivery_id)
        endpoint = await service.endpoint(ctx, tx, found.row.endpoint_id)
    return await page(
        ctx,
        "webhooks/delivery.html",
        found=found,
        endpoint=endpoint,
        body=_indented(found.body),
        states=states(ctx),
        reasons=reasons(ctx),
        action=f"/admin/webhooks/deliveries/{delivery_id}/replay",
        may_replay=ctx.actor.can(MANAGE) and endpoint.is_on,
    )


def _indented(body: str) -> str:
    try:
        return msgspec.json.format(body.encode(), indent=2).decode()
    except msgspec.DecodeError:
        return body


@get("/log/deliveries.csv", opt=requires(READ), include_in_schema=False)
async def export(request: AnyRequest, ctx: Ctx) -> Stream:
    return await _export(ctx, filter_of(LogFilter, request.query_params), None)


@get("/{endpoint_id:uuid}/deliveries.csv", opt=requires(READ), include_in_schema=False)
async def export_of_endpoint(request: AnyRequest, ctx: Ctx, endpoint_id: FromPath[uuid.UUID]) -> Stream:
    async with ctx.read() as tx:
        await service.endpoint(ctx, tx, endpoint_id)
    return await _export(ctx, filter_of(LogFilter, request.query_params), endpoint_id)


async def _export(ctx: TenantCtx, wanted: LogFilter, endpoint_id: uuid.UUID | None) -> Stream:
    name = f"webhooks-{ctx.now().astimezone(ctx.tenant.zone):%Y%m%d-%H%M}.csv"
    async with ctx.begin() as tx:
        await ctx.audit(tx, "webhooks.log.exported", name, filter=ctx.http.query)
    return csv_stream(name, _lines(ctx, wanted, endpoint_id))


async def _lines(ctx: TenantCtx, wanted: LogFilter, endpoint_id: uuid.UUID | None) -> AsyncIterator[str]:
    _ = words(ctx)
    yield BOM + csv_text([[_(column) for column in _COLUMNS]])
    names, why = states(ctx), reasons(ctx)
    async for row in log.all_rows(ctx, wanted, endpoint_id):
        yield csv_text([_cells(ctx, row, names[row.state][0], why.get(row.last_error, ""))])


def _cells(ctx: TenantCtx, row: Row, state: str, why: str) -> list[object]:
    zone = ctx.tenant.zone
    settled = f"{row.settled_at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if row.settled_at else ""
    return [
        f"{row.created_at.astimezone(zone):%Y-%m-%d %H:%M:%S}",
        row.topic,
        message_id(row.event_id),
        row.url,
        state,
        row.tries,
        "" if row.last_status is None else row.last_status,
        why,
        settled,
    ]


route_handlers: Final[list[ControllerRouterHandler]] = [whole_log, delivery, export, export_of_endpoint]
