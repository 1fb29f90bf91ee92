"""Choosing day, hours and wrapping: a form on the confirmation page that comes back to it."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromQuery
from litestar.types import ControllerRouterHandler

from nakamise.errors import Invalid, NotFound
from nakamise.plugin import Ctx, TenantCtx, signed_in
from nakamise.web import N_, gettext_for, page, read_form, see_other
from nakamise_shipping.saying import texts
from nakamise_shipping.wishes import service
from nakamise_shipping.wishes.forms import ChooseForm, WishBody

CART: Final = "/shop/cart"


def confirm_page(address_id: uuid.UUID) -> str:
    return f"/shop/checkout/confirm?address={address_id}"


@get("/wish", opt=signed_in(), include_in_schema=False)
async def edit(ctx: Ctx, shop: FromQuery[uuid.UUID], address: FromQuery[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        offered = await service.one_choice(ctx, tx, shop, address)
    return await _show(ctx, offered, address, {})


@post("/wish", opt=signed_in(), include_in_schema=False)
async def choose(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    form = (await read_form(request, ChooseForm)).valid()
    try:
        async with ctx.begin() as tx:
            await service.choose(ctx, tx, form.shop, form.address, form.wish)
    except NotFound:
        return see_other(ctx, CART)
    except Invalid as refused:
        async with ctx.read() as tx:
            offered = await service.one_choice(ctx, tx, form.shop, form.address)
        return await _show(ctx, offered, form.address, texts(ctx, refused.fields), typed=form)
    _ = gettext_for(ctx.locale, "shipping")
    return see_other(ctx, confirm_page(form.address), flash=_(N_("Your wishes for the delivery are noted.")))


async def _show(
    ctx: TenantCtx,
    offered: service.Choice,
    address: uuid.UUID,
    errors: dict[str, str],
    *,
    typed: WishBody | None = None,
) -> Response[bytes]:
    return await page(
        ctx,
        "shipping/wish.html",
        status=422 if errors else 200,
        choice=offered,
        chosen=typed or offered.wish,
        address=address,
        back=confirm_page(address),
        errors=errors,
    )


route_handlers: Final[list[ControllerRouterHandler]] = [edit, choose]
