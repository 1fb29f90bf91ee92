"""Carriers' files in, as JSON."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec
from litestar import Request, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, requires
from nakamise_shipping.tracking import service
from nakamise_shipping.tracking.service import Applied, Preview

TAGS: Final = ["shipping"]
SEND: Final = "shipping.send"


class Uploaded(msgspec.Struct, frozen=True):
    """``is_new`` false: this content was uploaded before."""

    id: uuid.UUID
    is_new: bool


@post("/tracking", opt=requires(SEND), tags=TAGS, operation_id="shipping_upload_tracking")
async def upload(ctx: Ctx, request: Request[Any, Any, Any]) -> Uploaded:
    """The file is the body, in UTF-8 or Shift_JIS. Nothing is sent yet."""
    data = await request.body()
    async with ctx.begin() as tx:
        return Uploaded(*await service.upload(ctx, tx, "api.csv", data))


@get("/tracking/{import_id:uuid}", opt=requires(SEND), tags=TAGS, operation_id="shipping_get_tracking")
async def preview(ctx: Ctx, import_id: FromPath[uuid.UUID]) -> Preview:
    """What each row would do, or did."""
    async with ctx.read() as tx:
        return await service.preview(ctx, tx, import_id)


@post(
    "/tracking/{import_id:uuid}/apply",
    opt=requires(SEND),
    tags=TAGS,
    operation_id="shipping_apply_tracking",
    status_code=200,
)
async def apply(ctx: Ctx, import_id: FromPath[uuid.UUID]) -> Applied:
    """Sends what can be sent; again does nothing more."""
    return await service.apply(ctx, import_id)


route_handlers: Final[list[ControllerRouterHandler]] = [upload, preview, apply]
