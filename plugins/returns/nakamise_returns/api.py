"""A buyer's returns as JSON, under /api/returns."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.contracts.shops import ShopSellers
from nakamise.errors import NotFound
from nakamise.plugin import Ctx, anyone, signed_in
from nakamise_returns import requesting, rules
from nakamise_returns.policy import policy
from nakamise_returns.schemas import NewRequest, Policy, Return, Returnable, ReturnPage

TAGS: Final = ["returns"]
Page = Annotated[int, QueryParameter(name="page", ge=1, le=1000)]


@get("/", opt=signed_in(), tags=TAGS, operation_id="returns_list")
async def list_returns(ctx: Ctx, page_number: Page = 1) -> ReturnPage:
    """One's own, newest first."""
    async with ctx.read() as tx:
        return await requesting.own_returns(ctx, tx, page_number)


@get("/orders/{number:str}", opt=signed_in(), tags=TAGS, operation_id="returns_list_returnable")
async def list_returnable(ctx: Ctx, number: FromPath[str]) -> list[Returnable]:
    """The lines of one's own order, and how many units of each can be asked back now."""
    async with ctx.read() as tx:
        return await rules.returnable(ctx, tx, await requesting.own_order(ctx, tx, number))


@post("/orders/{number:str}", opt=signed_in(), tags=TAGS, operation_id="returns_ask")
async def ask(ctx: Ctx, number: FromPath[str], data: JSONBody[NewRequest]) -> Return:
    """Ask the shop to take goods back; photos go with the page's form."""
    return await requesting.ask(ctx, number, data)


@get("/{request_id:uuid}", opt=signed_in(), tags=TAGS, operation_id="returns_get")
async def get_return(ctx: Ctx, request_id: FromPath[uuid.UUID]) -> Return:
    async with ctx.read() as tx:
        return await requesting.own_return(ctx, tx, request_id)


@post("/{request_id:uuid}/cancel", opt=signed_in(), tags=TAGS, operation_id="returns_cancel", status_code=200)
async def cancel(ctx: Ctx, request_id: FromPath[uuid.UUID]) -> Return:
    """Until the parcel arrived."""
    return await requesting.cancel(ctx, request_id)


@get("/policies/{shop_id:uuid}", opt=anyone(), tags=TAGS, operation_id="returns_get_policy")
async def get_policy(ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Policy:
    """What a shop promises; ``version`` 0: it has not said anything, and the law's rule holds."""
    async with ctx.read() as tx:
        if shop_id not in await ctx.service(ShopSellers).sellers(tx, [shop_id]):
            raise NotFound
        return await policy(tx, shop_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_returns,
    list_returnable,
    ask,
    get_return,
    cancel,
    get_policy,
]
