"""What buyers tell the shop at checkout: a note, and whether the parcel is a gift."""

from __future__ import annotations

from typing import Annotated, Any, Final

import msgspec
from litestar import Request, Response, post, put
from litestar.params import JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.cart import CartInputs
from nakamise.db import Tx
from nakamise.errors import FieldError, Invalid
from nakamise.plugin import Ctx, TenantCtx, anyone, signed_in
from nakamise.web import N_, read_form, safe_next, see_other
from nakamise_shop.orders.schemas import GIFT, NOTE
from nakamise_shop.saying import say
from nakamise_shop.settings import ShopSettings

CONFIRM: Final = "/shop/checkout/confirm"


class Wishes(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """``gift``: the slip in the parcel shows no prices."""

    note: Annotated[str, Meta(max_length=2000)] = ""
    gift: bool = False


class WishesForm(Wishes, kw_only=True):
    back: str = CONFIRM


async def keep(ctx: TenantCtx, tx: Tx, wishes: Wishes) -> None:
    """With the cart, as far as the tenant asks for it. Raises Invalid for a note that is too long."""
    settings = ctx.settings(ShopSettings)
    note = wishes.note.strip().replace("\r\n", "\n") if settings.ask_note else ""
    if len(note) > settings.note_length:
        fault = FieldError(
            N_("Please enter at most %(n)s characters."), domain="shop", n=settings.note_length
        )
        raise Invalid({"note": fault})
    gift = "1" if wishes.gift and settings.ask_gift else None
    await ctx.service(CartInputs).set(tx, {NOTE: note, GIFT: gift})


@post("/checkout/wishes", opt=signed_in(), include_in_schema=False)
async def save(request: Request[Any, Any, Any], ctx: Ctx) -> Response[bytes]:
    given = (await read_form(request, WishesForm)).valid()
    back = safe_next(given.back, CONFIRM)
    try:
        async with ctx.begin() as tx:
            await keep(ctx, tx, given)
    except Invalid as refused:
        said = " ".join(say(ctx, fault) for fault in refused.fields.values())
        return see_other(ctx, back, flash=said, kind="danger")
    return see_other(ctx, back)


@put("/cart/wishes", opt=anyone(), tags=["shop"], operation_id="shop_set_cart_wishes")
async def set_wishes(ctx: Ctx, data: JSONBody[Wishes]) -> Wishes:
    """The signed-in buyer's note to the shop, and whether the parcel is a gift."""
    async with ctx.begin() as tx:
        await keep(ctx, tx, data)
    return data


page_handlers: Final[list[ControllerRouterHandler]] = [save]
api_handlers: Final[list[ControllerRouterHandler]] = [set_wishes]
