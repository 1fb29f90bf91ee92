"""Staff's pages: list, one sale with its items and what buyers see of them."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.catalog import Catalog
from nakamise.contracts.live import LiveOffers
from nakamise.db import Tx
from nakamise.errors import Conflict
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
from nakamise_timesale import scope, service
from nakamise_timesale.domain.rules import Times, state_of
from nakamise_timesale.rights import MANAGE, READ
from nakamise_timesale.schemas import ItemInput, SaleChange, SaleDetail, SaleFilter, SaleInput
from nakamise_timesale.staff.form import ItemForm, SaleForm, typed_item, typed_sale, values_of
from nakamise_timesale.words import STATES, labels, moment, state_labels, words

AnyRequest = Request[Any, Any, Any]
LIST: Final = "/admin/timesale"
NAMES: Final = {
    "name": N_("Name"),
    "name_en": N_("Name (English)"),
    "starts_at": N_("From"),
    "ends_at": N_("Until"),
    "broadcast_id": N_("Broadcast"),
    "per_person": N_("Pieces per person"),
    "version": N_("State"),
    "product_id": N_("Product"),
    "variant_id": N_("Variant"),
    "price": N_("Sale price"),
    "percent": N_("Percent off"),
    "quantity": N_("Pieces in all"),
}


def _state(ctx: TenantCtx, one: Times) -> tuple[str, str]:
    label, kind = STATES[state_of(one, ctx.now())]
    return words(ctx)(label), kind


def _period(ctx: TenantCtx, one: Times) -> str:
    _ = words(ctx)
    if one.starts_at is None:
        return _("With its broadcast") if one.broadcast_id else _("Started by hand")
    end = one.stopped_at or one.ends_at
    until = _("~")
    return f"{moment(ctx, one.starts_at)} {until} {moment(ctx, end)}".strip()


@get("/", opt=requires(READ), include_in_schema=False)
async def sale_list(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    wanted = filter_of(SaleFilter, dict(request.query_params))
    async with ctx.read() as tx:
        found = await service.sale_page(ctx, tx, wanted)
    return await page(
        ctx,
        "timesale/staff_list.html",
        found=found,
        wanted=wanted,
        tabs=filter_tabs(ctx, LIST, wanted, "state", state_labels(ctx)),
        states={one.id: _state(ctx, one) for one in found.items},
        periods={one.id: _period(ctx, one) for one in found.items},
        paging=page_base(page_address(LIST, wanted)),
        may_manage=ctx.actor.can(MANAGE),
    )


@get("/new", opt=requires(MANAGE), include_in_schema=False)
async def new(ctx: Ctx) -> Response[bytes]:
    return await _form(ctx, None, {})


@post("/new", opt=requires(MANAGE), include_in_schema=False)
async def create(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, SaleForm)
    given = typed_sale(ctx, form, SaleInput)
    done = await tried_with(ctx, given, lambda tx, new: service.create(ctx, tx, new))
    if isinstance(done, Refused):
        return await _form(ctx, None, form.raw, done)
    return see_other(ctx, f"{LIST}/{done}", flash=words(ctx)(N_("Saved. Now add the products.")))


@get("/{sale_id:uuid}/edit", opt=requires(MANAGE), include_in_schema=False)
async def edit(ctx: Ctx, sale_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await service.sale(tx, sale_id)
        await scope.check(ctx, tx, found)
    return await _form(ctx, found, values_of(ctx, found))


@post("/{sale_id:uuid}/edit", opt=requires(MANAGE), include_in_schema=False)
async def change(request: AnyRequest, ctx: Ctx, sale_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, SaleForm)
    given = typed_sale(ctx, form, SaleChange)
    done = await tried_with(
        ctx, given, lambda tx, new: service.change(ctx, tx, sale_id, new), stale="version"
    )
    if not isinstance(done, Refused):
        return see_other(ctx, f"{LIST}/{sale_id}", flash=words(ctx)(N_("Saved.")))
    async with ctx.read() as tx:
        found = await service.sale(tx, sale_id)
    return await _form(ctx, found, form.raw, done)


async def _form(
    ctx: TenantCtx, found: SaleDetail | None, values: Mapping[str, Any], refused: Refused | None = None
) -> Response[bytes]:
    live = ctx.optional_service(LiveOffers)
    async with ctx.read() as tx:
        broadcasts = await live.choices(tx, found.broadcast_id if found else None) if live else []
    return await page(
        ctx,
        "timesale/staff_form.html",
        status=refused.status if refused else 200,
        sale=found,
        values=values,
        errors=refused.texts(ctx) if refused else {},
        names=labels(ctx, NAMES),
        broadcasts=[(one.id, one.title) for one in broadcasts],
        action=f"{LIST}/{found.id}/edit" if found else f"{LIST}/new",
    )


@get("/{sale_id:uuid}", opt=requires(READ), include_in_schema=False)
async def show(ctx: Ctx, sale_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _show(ctx, sale_id)


async def _show(
    ctx: TenantCtx,
    sale_id: uuid.UUID,
    item_id: uuid.UUID | None = None,
    raw: Mapping[str, Any] | None = None,
    refused: Refused | None = None,
) -> Response[bytes]:
    """``item_id``: whose form was refused, None = that of a new one."""
    async with ctx.read() as tx:
        found = await service.staff_sale(ctx, tx, sale_id)
        is_theirs = await scope.is_theirs(ctx, tx, found)
        catalog = ctx.service(Catalog)
        choices = await catalog.choices(tx) if ctx.actor.can(MANAGE) else None
        ids = list({one.product_id for one in found.items})
        names = {id_: one.name for id_, one in (await catalog.facts(tx, ids)).items()}
        variants = await catalog.variants(tx, ids)
    return await page(
        ctx,
        "timesale/staff_sale.html",
        status=refused.status if refused else 200,
        sale=found,
        state=_state(ctx, found),
        period=_period(ctx, found),
        products=names,
        variants={
            id_: [(one.id, one.name or one.sku) for one in variants if one.product_id == id_] for id_ in ids
        },
        choices=choices.products if choices else [],
        raw=raw or {},
        refused=item_id,
        errors=refused.texts(ctx) if refused else {},
        names=labels(ctx, NAMES),
        is_theirs=is_theirs,
        may_copy=ctx.actor.can(MANAGE) and is_theirs,
        may_manage=ctx.actor.can(MANAGE) and is_theirs and found.archived_at is None,
    )


@post("/{sale_id:uuid}/items", opt=requires(MANAGE), include_in_schema=False)
async def add_item(request: AnyRequest, ctx: Ctx, sale_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _save_item(
        request, ctx, sale_id, None, lambda tx, given: service.add_item(ctx, tx, sale_id, given)
    )


@post("/{sale_id:uuid}/items/{item_id:uuid}", opt=requires(MANAGE), include_in_schema=False)
async def change_item(
    request: AnyRequest, ctx: Ctx, sale_id: FromPath[uuid.UUID], item_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    return await _save_item(
        request,
        ctx,
        sale_id,
        item_id,
        lambda tx, given: service.change_item(ctx, tx, sale_id, item_id, given),
    )


async def _save_item(
    request: AnyRequest,
    ctx: TenantCtx,
    sale_id: uuid.UUID,
    item_id: uuid.UUID | None,
    act: Callable[[Tx, ItemInput], Awaitable[object]],
) -> Response[bytes]:
    form = await read_form(request, ItemForm)
    try:
        done = await tried_with(ctx, typed_item(ctx, form), act)
    except Conflict as refused:
        return see_other(ctx, f"{LIST}/{sale_id}", flash=said(ctx, refused), kind="danger")
    if isinstance(done, Refused):
        return await _show(ctx, sale_id, item_id, form.raw, done)
    return see_other(ctx, f"{LIST}/{sale_id}", flash=words(ctx)(N_("Saved.")))


@post("/{sale_id:uuid}/items/{item_id:uuid}/remove", opt=requires(MANAGE), include_in_schema=False)
async def remove_item(
    ctx: Ctx, sale_id: FromPath[uuid.UUID], item_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    done = words(ctx)(N_("The product was taken out of the sale."))
    return await acted(
        ctx, f"{LIST}/{sale_id}", lambda tx: service.remove_item(ctx, tx, sale_id, item_id), done
    )


@post("/{sale_id:uuid}/start", opt=requires(MANAGE), include_in_schema=False)
async def start(ctx: Ctx, sale_id: FromPath[uuid.UUID]) -> Response[bytes]:
    done = words(ctx)(N_("The sale runs."))
    return await acted(ctx, f"{LIST}/{sale_id}", lambda tx: service.start(ctx, tx, sale_id), done)


@post("/{sale_id:uuid}/stop", opt=requires(MANAGE), include_in_schema=False)
async def stop(ctx: Ctx, sale_id: FromPath[uuid.UUID]) -> Response[bytes]:
    done = words(ctx)(N_("The sale was stopped. Regular prices count again."))
    return await acted(ctx, f"{LIST}/{sale_id}", lambda tx: service.stop(ctx, tx, sale_id), done)


@post("/{sale_id:uuid}/delete", opt=requires(MANAGE), include_in_schema=False)
async def delete(ctx: Ctx, sale_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.begin() as tx:
        is_gone = await service.delete(ctx, tx, sale_id)
    done = N_("The sale was deleted.") if is_gone else N_("The sale ran before, so it was archived.")
    return see_other(ctx, LIST, flash=words(ctx)(done))


@post("/{sale_id:uuid}/copy", opt=requires(MANAGE), include_in_schema=False)
async def copy(ctx: Ctx, sale_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """A draft with the same products, to be given its times."""
    name = words(ctx)(N_("Copy of %(name)s"))
    async with ctx.begin() as tx:
        made = await service.copy(ctx, tx, sale_id, name)
    return see_other(ctx, f"{LIST}/{made}/edit", flash=words(ctx)(N_("Copied. Now say when it runs.")))


route_handlers: Final[list[ControllerRouterHandler]] = [
    *(sale_list, new, create, edit, change, show),
    *(add_item, change_item, remove_item, start, stop, delete, copy),
]
