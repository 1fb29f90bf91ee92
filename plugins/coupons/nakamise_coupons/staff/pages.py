"""Staff's pages: list, one coupon with its codes and uses."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.catalog import Catalog
from nakamise.contracts.live import LiveOffers
from nakamise.errors import Conflict, Invalid, Problem
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import (
    N_,
    Refused,
    acted,
    filter_of,
    filter_tabs,
    page,
    page_address,
    page_base,
    read_form,
    said,
    see_other,
    tried_with,
)
from nakamise_coupons import owning, scoping, service
from nakamise_coupons.domain.examples import examples
from nakamise_coupons.domain.rules import state_of
from nakamise_coupons.rights import MANAGE, READ
from nakamise_coupons.schemas import (
    BATCH_MAX,
    CodeFilter,
    CouponChange,
    CouponFilter,
    NewCoupon,
    StaffCoupon,
)
from nakamise_coupons.staff import sheets
from nakamise_coupons.staff.form import CouponForm, copied, typed, values_of
from nakamise_coupons.words import BEARERS, KINDS, STATES, conditions, gain, labels, state_labels, words

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/admin/coupons"
NAMES: Final = {
    "name": N_("Name"),
    "name_en": N_("Name (English)"),
    "percent": N_("Percent"),
    "amount": N_("Amount"),
    "cap": N_("At most"),
    "min_goods": N_("Minimum"),
    "total_limit": N_("Uses in all"),
    "user_limit": N_("Uses per person"),
    "starts_at": N_("From"),
    "ends_at": N_("Until"),
    "code": N_("Code"),
    "batch": N_("Number of single-use codes"),
    "version": N_("State"),
    "broadcast_id": N_("Only during a broadcast"),
    "product_ids": N_("Products"),
    "category_ids": N_("Categories"),
    "shop_ids": N_("Shops"),
}


class BatchForm(msgspec.Struct, frozen=True):
    count: Annotated[int, Meta(ge=1, le=BATCH_MAX)]


class NewLike(msgspec.Struct, frozen=True):
    like: uuid.UUID | None = None


class CodeForm(msgspec.Struct, frozen=True):
    code: str
    stopped: bool = False
    page: int = 1


@get("/", opt=requires(READ), include_in_schema=False)
async def coupon_list(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(CouponFilter, dict(request.query_params))
    async with ctx.read() as tx:
        found = await service.coupon_page(ctx, tx, wanted)
    return await page(
        ctx,
        "coupons/staff_list.html",
        found=found,
        wanted=wanted,
        tabs=filter_tabs(ctx, LIST, wanted, "state", state_labels(ctx)),
        states={one.id: _state(ctx, one) for one in found.items},
        gains={one.id: gain(ctx, one) for one in found.items},
        paging=page_base(page_address(LIST, wanted)),
        may_manage=ctx.actor.can(MANAGE),
    )


def _state(ctx: TenantCtx, one: Any) -> tuple[str, str]:
    label, kind = STATES[state_of(one, ctx.now())]
    return words(ctx)(label), kind


@get("/new", opt=requires(MANAGE), include_in_schema=False)
async def new(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    """``like``: the coupon that the new one is to be a copy of."""
    wanted = filter_of(NewLike, dict(request.query_params))
    if wanted.like is None:
        return await _form(ctx, None, {"kind": "percent", "bearer": "shop"})
    async with ctx.read() as tx:
        found = await service.coupon(ctx, tx, wanted.like)
    return await _form(ctx, None, copied(ctx, found))


@post("/new", opt=requires(MANAGE), include_in_schema=False)
async def create(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, CouponForm)
    given = typed(ctx, form, NewCoupon)
    done = await tried_with(ctx, given, lambda tx, new: service.create(ctx, tx, new))
    if isinstance(done, Refused):
        return await _form(ctx, None, form.raw, done)
    return see_other(ctx, f"{LIST}/{done}", flash=words(ctx)(N_("Saved.")))


@get("/{coupon_id:uuid}", opt=requires(READ), include_in_schema=False)
async def show(request: AnyRequest, ctx: Ctx, coupon_id: FromPath[uuid.UUID]) -> Response[bytes]:
    wanted = filter_of(CodeFilter, dict(request.query_params))
    async with ctx.read() as tx:
        found = await service.coupon(ctx, tx, coupon_id)
        codes = await service.code_page(tx, found, wanted.page if found.is_batch else 1)
        uses = await service.use_page(tx, found, 1 if found.is_batch else wanted.page)
        limits = await scoping.limits(ctx, tx, [found.id], published_only=False)
    _ = words(ctx)
    return await page(
        ctx,
        "coupons/staff_coupon.html",
        coupon=found,
        state=_state(ctx, found),
        gain=gain(ctx, found),
        conditions=conditions(ctx, found) + limits.get(found.id, []),
        bearers=labels(ctx, BEARERS),
        examples=examples(found),
        codes=codes,
        uses=uses,
        batch_max=BATCH_MAX,
        paging=f"{LIST}/{coupon_id}?page=",
        may_manage=ctx.actor.can(MANAGE),
    )


@get("/{coupon_id:uuid}/edit", opt=requires(MANAGE), include_in_schema=False)
async def edit(ctx: Ctx, coupon_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await service.coupon(ctx, tx, coupon_id)
    return await _form(ctx, found, values_of(ctx, found))


@post("/{coupon_id:uuid}/edit", opt=requires(MANAGE), include_in_schema=False)
async def change(request: AnyRequest, ctx: Ctx, coupon_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, CouponForm)
    given = typed(ctx, form, CouponChange)
    done = await tried_with(
        ctx, given, lambda tx, new: service.change(ctx, tx, coupon_id, new), stale="version"
    )
    if not isinstance(done, Refused):
        return see_other(ctx, f"{LIST}/{coupon_id}", flash=words(ctx)(N_("Saved.")))
    async with ctx.read() as tx:
        found = await service.coupon(ctx, tx, coupon_id)
    return await _form(ctx, found, form.raw, done)


async def _form(
    ctx: TenantCtx, found: StaffCoupon | None, values: Mapping[str, Any], refused: Refused | None = None
) -> Response[bytes]:
    live = ctx.optional_service(LiveOffers)
    async with ctx.read() as tx:
        choices = await ctx.service(Catalog).choices(tx)
        bearers = await owning.bearers(ctx, tx)
        broadcasts = await live.choices(tx, found.broadcast_id if found else None) if live else []
    return await page(
        ctx,
        "coupons/staff_form.html",
        status=refused.status if refused else 200,
        coupon=found,
        values=values,
        errors=refused.texts(ctx) if refused else {},
        names=labels(ctx, NAMES),
        kinds=list(labels(ctx, KINDS).items()),
        bearers=[(one, words(ctx)(BEARERS[one])) for one in bearers],
        choices=choices,
        broadcasts=[(one.id, one.title) for one in broadcasts],
        batch_max=BATCH_MAX,
        action=f"{LIST}/{found.id}/edit" if found else f"{LIST}/new",
    )


@post("/{coupon_id:uuid}/on", opt=requires(MANAGE), include_in_schema=False)
async def switch_on(ctx: Ctx, coupon_id: FromPath[uuid.UUID]) -> Response[bytes]:
    done = words(ctx)(N_("The coupon can be used again."))
    return await acted(
        ctx, f"{LIST}/{coupon_id}", lambda tx: service.switch(ctx, tx, coupon_id, on=True), done
    )


@post("/{coupon_id:uuid}/off", opt=requires(MANAGE), include_in_schema=False)
async def switch_off(ctx: Ctx, coupon_id: FromPath[uuid.UUID]) -> Response[bytes]:
    done = words(ctx)(N_("The coupon cannot be used any more."))
    return await acted(
        ctx, f"{LIST}/{coupon_id}", lambda tx: service.switch(ctx, tx, coupon_id, on=False), done
    )


@post("/{coupon_id:uuid}/delete", opt=requires(MANAGE), include_in_schema=False)
async def delete(ctx: Ctx, coupon_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.begin() as tx:
        is_gone = await service.delete(ctx, tx, coupon_id)
    done = N_("The coupon was deleted.") if is_gone else N_("The coupon was used before, so it was archived.")
    return see_other(ctx, LIST, flash=words(ctx)(done))


@post("/{coupon_id:uuid}/codes", opt=requires(MANAGE), include_in_schema=False)
async def add_codes(request: AnyRequest, ctx: Ctx, coupon_id: FromPath[uuid.UUID]) -> Response[bytes]:
    back = f"{LIST}/{coupon_id}"
    try:
        count = (await read_form(request, BatchForm)).valid().count
        async with ctx.begin() as tx:
            await service.add_batch(ctx, tx, coupon_id, count)
    except (Invalid, Conflict) as refused:
        return see_other(ctx, back, flash=_sentence(ctx, refused), kind="danger")
    return see_other(ctx, back, flash=words(ctx)(N_("%(n)s codes were made."), n=count))


def _sentence(ctx: TenantCtx, refused: Problem) -> str:
    if isinstance(refused, Invalid):
        return " ".join(said(ctx, one) for one in refused.fields.values())
    return said(ctx, refused)


@post("/{coupon_id:uuid}/code", opt=requires(MANAGE), include_in_schema=False)
async def stop_code(request: AnyRequest, ctx: Ctx, coupon_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = (await read_form(request, CodeForm)).valid()
    async with ctx.begin() as tx:
        await service.stop_code(ctx, tx, coupon_id, form.code, stopped=form.stopped)
    done = N_("%(code)s counts no more.") if form.stopped else N_("%(code)s counts again.")
    return see_other(ctx, f"{LIST}/{coupon_id}?page={form.page}", flash=words(ctx)(done, code=form.code))


@get("/{coupon_id:uuid}/codes.csv", opt=requires(MANAGE), include_in_schema=False)
async def codes_csv(ctx: Ctx, coupon_id: FromPath[uuid.UUID]) -> Stream:
    async with ctx.read() as tx:
        found = await service.coupon(ctx, tx, coupon_id)
    return sheets.attachment(sheets.code_csv(ctx, found), f"coupon-codes-{coupon_id}.csv")


@get("/{coupon_id:uuid}/uses.csv", opt=requires(READ), include_in_schema=False)
async def uses_csv(ctx: Ctx, coupon_id: FromPath[uuid.UUID]) -> Stream:
    async with ctx.read() as tx:
        found = await service.coupon(ctx, tx, coupon_id)
    return sheets.attachment(sheets.use_csv(ctx, found), f"coupon-uses-{coupon_id}.csv")


route_handlers: Final[list[ControllerRouterHandler]] = [
    *(coupon_list, new, create, show, edit, change, switch_on, switch_off, delete),
    *(add_codes, stop_code, codes_csv, uses_csv),
]
