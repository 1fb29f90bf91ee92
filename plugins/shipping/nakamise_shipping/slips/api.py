"""Carriers' files as JSON: the report, the file, its content."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Annotated, Final

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.plugin import Ctx, requires
from nakamise_shipping.carriers.slip import Remark
from nakamise_shipping.slips import service
from nakamise_shipping.slips.download import carriers_file
from nakamise_shipping.slips.repository import FileRow

TAGS: Final = ["shipping"]
SEND: Final = "shipping.send"


class SlipsBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``ship_day`` is a day of the tenant."""

    order_ids: Annotated[list[uuid.UUID], Meta(min_length=1, max_length=1000)]
    ship_day: dt.date


class SlipReport(msgspec.Struct, frozen=True, kw_only=True):
    ref: str
    order_numbers: list[str]
    is_fine: bool
    remarks: list[Remark]


class ReportView(msgspec.Struct, frozen=True, kw_only=True):
    layout: str
    slips: list[SlipReport]


@post("/slips/check", opt=requires(SEND), tags=TAGS, operation_id="shipping_check_slips", status_code=200)
async def check(ctx: Ctx, data: JSONBody[SlipsBody]) -> ReportView:
    """What would be written: every changed character, every fault."""
    async with ctx.begin() as tx:
        found = await service.report(ctx, tx, data.order_ids, data.ship_day)
    slips = [
        SlipReport(
            ref=one.row.ref,
            order_numbers=[order.number for order in one.orders],
            is_fine=one.result.is_fine,
            remarks=list(one.result.remarks),
        )
        for one in found.slips
    ]
    return ReportView(layout=found.layout.id, slips=slips)


@post("/slips", opt=requires(SEND), tags=TAGS, operation_id="shipping_write_slips")
async def write(ctx: Ctx, data: JSONBody[SlipsBody]) -> FileRow:
    """The slips without a fault become one file; the shop begins to work on their orders."""
    async with ctx.begin() as tx:
        return await service.write(ctx, tx, data.order_ids, data.ship_day)


@get("/files/{file_id:uuid}/csv", opt=requires(SEND), tags=TAGS, operation_id="shipping_get_file")
async def download(ctx: Ctx, file_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """CP932 with CRLF, as the carrier's software reads it."""
    async with ctx.begin() as tx:
        row, data = await service.content(ctx, tx, file_id)
    return carriers_file(row.name, data)


route_handlers: Final[list[ControllerRouterHandler]] = [check, write, download]
