"""A buyer's coupons as JSON; the cart is the caller's own."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import delete, get, put
from litestar.params import HeaderParameter, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.contracts.cart import TOKEN_HEADER
from nakamise.plugin import Ctx, anyone
from nakamise_coupons.buyer import choosing
from nakamise_coupons.buyer.schemas import CodeInput, OfferedCoupon

TAGS: Final = ["coupons"]
CartToken = Annotated[str | None, HeaderParameter(name=TOKEN_HEADER)]


@get("/coupons", opt=anyone(), tags=TAGS, operation_id="coupons_list_public")
async def list_public(ctx: Ctx) -> list[OfferedCoupon]:
    """Coupons that everybody may know, and whether the caller may use them."""
    async with ctx.read() as tx:
        return await choosing.offered(ctx, tx)


@put("/cart", opt=anyone(), tags=TAGS, operation_id="coupons_choose", status_code=204)
async def choose(ctx: Ctx, data: JSONBody[CodeInput], cart_token: CartToken = None) -> None:
    """One coupon per purchase: it takes the place of another. 409 says why it cannot be used, 429 after too many
    wrong codes. What it takes off is in the cart's quote; nothing while the cart is too small, for example."""
    await choosing.choose(ctx, data.code, cart_token)


@delete("/cart", opt=anyone(), tags=TAGS, operation_id="coupons_remove", status_code=204)
async def remove(ctx: Ctx, cart_token: CartToken = None) -> None:
    async with ctx.begin() as tx:
        await choosing.remove(ctx, tx, cart_token)


route_handlers: Final[list[ControllerRouterHandler]] = [list_public, choose, remove]
