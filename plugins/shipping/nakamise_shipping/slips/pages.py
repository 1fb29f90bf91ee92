"""Carriers' files out: choose orders, look at the report, write the file."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.orders import Orders, OrderView
from nakamise.contracts.shops import ShopSellers
from nakamise.db import Tx
from nakamise.errors import Conflict, Invalid, Problem
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, filter_of, gettext_for, page, page_base, read_form, see_other, short_date
from nakamise_shipping.carriers.slip import Grave, Remark
from nakamise_shipping.domain.config import ShopShipping
from nakamise_shipping.merging.repository import merged_with
from nakamise_shipping.rates.repository import stored
from nakamise_shipping.saying import say, texts
from nakamise_shipping.slips import dates, repository, service
from nakamise_shipping.slips.download import carriers_file
from nakamise_shipping.slips.senders import Unsaid, unsaid
from nakamise_shipping.wishes.repository import KeptOrder, kept
from nakamise_shipping.words import REMARKS, TEMPERATURES, labels

AnyRequest = Request[Any, Any, Any]
BASE: Final = "/admin/shipping/slips"
SEND: Final = "shipping.send"
MANAGE: Final = "shipping.manage"
PAGE: Final = 100
FILES: Final = 10
_DATED: Final = frozenset({"late", "closed_day", "past_day", "delayed"})


class ListFilter(msgspec.Struct, frozen=True, kw_only=True):
    shop: uuid.UUID | None = None
    page: Annotated[int, Meta(ge=1, le=1000)] = 1


class Chosen(msgspec.Struct, frozen=True):
    day: dt.date
    orders: Annotated[list[uuid.UUID], Meta(max_length=1000)] = []


@get("/slips", opt=requires(SEND), include_in_schema=False)
async def waiting(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    return await _waiting(ctx, filter_of(ListFilter, request.query_params), {})


async def _waiting(ctx: TenantCtx, wanted: ListFilter, errors: dict[str, str]) -> Response[bytes]:
    async with ctx.read() as tx:
        if wanted.shop:
            await ctx.service(ShopSellers).check(tx, wanted.shop)
        shops = (wanted.shop,) if wanted.shop else await service.shops_of_staff(ctx, tx)
        query = msgspec.structs.replace(service.SENDABLE, shop_ids=shops)
        orders = ctx.service(Orders)
        found = await orders.find(tx, query, limit=PAGE, offset=PAGE * (wanted.page - 1))
        total = await orders.count(tx, query)
        ids = [order.id for order in found]
        slips = await repository.of_orders(tx, ids)
        sellers = await ctx.service(ShopSellers).sellers(tx)
        wishes, merges = await kept(tx, ids), await merged_with(tx, ids)
        files = await repository.files(tx, FILES, 0, await service.shops_of_staff(ctx, tx))
        configs = {key: one.config for key, one in (await stored(tx, {o.shop_id for o in found})).items()}
    written = {order_id for slip in slips if slip.file_id for order_id, _ in slip.orders}
    unwritten = [order for order in found if order.id not in written]
    listed = {one.shop_id for one in found}
    lacking = unsaid({key: one for key, one in sellers.items() if key in listed}, configs)
    return await page(
        ctx,
        "shipping/slips.html",
        status=422 if errors else 200,
        orders=found,
        total=total,
        pages=-(-total // PAGE),
        wanted=wanted,
        paging=page_base(f"{BASE}?shop={wanted.shop}" if wanted.shop else BASE),
        shops=[(str(one.id), one.name) for one in sellers.values()],
        wishes=wishes,
        merged=set(merges),
        written=written,
        day=_proposed(_today(ctx), unwritten, wishes, configs),
        lacking=lacking,
        may_manage=ctx.actor.can(MANAGE),
        files=files,
        errors=errors,
        temperatures=labels(ctx, TEMPERATURES),
    )


def _proposed(
    today: dt.date,
    orders: Sequence[OrderView],
    wishes: Mapping[uuid.UUID, KeptOrder],
    configs: Mapping[uuid.UUID, ShopShipping],
) -> dt.date:
    """For ``orders``, all of which are ticked."""
    leaving = [day for one in orders if one.id in wishes and (day := wishes[one.id].leaves_on)]
    rules = [configs.get(shop_id, ShopShipping()).days for shop_id in {one.shop_id for one in orders}]
    return dates.proposed(today, leaving, rules)


def _today(ctx: TenantCtx) -> dt.date:
    return ctx.now().astimezone(ctx.tenant.zone).date()


@post("/slips/check", opt=requires(SEND), include_in_schema=False, status_code=200)
async def check(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    """The report: nothing leaves yet."""
    form = (await read_form(request, Chosen)).valid()
    try:
        async with ctx.begin() as tx:
            found = await service.report(ctx, tx, form.orders, form.day)
            lacking = await _lacking(ctx, tx, found)
    except Invalid as refused:
        return await _waiting(ctx, ListFilter(), texts(ctx, refused.fields))
    return await page(
        ctx,
        "shipping/slips_report.html",
        found=found,
        form=form,
        lacking=lacking,
        may_manage=ctx.actor.can(MANAGE),
        remarks={one.row.ref: _remarks(ctx, one) for one in found.slips},
        temperatures=labels(ctx, TEMPERATURES),
    )


async def _lacking(ctx: TenantCtx, tx: Tx, found: service.Report) -> list[Unsaid]:
    """Shops of which no slip of this report can be written, for they have not said who sends."""
    ids = sorted({order.shop_id for one in found.slips for order in one.orders})
    if not ids:
        return []
    configs = {key: one.config for key, one in (await stored(tx, ids)).items()}
    return unsaid(await ctx.service(ShopSellers).sellers(tx, ids), configs)


def _remarks(ctx: TenantCtx, one: service.Prepared) -> list[tuple[str, str, str]]:
    """(level, "late" or "day" for days of which staff are warned; column; words)."""
    _ = gettext_for(ctx.locale, "shipping")
    return [
        (_badge(remark), remark.column, str(_(REMARKS[remark.kind], **_values(ctx, remark))))
        for remark in one.result.remarks
    ]


def _badge(remark: Remark) -> str:
    if remark.level is not Grave.WARNING:
        return remark.level.value
    return "late" if remark.kind == "late" else "day"


def _values(ctx: TenantCtx, remark: Remark) -> dict[str, str]:
    values = {"before": remark.before, "now": remark.now}
    if remark.kind not in _DATED:
        return values
    days = {name: dt.date.fromisoformat(value) for name, value in values.items() if value}
    return {name: short_date(day, ctx.locale, ctx.tenant.timezone) for name, day in days.items()}


@post("/slips", opt=requires(SEND), include_in_schema=False)
async def write(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = (await read_form(request, Chosen)).valid()
    try:
        async with ctx.begin() as tx:
            row = await service.write(ctx, tx, form.orders, form.day)
    except Invalid as refused:
        return await _waiting(ctx, ListFilter(), texts(ctx, refused.fields))
    except Conflict as refused:
        return see_other(ctx, BASE, flash=say(ctx, refused), kind="danger")
    _ = gettext_for(ctx.locale, "shipping")
    return see_other(ctx, BASE, flash=_(N_("%(name)s is written. Download it below."), name=row.name))


@get("/files/{file_id:uuid}/csv", opt=requires(SEND), include_in_schema=False)
async def download(ctx: Ctx, file_id: FromPath[uuid.UUID]) -> Response[bytes]:
    try:
        async with ctx.begin() as tx:
            row, data = await service.content(ctx, tx, file_id)
            await ctx.audit(tx, "shipping.file_downloaded", str(file_id), name=row.name)
    except Conflict as refused:
        return _stale(ctx, refused)
    return carriers_file(row.name, data)


def _stale(ctx: TenantCtx, refused: Problem) -> Response[bytes]:
    return see_other(ctx, BASE, flash=say(ctx, refused), kind="danger")


route_handlers: Final[list[ControllerRouterHandler]] = [waiting, check, write, download]
