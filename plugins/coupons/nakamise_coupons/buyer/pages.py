"""The buyer's pages: the box's forms, and the list of coupons that everybody may use. All work without scripts."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.types import ControllerRouterHandler

from nakamise.errors import Conflict, TooMany
from nakamise.plugin import Ctx, anyone
from nakamise.web import N_, page, read_form, said, see_other
from nakamise_coupons.buyer import choosing
from nakamise_coupons.buyer.schemas import CodeInput
from nakamise_coupons.domain import codes
from nakamise_coupons.words import words

AnyRequest = Request[Any, Any, Any]
CART: Final = "/shop/cart"
LIST: Final = "/coupons"


class ChooseForm(CodeInput, frozen=True, kw_only=True):
    """``back``: from the list of coupons, not from the cart."""

    back: str = ""


@get("/", opt=anyone(), include_in_schema=False)
async def coupon_list(ctx: Ctx) -> Response[bytes]:
    async with ctx.read() as tx:
        found = await choosing.offered(ctx, tx)
    return await page(ctx, "coupons/list.html", coupons=found)


@post("/choose", opt=anyone(), include_in_schema=False)
async def choose(request: AnyRequest, ctx: Ctx) -> Response[bytes]:
    form = await read_form(request, ChooseForm)
    if form.value is None:
        missing = words(ctx)(N_("Please type the code of a coupon."))
        return see_other(ctx, CART, flash=missing, kind="danger")
    try:
        code = await choosing.choose(ctx, form.value.code)
    except (Conflict, TooMany) as refused:
        typed = urlencode({"coupon": codes.normal(form.value.code)[:40]})
        where = LIST if form.value.back else f"{CART}?{typed}#coupon"
        return see_other(ctx, where, flash=said(ctx, refused), kind="danger")
    return see_other(ctx, CART, flash=words(ctx)(N_("The coupon %(code)s is in your cart."), code=code))


@post("/remove", opt=anyone(), include_in_schema=False)
async def remove(ctx: Ctx) -> Response[bytes]:
    """The cart then offers to use it again."""
    async with ctx.begin() as tx:
        code = await choosing.remove(ctx, tx)
    done = words(ctx)(N_("The coupon was removed from your cart."))
    return see_other(ctx, f"{CART}?{urlencode({'coupon': code})}#coupon" if code else CART, flash=done)


route_handlers: Final[list[ControllerRouterHandler]] = [coupon_list, choose, remove]
