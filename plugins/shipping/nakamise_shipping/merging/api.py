"""Merging as JSON."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

import msgspec
from litestar import get, post
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.plugin import Ctx, requires
from nakamise_shipping.merging import service
from nakamise_shipping.merging.service import Proposal

TAGS: Final = ["shipping"]
SEND: Final = "shipping.send"


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


route_handlers: Final[list[ControllerRouterHandler]] = [proposals, merge]
