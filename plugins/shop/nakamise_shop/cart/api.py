"""The cart as JSON. A guest's cart is found by the token that the first addition returns."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath, HeaderParameter, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.contracts.cart import TOKEN_HEADER
from nakamise.errors import NotFound
from nakamise.plugin import Ctx, anyone
from nakamise_shop.cart import repository, service
from nakamise_shop.cart.schemas import AddLine, Cart, Quantity

TAGS: Final = ["shop"]
CartToken = Annotated[str | None, HeaderParameter(name=TOKEN_HEADER)]


class QuantityBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    quantity: Quantity


@get("/cart", opt=anyone(), tags=TAGS, operation_id="shop_get_cart")
async def get_cart(ctx: Ctx, cart_token: CartToken = None) -> Cart:
    key = service.key_of(ctx, cart_token)
    async with ctx.begin() as tx:
        await service.adopt(tx, key)
        return await service.view(ctx, tx, key)


@post("/cart/lines", opt=anyone(), tags=TAGS, operation_id="shop_add_to_cart")
async def add_line(ctx: Ctx, data: JSONBody[AddLine], cart_token: CartToken = None) -> Response[Cart]:
    """Returns the cart; for a new guest the header ``X-Cart-Token`` names it from now on."""
    key = service.key_of(ctx, cart_token)
    async with ctx.begin() as tx:
        await service.adopt(tx, key)
        cart_id, token = await service.find_or_make(tx, key)
        await service.add(ctx, tx, cart_id, data.variant_id, data.quantity)
        cart = await service.view(ctx, tx, service.CartKey(key.user_id, token or key.token))
    return Response(cart, headers={TOKEN_HEADER: token} if token else {})


@put("/cart/lines/{variant_id:uuid}", opt=anyone(), tags=TAGS, operation_id="shop_set_cart_quantity")
async def set_line(
    ctx: Ctx, variant_id: FromPath[uuid.UUID], data: JSONBody[QuantityBody], cart_token: CartToken = None
) -> Cart:
    key = service.key_of(ctx, cart_token)
    async with ctx.begin() as tx:
        await service.set_quantity(ctx, tx, await service.existing(tx, key), variant_id, data.quantity)
        return await service.view(ctx, tx, key)


@delete(
    "/cart/lines/{variant_id:uuid}",
    opt=anyone(),
    tags=TAGS,
    operation_id="shop_remove_from_cart",
    status_code=200,
)
async def remove_line(ctx: Ctx, variant_id: FromPath[uuid.UUID], cart_token: CartToken = None) -> Cart:
    key = service.key_of(ctx, cart_token)
    async with ctx.begin() as tx:
        if not await repository.remove(tx, await service.existing(tx, key), variant_id):
            raise NotFound
        return await service.view(ctx, tx, key)


route_handlers: Final[list[ControllerRouterHandler]] = [get_cart, add_line, set_line, remove_line]
