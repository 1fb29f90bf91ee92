"""Pages of shops: list, edit."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.ui import ShopSubject
from nakamise.errors import Conflict, FieldError, Invalid
from nakamise.japan import has_check_digit
from nakamise.plugin import Ctx, Slot, TenantCtx, requires
from nakamise.web import N_, fill, page, see_other
from nakamise_shop import scope
from nakamise_shop.legal import LABELS, MANDATORY, MAY_BE_ASKED_FOR
from nakamise_shop.staff.products.form import clean
from nakamise_shop.staff.shops import legal_hints, newcomers, people, repository, service
from nakamise_shop.staff.shops.schemas import OnRequest, ShopInput, StaffShop
from nakamise_shop.staff.shops.states import DECIDE
from nakamise_shop.staff.text import (
    NOTICE_WAYS,
    PRICE_INPUTS,
    ROUNDINGS,
    SHOP_STATES,
    badges,
    choices,
    fault_texts,
    labels,
    words,
)

LIST: Final = "/admin/shop/shops"
MANAGE: Final = "shop.shops.manage"
HISTORY_MAX: Final = 10
ACTS: Final = {
    "shop.shop.created": N_("Created"),
    "shop.shop.changed": N_("Changed"),
    "shop.shop.applied": N_("Applied"),
    "shop.shop.open": N_("Opened"),
    "shop.shop.rejected": N_("Rejected"),
    "shop.shop.suspended": N_("Suspended"),
    "shop.shop.closed": N_("Closed"),
}


@get("/shops", opt=requires(MANAGE), include_in_schema=False)
async def shop_list(ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        shops = await repository.shop_lines(tx, await scope.shops_of(ctx, tx))
        notices = await repository.open_notices(tx)
    return await page(
        ctx,
        "shop/staff_shops.html",
        shops=shops,
        states=badges(ctx, SHOP_STATES),
        incomplete={one.id for one in notices if service.lacking(ctx, one.legal)},
        waiting=sum(one.state == "applied" for one in shops),
    )


@get("/shops/{shop_id:uuid}", opt=requires(MANAGE), include_in_schema=False)
async def edit_shop(ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await service.shop(ctx, tx, shop_id)
    values = msgspec.to_builtins(found) | {"price_input": "gross" if found.prices_include_tax else "net"}
    return await _show(ctx, found, values, found.legal, {})


@post("/shops/{shop_id:uuid}", opt=requires(MANAGE), include_in_schema=False)
async def save(request: Request[Any, Any, Any], ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Response[bytes]:
    data = await request.form()
    raw = {name: [clean(name, str(value))] for name, value in data.multi_items()}
    form = fill(ShopInput, {name: values for name, values in raw.items() if name != "legal"})
    legal = {name: raw.get(f"legal.{name}", [""])[0] for name in service.LEGAL_FIELDS}
    errors, status = dict(form.errors), 422
    if form.value is not None:
        try:
            given = msgspec.structs.replace(form.value, legal=legal, on_request=on_request_of(raw))
            async with ctx.begin() as tx:
                await service.change(ctx, tx, shop_id, given)
            return await _saved(ctx, shop_id)
        except Invalid as refused:
            errors |= refused.fields
        except Conflict as refused:
            errors["version"] = FieldError(refused.message, domain="shop")
            status = 409
    async with ctx.read() as tx:
        found = await service.shop(ctx, tx, shop_id)
    values = dict(form.raw)
    if status == Conflict.status:
        values["version"] = found.version
    values["on_request"] = found.on_request if (typed := on_request_of(raw)) is None else typed
    return await _show(ctx, found, values, legal, fault_texts(ctx, errors), status=status)


def on_request_of(raw: Mapping[str, list[str]]) -> OnRequest | None:
    """None for a form that does not say: what is kept must not be shown by an old page."""
    said = {name: raw.get(f"told.{name}", [""])[0] for name in MAY_BE_ASKED_FOR}
    if not any(said.values()):
        return None
    return msgspec.convert([name for name, how in said.items() if how == "on_request"], OnRequest)


async def _saved(ctx: TenantCtx, shop_id: uuid.UUID) -> Response[bytes]:
    _ = words(ctx)
    async with ctx.read() as tx:
        found = await service.shop(ctx, tx, shop_id)
    if found.invoice_number and not has_check_digit(found.invoice_number):
        said = _("Saved. The registration number's check digit is not a company's: please check it.")
        return see_other(ctx, f"{LIST}/{shop_id}", flash=said, kind="warn")
    return see_other(ctx, f"{LIST}/{shop_id}", flash=_("Saved."))


async def _show(
    ctx: TenantCtx,
    found: StaffShop,
    values: dict[str, Any],
    legal: dict[str, str],
    errors: dict[str, str],
    *,
    status: int = 200,
) -> Response[bytes]:
    async with ctx.read() as tx:
        history = await repository.history_of(tx, found.id, HISTORY_MAX)
        named = await people.staff_of(tx, found.id) if ctx.actor.can(scope.PEOPLE) else []
        hints = await legal_hints.hints(ctx, tx, found)
        decides = ctx.actor.can(DECIDE) and await scope.shops_of(ctx, tx) is None
        waits = decides and found.state == "applied"
        newcomer = await newcomers.find(tx, found.id) if waits else None
    return await page(
        ctx,
        "shop/staff_shop.html",
        status=status,
        slots={Slot.ADMIN_SHOP_SECTION: ShopSubject(shop_id=found.id, slug=found.slug, name=found.name)},
        shop=found,
        values={name: "" if value is None else value for name, value in values.items()},
        legal=legal,
        labels=labels(ctx, LABELS),
        mandatory=MANDATORY,
        may_be_asked_for=MAY_BE_ASKED_FOR,
        notice_ways=choices(ctx, NOTICE_WAYS),
        missing=service.lacking(ctx, found.legal),
        hints=hints,
        errors=errors,
        states=badges(ctx, SHOP_STATES),
        roundings=choices(ctx, ROUNDINGS),
        price_inputs=choices(ctx, PRICE_INPUTS),
        history=history,
        decides=decides,
        newcomer=newcomer,
        people=named,
        acts=labels(ctx, ACTS),
    )


route_handlers: Final[list[ControllerRouterHandler]] = [
    shop_list,
    edit_shop,
    save,
]
