"""Time sales as JSON, for staff."""

from __future__ import annotations

import uuid
from typing import Annotated, Final, Literal

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, requires
from nakamise_timesale import service
from nakamise_timesale.domain.rules import State
from nakamise_timesale.rights import MANAGE, READ
from nakamise_timesale.schemas import ItemInput, SaleChange, SaleFilter, SaleInput, SalePage, StaffSale

TAGS: Final = ["timesale staff"]
_ONE: Final = "/staff/sales/{sale_id:uuid}"
_ITEM: Final = f"{_ONE}/items/{{item_id:uuid}}"
PageNumber = Annotated[int, QueryParameter(name="page", ge=1, le=10_000)]
SearchText = Annotated[str, QueryParameter(max_length=40)]
StateQuery = Annotated[State | None, QueryParameter(name="state")]


class RunBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``act``: start or stop, at once."""

    act: Literal["start", "stop"]


class Deleted(msgspec.Struct, frozen=True):
    """``archived``: it ran before and is kept."""

    archived: bool


@get("/staff/sales", opt=requires(READ), tags=TAGS, operation_id="timesale_staff_list")
async def list_sales(
    ctx: Ctx, q: SearchText = "", wanted_state: StateQuery = None, page_number: PageNumber = 1
) -> SalePage:
    """The newest first; without a state those that are not archived."""
    async with ctx.read() as tx:
        return await service.sale_page(ctx, tx, SaleFilter(q=q, state=wanted_state, page=page_number))


@post("/staff/sales", opt=requires(MANAGE), tags=TAGS, operation_id="timesale_staff_create")
async def create(ctx: Ctx, data: JSONBody[SaleInput]) -> StaffSale:
    async with ctx.begin() as tx:
        return await service.staff_sale(ctx, tx, await service.create(ctx, tx, data))


@get(_ONE, opt=requires(READ), tags=TAGS, operation_id="timesale_staff_get")
async def get_one(ctx: Ctx, sale_id: FromPath[uuid.UUID]) -> StaffSale:
    """With what buyers see of the regular prices, and why not more."""
    async with ctx.read() as tx:
        return await service.staff_sale(ctx, tx, sale_id)


@put(_ONE, opt=requires(MANAGE), tags=TAGS, operation_id="timesale_staff_change")
async def change(ctx: Ctx, sale_id: FromPath[uuid.UUID], data: JSONBody[SaleChange]) -> StaffSale:
    """409 ``stale``: the sale is newer than ``version``; read it again."""
    async with ctx.begin() as tx:
        await service.change(ctx, tx, sale_id, data)
        return await service.staff_sale(ctx, tx, sale_id)


@put(f"{_ONE}/run", opt=requires(MANAGE), tags=TAGS, operation_id="timesale_staff_run")
async def run(ctx: Ctx, sale_id: FromPath[uuid.UUID], data: JSONBody[RunBody]) -> StaffSale:
    """409 ``wrong_state``: it runs already, does not run, or is a broadcast's."""
    act = service.start if data.act == "start" else service.stop
    async with ctx.begin() as tx:
        await act(ctx, tx, sale_id)
        return await service.staff_sale(ctx, tx, sale_id)


@delete(_ONE, opt=requires(MANAGE), tags=TAGS, operation_id="timesale_staff_delete", status_code=200)
async def remove(ctx: Ctx, sale_id: FromPath[uuid.UUID]) -> Deleted:
    async with ctx.begin() as tx:
        return Deleted(archived=not await service.delete(ctx, tx, sale_id))


@post(f"{_ONE}/items", opt=requires(MANAGE), tags=TAGS, operation_id="timesale_staff_add_item")
async def add_item(ctx: Ctx, sale_id: FromPath[uuid.UUID], data: JSONBody[ItemInput]) -> StaffSale:
    async with ctx.begin() as tx:
        await service.add_item(ctx, tx, sale_id, data)
        return await service.staff_sale(ctx, tx, sale_id)


@put(_ITEM, opt=requires(MANAGE), tags=TAGS, operation_id="timesale_staff_change_item")
async def change_item(
    ctx: Ctx, sale_id: FromPath[uuid.UUID], item_id: FromPath[uuid.UUID], data: JSONBody[ItemInput]
) -> StaffSale:
    """The product stays the same."""
    async with ctx.begin() as tx:
        await service.change_item(ctx, tx, sale_id, item_id, data)
        return await service.staff_sale(ctx, tx, sale_id)


@delete(_ITEM, opt=requires(MANAGE), tags=TAGS, operation_id="timesale_staff_remove_item", status_code=200)
async def remove_item(ctx: Ctx, sale_id: FromPath[uuid.UUID], item_id: FromPath[uuid.UUID]) -> StaffSale:
    """409 ``item_sold``: something was sold in the sale."""
    async with ctx.begin() as tx:
        await service.remove_item(ctx, tx, sale_id, item_id)
        return await service.staff_sale(ctx, tx, sale_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    *(list_sales, create, get_one, change, run, remove),
    *(add_item, change_item, remove_item),
]
