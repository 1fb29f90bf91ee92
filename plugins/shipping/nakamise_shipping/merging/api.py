"""Merging as JSON."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

import msgspec
from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.plugin import Ctx, requires
from nakamise_shipping.merging import service, undoing
from nakamise_shipping.merging.service import Proposal
from nakamise_shipping.merging.undoing import Merge

TAGS: Final = ["shipping"]
SEND: Final = "shipping.send"
PageNumber = Annotated[int, QueryParameter(name="page", ge=1, le=10_000)]


class MergeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    order_ids: Annotated[list[uuid.UUID], Meta(min_length=2, max_length=100)]


@get("/merges", opt=requires(SEND), tags=TAGS, operation_id="shipping_list_merges")
async def proposals(ctx: Ctx) -> list[Proposal]:
    async with ctx.read() as tx:
        return await service.proposals(ctx, tx)


@post("/merges", opt=requires(SEND), tags=TAGS, operation_id="shipping_merge")
async def merge(ctx: Ctx, data: JSONBody[MergeBody]) -> Proposal:
    """Exactly the orders of one proposal; 409 when it is none any more."""
    async with ctx.begin() as tx:
        return await service.merge(ctx, tx, data.order_ids)


@get("/merges/waiting", opt=requires(SEND), tags=TAGS, operation_id="shipping_list_merged")
async def waiting(ctx: Ctx, page_number: PageNumber = 1) -> list[Merge]:
    """Parcels of several orders that can be parted again: their slip is in no file yet. 50 on a page."""
    async with ctx.read() as tx:
        return (await undoing.merge_page(ctx, tx, page_number)).items


@post(
    "/merges/{merge_id:uuid}/undo",
    opt=requires(SEND),
    tags=TAGS,
    operation_id="shipping_undo_merge",
    status_code=200,
)
async def undo(ctx: Ctx, merge_id: FromPath[uuid.UUID]) -> Merge:
    """A parcel for each order again; 409 once the slip is in a carrier's file. Money that went back stays there."""
    async with ctx.begin() as tx:
        return await undoing.undo(ctx, tx, merge_id)


route_handlers: Final[list[ControllerRouterHandler]] = [proposals, merge, waiting, undo]
