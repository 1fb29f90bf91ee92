"""Staff change what a buyer wished, before the parcel leaves."""

from __future__ import annotations

import uuid
from typing import Any, Final

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.orders import Orders
from nakamise.errors import Conflict, Invalid, NotFound
from nakamise.plugin import Ctx, TenantCtx, requires
from nakamise.web import N_, gettext_for, page, read_form, see_other
from nakamise_shipping.domain.config import ShopShipping
from nakamise_shipping.rates.repository import stored
from nakamise_shipping.saying import say, texts
from nakamise_shipping.wishes import repository, service
from nakamise_shipping.wishes.forms import ChangeForm, WishBody

SEND: Final = "shipping.send"


@get("/orders/{order_id:uuid}", opt=requires(SEND), include_in_schema=False)
async def edit(ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _show(ctx, order_id, {})


@post("/orders/{order_id:uuid}", opt=requires(SEND), include_in_schema=False)
async def save(request: Request[Any, Any, Any], ctx: Ctx, order_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = (await read_form(request, ChangeForm)).valid()
    back = f"/admin/shop/orders/{order_id}"
    try:
        async with ctx.begin() as tx:
            await service.change(ctx, tx, order_id, form.version, form.wish)
    except Invalid as refused:
        return await _show(ctx, order_id, texts(ctx, refused.fields), typed=form)
    except Conflict as refused:
        return see_other(ctx, back, flash=say(ctx, refused), kind="danger")
    return see_other(ctx, back, flash=gettext_for(ctx.locale, "shipping")(N_("Saved.")))


async def _show(
    ctx: TenantCtx, order_id: uuid.UUID, errors: dict[str, str], *, typed: WishBody | None = None
) -> Response[bytes]:
    async with ctx.read() as tx:
        order = await ctx.service(Orders).get(tx, order_id)
        kept = (await repository.kept(tx, [order_id])).get(order_id)
        found = (await stored(tx, [order.shop_id])).get(order.shop_id)
    if kept is None:
        raise NotFound
    return await page(
        ctx,
        "shipping/wish_staff.html",
        status=422 if errors else 200,
        order=order,
        kept=kept,
        chosen=typed or service.wish_of_order(kept),
        config=found.config if found else ShopShipping(),
        errors=errors,
    )


route_handlers: Final[list[ControllerRouterHandler]] = [edit, save]
