"""Wishes as JSON, for buyers and for staff."""

from __future__ import annotations

import uuid
from typing import Final

from litestar import get, put
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.errors import NotFound
from nakamise.plugin import Ctx, requires, signed_in
from nakamise_shipping.wishes import repository, service
from nakamise_shipping.wishes.forms import ChangeBody, ChooseBody
from nakamise_shipping.wishes.repository import KeptOrder
from nakamise_shipping.wishes.service import Choice

TAGS: Final = ["shipping"]


@get("/wishes/{shop_id:uuid}", opt=signed_in(), tags=TAGS, operation_id="shipping_get_choice")
async def get_choice(ctx: Ctx, shop_id: FromPath[uuid.UUID], address_id: FromQuery[uuid.UUID]) -> Choice:
    """What may be chosen for a parcel of this shop to one of the user's addresses."""
    async with ctx.read() as tx:
        return await service.one_choice(ctx, tx, shop_id, address_id)


@put("/wishes/{shop_id:uuid}", opt=signed_in(), tags=TAGS, operation_id="shipping_choose")
async def put_choice(ctx: Ctx, shop_id: FromPath[uuid.UUID], data: JSONBody[ChooseBody]) -> Choice:
    """Kept with the cart until the order is placed; the confirmation must be read again afterwards."""
    async with ctx.begin() as tx:
        await service.choose(ctx, tx, shop_id, data.address_id, data.wish)
        return await service.one_choice(ctx, tx, shop_id, data.address_id)


@get("/orders/{order_id:uuid}", opt=requires("shipping.send"), tags=TAGS, operation_id="shipping_get_order")
async def get_order(ctx: Ctx, order_id: FromPath[uuid.UUID]) -> KeptOrder:
    async with ctx.read() as tx:
        found = (await repository.kept(tx, [order_id])).get(order_id)
    if found is None:
        raise NotFound
    return found


@put(
    "/orders/{order_id:uuid}", opt=requires("shipping.send"), tags=TAGS, operation_id="shipping_change_order"
)
async def put_order(ctx: Ctx, order_id: FromPath[uuid.UUID], data: JSONBody[ChangeBody]) -> KeptOrder:
    """Before the parcel leaves; what was paid stays."""
    async with ctx.begin() as tx:
        await service.change(ctx, tx, order_id, data.version, data.wish)
        return (await repository.kept(tx, [order_id]))[order_id]


route_handlers: Final[list[ControllerRouterHandler]] = [get_choice, put_choice, get_order, put_order]
