"""The payment step: another way to pay for the same purchase."""

from __future__ import annotations

import uuid
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.errors import Gone
from nakamise.plugin import Ctx, signed_in
from nakamise.web import gettext_for, read_form, see_other
from nakamise_shop.checkout import paying


class WayForm(msgspec.Struct, frozen=True):
    way: Annotated[str, Meta(min_length=1, max_length=100)]


@post("/checkout/pay/{purchase_id:uuid}/way", opt=signed_in(), include_in_schema=False)
async def change_way(
    request: Request[Any, Any, Any], ctx: Ctx, purchase_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    form = (await read_form(request, WayForm)).valid()
    here = f"/shop/checkout/pay/{purchase_id}"
    _ = gettext_for(ctx.locale, "shop")
    try:
        in_the_way = await paying.change_way(ctx, purchase_id, form.way)
    except Gone:
        return see_other(ctx, here)
    if in_the_way is None:
        return see_other(ctx, here, flash=_("Please pay this way now."))
    if in_the_way.is_paid:
        return see_other(ctx, f"/shop/checkout/done/{purchase_id}")
    waiting = _("The payment company has not answered yet. Please try again in a minute.")
    return see_other(ctx, here, flash=waiting, kind="danger")


route_handlers: Final[list[ControllerRouterHandler]] = [change_way]
