"""Planning a broadcast: a new one, and everything about one that is there."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.catalog import Catalog
from nakamise.errors import Conflict, FieldError, Forbidden, Invalid
from nakamise.plugin import Ctx, TenantCtx, signed_in
from nakamise.web import N_, page, read_form, see_other
from nakamise_livestream.broadcasters.apply import require_approved
from nakamise_livestream.broadcasts import (
    access,
    categories,
    goods,
    label,
    moderators,
    plan,
    products,
    run_sheet,
)
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.studio.dashboard import HOME
from nakamise_livestream.studio.forms import LABELS, PlanForm, typed, wall
from nakamise_livestream.words import BROADCAST_STATES, badges, labels, say, words

AnyRequest = Request[Any, Any, Any]
Faults = Mapping[str, FieldError]


def edit_path(broadcast_id: uuid.UUID) -> str:
    return f"{HOME}/{broadcast_id}/edit"


@get("/studio/new", opt=signed_in(), include_in_schema=False)
async def new(ctx: Ctx) -> Response[bytes]:
    try:
        async with ctx.read() as tx:
            await require_approved(ctx, tx)
    except Forbidden as refused:
        return see_other(ctx, HOME, flash=say(ctx, refused), kind="danger")
    return await _new(ctx, {}, {})


@post("/studio/new", opt=signed_in(), include_in_schema=False)
async def create(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, PlanForm)
    try:
        given = form.valid()
        async with ctx.begin() as tx:
            made = await plan.create(ctx, tx, given.new(ctx))
            if given.is_sponsored:
                await label.set_label(ctx, tx, made.id, given.label())
    except Invalid as refused:
        return await _new(ctx, form.raw, refused.fields)
    said = words(ctx)(N_("The broadcast is there. Now choose products, and write a run-sheet."))
    return see_other(ctx, edit_path(made.id), flash=said)


async def _new(ctx: TenantCtx, raw: Mapping[str, Any], faults: Faults) -> Response[bytes]:
    async with ctx.read() as tx:
        choices = await categories.choices(ctx, tx)
    return await page(
        ctx,
        "livestream/studio_new.html",
        status=422 if faults else 200,
        raw=raw,
        **_form(ctx, choices, faults),
    )


def _form(ctx: TenantCtx, choices: list[categories.CategoryChoice], faults: Faults) -> dict[str, Any]:
    return {
        "names": labels(ctx, LABELS),
        "errors": {name: say(ctx, fault) for name, fault in faults.items()},
        "categories": [(str(one.id), one.name) for one in choices],
        "earliest": wall(ctx, ctx.now()),
    }


@get("/studio/{broadcast_id:uuid}/edit", opt=signed_in(), include_in_schema=False)
async def edit(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await show(ctx, broadcast_id, {}, {})


@post("/studio/{broadcast_id:uuid}/edit", opt=signed_in(), include_in_schema=False)
async def save(request: AnyRequest, ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, PlanForm)
    try:
        given = form.valid()
        async with ctx.begin() as tx:
            before = await access.hosted(ctx, tx, broadcast_id)
            await plan.change(ctx, tx, broadcast_id, given.change(ctx, before))
            if (before.is_sponsored, before.sponsor) != (given.is_sponsored, given.sponsor):
                await label.set_label(ctx, tx, broadcast_id, given.label())
    except Invalid as refused:
        return await show(ctx, broadcast_id, form.raw, refused.fields)
    except Conflict as refused:
        return see_other(ctx, edit_path(broadcast_id), flash=say(ctx, refused), kind="danger")
    return see_other(ctx, edit_path(broadcast_id), flash=words(ctx)(N_("Saved.")))


async def show(
    ctx: TenantCtx, broadcast_id: uuid.UUID, raw: Mapping[str, Any], faults: Faults
) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await access.hosted(ctx, tx, broadcast_id)
        choices = await categories.choices(ctx, tx)
        sold = await products.looked_up(ctx, tx, await products.product_ids(tx, broadcast_id))
        sheet = await run_sheet.items_of(tx, broadcast_id)
        helpers = await moderators.moderators(ctx, tx, broadcast_id)
    return await page(
        ctx,
        "livestream/studio_edit.html",
        status=422 if faults else 200,
        broadcast=found,
        raw=raw or typed(ctx, found),
        moderators=helpers,
        states=badges(ctx, BROADCAST_STATES),
        has_shop=ctx.optional_service(Catalog) is not None,
        facts=_facts(ctx, found, goods.worded(sold, ctx.locale), sheet),
        **_form(ctx, choices, faults),
    )


def _facts(
    ctx: TenantCtx, found: Broadcast, listed: list[goods.Good], sheet: list[run_sheet.RunItem]
) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "goods": msgspec.to_builtins(listed),
        "run": msgspec.to_builtins(sheet),
        "now_ms": int(ctx.now().timestamp() * 1000),
    }


route_handlers: Final[list[ControllerRouterHandler]] = [new, create, edit, save]
