"""Coupons as JSON, for staff."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.plugin import Ctx, requires
from nakamise_coupons import service
from nakamise_coupons.domain.rules import State
from nakamise_coupons.rights import MANAGE, READ
from nakamise_coupons.schemas import (
    BATCH_MAX,
    CodePage,
    CouponChange,
    CouponFilter,
    CouponPage,
    NewCoupon,
    StaffCoupon,
    UsePage,
)

TAGS: Final = ["coupons staff"]
_ONE: Final = "/staff/coupons/{coupon_id:uuid}"
PageNumber = Annotated[int, QueryParameter(name="page", ge=1, le=10_000)]
StateQuery = Annotated[State | None, QueryParameter(name="state")]
SearchText = Annotated[str, QueryParameter(max_length=80)]


class OnBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    on: bool


class StopBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    stopped: bool


class BatchBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    count: Annotated[int, Meta(ge=1, le=BATCH_MAX)]


class Deleted(msgspec.Struct, frozen=True):
    """``archived``: it was used before and is kept."""

    archived: bool


@get("/staff/coupons", opt=requires(READ), tags=TAGS, operation_id="coupons_staff_list")
async def list_coupons(
    ctx: Ctx, q: SearchText = "", wanted_state: StateQuery = None, page_number: PageNumber = 1
) -> CouponPage:
    """The newest first; without a state those that are not archived."""
    async with ctx.read() as tx:
        return await service.coupon_page(ctx, tx, CouponFilter(q=q, state=wanted_state, page=page_number))


@post("/staff/coupons", opt=requires(MANAGE), tags=TAGS, operation_id="coupons_staff_create")
async def create(ctx: Ctx, data: JSONBody[NewCoupon]) -> StaffCoupon:
    async with ctx.begin() as tx:
        return await service.coupon(ctx, tx, await service.create(ctx, tx, data))


@get(_ONE, opt=requires(READ), tags=TAGS, operation_id="coupons_staff_get")
async def get_one(ctx: Ctx, coupon_id: FromPath[uuid.UUID]) -> StaffCoupon:
    async with ctx.read() as tx:
        return await service.coupon(ctx, tx, coupon_id)


@put(_ONE, opt=requires(MANAGE), tags=TAGS, operation_id="coupons_staff_change")
async def change(ctx: Ctx, coupon_id: FromPath[uuid.UUID], data: JSONBody[CouponChange]) -> StaffCoupon:
    """409 ``stale``: the coupon is newer than ``version``; read it again."""
    async with ctx.begin() as tx:
        await service.change(ctx, tx, coupon_id, data)
        return await service.coupon(ctx, tx, coupon_id)


@put(f"{_ONE}/on", opt=requires(MANAGE), tags=TAGS, operation_id="coupons_staff_switch")
async def switch(ctx: Ctx, coupon_id: FromPath[uuid.UUID], data: JSONBody[OnBody]) -> StaffCoupon:
    async with ctx.begin() as tx:
        await service.switch(ctx, tx, coupon_id, on=data.on)
        return await service.coupon(ctx, tx, coupon_id)


@delete(_ONE, opt=requires(MANAGE), tags=TAGS, operation_id="coupons_staff_delete", status_code=200)
async def remove(ctx: Ctx, coupon_id: FromPath[uuid.UUID]) -> Deleted:
    async with ctx.begin() as tx:
        return Deleted(archived=not await service.delete(ctx, tx, coupon_id))


@get(f"{_ONE}/codes", opt=requires(MANAGE), tags=TAGS, operation_id="coupons_staff_list_codes")
async def list_codes(ctx: Ctx, coupon_id: FromPath[uuid.UUID], page_number: PageNumber = 1) -> CodePage:
    async with ctx.read() as tx:
        return await service.code_page(tx, await service.coupon(ctx, tx, coupon_id), page_number)


@post(f"{_ONE}/codes", opt=requires(MANAGE), tags=TAGS, operation_id="coupons_staff_add_codes")
async def add_codes(ctx: Ctx, coupon_id: FromPath[uuid.UUID], data: JSONBody[BatchBody]) -> StaffCoupon:
    """More codes that count once each. 409 ``no_batch`` for a coupon with one shared code."""
    async with ctx.begin() as tx:
        await service.add_batch(ctx, tx, coupon_id, data.count)
        return await service.coupon(ctx, tx, coupon_id)


@put(
    f"{_ONE}/codes/{{code:str}}",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="coupons_staff_stop_code",
    status_code=204,
)
async def stop_code(
    ctx: Ctx, coupon_id: FromPath[uuid.UUID], code: FromPath[str], data: JSONBody[StopBody]
) -> None:
    """One code counts no more, or again."""
    async with ctx.begin() as tx:
        await service.stop_code(ctx, tx, coupon_id, code, stopped=data.stopped)


@get(f"{_ONE}/uses", opt=requires(READ), tags=TAGS, operation_id="coupons_staff_list_uses")
async def list_uses(ctx: Ctx, coupon_id: FromPath[uuid.UUID], page_number: PageNumber = 1) -> UsePage:
    """The newest first, those that were given back too."""
    async with ctx.read() as tx:
        return await service.use_page(tx, await service.coupon(ctx, tx, coupon_id), page_number)


route_handlers: Final[list[ControllerRouterHandler]] = [
    *(list_coupons, create, get_one, change, switch, remove),
    *(list_codes, add_codes, stop_code, list_uses),
]
