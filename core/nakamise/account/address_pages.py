"""Pages of addresses."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.types import ControllerRouterHandler

from nakamise.account.addresses import (
    MESSAGES,
    AddressInput,
    add_address,
    address_of,
    addresses_of,
    change_address,
    choose_default,
    remove_address,
)
from nakamise.auth.forms import fault_texts
from nakamise.japan import Prefecture
from nakamise.plugin.access import signed_in
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.routing.forms import read_form
from nakamise.ui.i18n import gettext_for
from nakamise.ui.pages import page, see_other
from nakamise.ui.safe_next import safe_next

AnyRequest = Request[Any, Any, Any]
_LIST: Final = "/account/addresses"


@get("/account/addresses", opt=signed_in(), include_in_schema=False)
async def addresses(ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await addresses_of(tx, ctx.require_user())
    return await page(ctx, "core/account/addresses.html", addresses=found)


@get("/account/addresses/new", opt=signed_in(), include_in_schema=False)
async def new_address(ctx: Ctx, next: FromQuery[str] = "") -> Response[bytes]:  # noqa: A002 - the query's name
    return await _form(ctx, None, {}, {}, safe_next(next, ""))


@post("/account/addresses/new", opt=signed_in(), include_in_schema=False)
async def create(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    """``next`` leads back to where the address was missing, such as a checkout. Raises Conflict."""
    user_id = ctx.require_verified()
    form = await read_form(request, AddressInput)
    target = await _next_of(request)
    if form.value is None:
        return await _form(ctx, None, dict(form.raw), fault_texts(ctx, form.errors), target, status=422)
    async with ctx.begin() as tx:
        await add_address(tx, user_id, form.value, ctx.now())
    return _done(ctx, target)


@get("/account/addresses/{address_id:uuid}", opt=signed_in(), include_in_schema=False)
async def edit_address(
    ctx: Ctx,
    address_id: FromPath[uuid.UUID],
    next: FromQuery[str] = "",  # noqa: A002 - the query's name
) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await address_of(tx, ctx.require_user(), address_id)
    return await _form(ctx, address_id, msgspec.structs.asdict(found), {}, safe_next(next, ""))


@post("/account/addresses/{address_id:uuid}", opt=signed_in(), include_in_schema=False)
async def update(request: AnyRequest, ctx: Ctx, address_id: FromPath[uuid.UUID]) -> Response[bytes]:
    user_id = ctx.require_verified()
    form = await read_form(request, AddressInput)
    target = await _next_of(request)
    if form.value is None:
        return await _form(ctx, address_id, dict(form.raw), fault_texts(ctx, form.errors), target, status=422)
    async with ctx.begin() as tx:
        await change_address(tx, user_id, address_id, form.value, ctx.now())
    return _done(ctx, target)


async def _next_of(request: AnyRequest) -> str:
    given = (await request.form()).get("next")
    return safe_next(given if isinstance(given, str) else None, "")


def _done(ctx: TenantCtx, target: str) -> Response[bytes]:
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, target or _LIST, flash=_("The address is saved."))


@post("/account/addresses/{address_id:uuid}/default", opt=signed_in(), include_in_schema=False)
async def make_default(ctx: Ctx, address_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.begin() as tx:
        await choose_default(tx, ctx.require_user(), address_id)
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, _LIST, flash=_("The default address is changed."))


@post("/account/addresses/{address_id:uuid}/delete", opt=signed_in(), include_in_schema=False)
async def delete(ctx: Ctx, address_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.begin() as tx:
        await remove_address(tx, ctx.require_user(), address_id)
    _ = gettext_for(ctx.locale, "core")
    return see_other(ctx, _LIST, flash=_("The address is deleted."))


async def _form(
    ctx: TenantCtx,
    address_id: uuid.UUID | None,
    values: dict[str, Any],
    errors: dict[str, str],
    target: str,
    *,
    status: int = 200,
) -> Response[bytes]:
    shown = {name: values.get(name, "") for name in AddressInput.__struct_fields__}
    return await page(
        ctx,
        "core/account/address.html",
        status=status,
        address_id=address_id,
        values=shown,
        errors=errors,
        prefectures=[
            (one.ja, one.ja if ctx.locale == "ja" else f"{one.en} ({one.ja})") for one in Prefecture
        ],
        next=target,
        wrong={name: gettext_for(ctx.locale, "core")(text) for name, text in MESSAGES.items()},
    )


route_handlers: Final[list[ControllerRouterHandler]] = [
    addresses,
    new_address,
    create,
    edit_address,
    update,
    make_default,
    delete,
]
