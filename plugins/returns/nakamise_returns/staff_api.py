"""Returns as JSON for staff, under /api/returns/staff."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from litestar import get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, requires
from nakamise_returns import exchanging, handling, office
from nakamise_returns.policy import save
from nakamise_returns.schemas import (
    Decision,
    Exchange,
    Policy,
    Received,
    Refund,
    Rejection,
    Return,
    ReturnFilter,
    ReturnPage,
)
from nakamise_returns.states import State

TAGS: Final = ["returns staff"]
READ: Final = "returns.read"
MANAGE: Final = "returns.manage"
POLICY: Final = "returns.policy"
_ACT: Final = "/staff/{request_id:uuid}"


@get("/staff", opt=requires(READ), tags=TAGS, operation_id="returns_staff_list")
async def list_all(
    ctx: Ctx,
    of_state: Annotated[State | None, QueryParameter(name="state")] = None,
    q: Annotated[str, QueryParameter(max_length=100)] = "",
    page_number: Annotated[int, QueryParameter(name="page", ge=1, le=1000)] = 1,
) -> ReturnPage:
    """Newest first."""
    async with ctx.read() as tx:
        return await office.return_page(ctx, tx, ReturnFilter(state=of_state, q=q, page=page_number))


@get(_ACT, opt=requires(READ), tags=TAGS, operation_id="returns_staff_get")
async def get_one(ctx: Ctx, request_id: FromPath[uuid.UUID]) -> Return:
    async with ctx.read() as tx:
        return await office.return_by_id(ctx, tx, request_id)


@post(
    f"{_ACT}/approve", opt=requires(MANAGE), tags=TAGS, operation_id="returns_staff_approve", status_code=200
)
async def approve(ctx: Ctx, request_id: FromPath[uuid.UUID], data: JSONBody[Decision]) -> Return:
    """The buyer may send the goods."""
    return await handling.approve(ctx, request_id, data)


@post(f"{_ACT}/reject", opt=requires(MANAGE), tags=TAGS, operation_id="returns_staff_reject", status_code=200)
async def reject(ctx: Ctx, request_id: FromPath[uuid.UUID], data: JSONBody[Rejection]) -> Return:
    """Before or after the goods were looked at; the buyer is told why."""
    return await handling.reject(ctx, request_id, data)


@post(
    f"{_ACT}/receive", opt=requires(MANAGE), tags=TAGS, operation_id="returns_staff_receive", status_code=200
)
async def receive(ctx: Ctx, request_id: FromPath[uuid.UUID], data: JSONBody[Received]) -> Return:
    """Each announced line is counted."""
    return await handling.receive(ctx, request_id, data)


@post(f"{_ACT}/refund", opt=requires(MANAGE), tags=TAGS, operation_id="returns_staff_refund", status_code=200)
async def refund(ctx: Ctx, request_id: FromPath[uuid.UUID], data: JSONBody[Refund]) -> Return:
    """The price of what came goes back the way it was paid."""
    return await handling.refund(ctx, request_id, data)


@post(
    f"{_ACT}/exchange",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="returns_staff_exchange",
    status_code=200,
)
async def exchange(ctx: Ctx, request_id: FromPath[uuid.UUID], data: JSONBody[Exchange]) -> Return:
    """Goods are sent again, free of charge: the same, or another variant of the product that costs no more; a
    difference goes back."""
    return await exchanging.exchange(ctx, request_id, data)


@put("/staff/policies", opt=requires(POLICY), tags=TAGS, operation_id="returns_staff_save_policy")
async def save_policy(ctx: Ctx, data: JSONBody[Policy]) -> Policy:
    """``version`` is the one that was edited, 0 for the first."""
    async with ctx.begin() as tx:
        return await save(ctx, tx, data)


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_all,
    get_one,
    approve,
    reject,
    receive,
    refund,
    exchange,
    save_policy,
]
