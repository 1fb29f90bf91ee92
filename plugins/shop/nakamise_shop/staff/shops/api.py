"""Shops as JSON, for staff."""

from __future__ import annotations

import uuid
from typing import Final

from litestar import get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, requires
from nakamise_shop import scope
from nakamise_shop.staff.shops import making as shop_making
from nakamise_shop.staff.shops import repository, service
from nakamise_shop.staff.shops import states as shop_states
from nakamise_shop.staff.shops.pages import MANAGE
from nakamise_shop.staff.shops.schemas import NewShop, ShopDecision, ShopInput, StaffShop, StaffShopLine

TAGS: Final = ["shop staff"]


@get("/staff/shops", opt=requires(MANAGE), tags=TAGS, operation_id="shop_staff_list_shops")
async def list_shops(ctx: Ctx) -> list[StaffShopLine]:
    """In all states: those that wait for approval, then the oldest first."""
    async with ctx.read() as tx:
        return await repository.shop_lines(tx, await scope.shops_of(ctx, tx))


@get("/staff/shops/{shop_id:uuid}", opt=requires(MANAGE), tags=TAGS, operation_id="shop_staff_get_shop")
async def get_shop(ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> StaffShop:
    async with ctx.read() as tx:
        return await service.shop(ctx, tx, shop_id)


@put("/staff/shops/{shop_id:uuid}", opt=requires(MANAGE), tags=TAGS, operation_id="shop_staff_change_shop")
async def change_shop(ctx: Ctx, shop_id: FromPath[uuid.UUID], data: JSONBody[ShopInput]) -> StaffShop:
    """409 ``stale``: the shop is newer than ``version``; read it again."""
    async with ctx.begin() as tx:
        await service.change(ctx, tx, shop_id, data)
        return await service.shop(ctx, tx, shop_id)


@post("/staff/shops", opt=requires(MANAGE), tags=TAGS, operation_id="shop_staff_create_shop")
async def create_shop(ctx: Ctx, data: JSONBody[NewShop]) -> StaffShop:
    """In preparation; who works for some shops only works for this one too."""
    async with ctx.begin() as tx:
        return await service.shop(ctx, tx, await shop_making.create(ctx, tx, data))


@post(
    "/staff/shops/{shop_id:uuid}/application",
    opt=requires(MANAGE),
    status_code=200,
    tags=TAGS,
    operation_id="shop_staff_apply_for_shop",
)
async def apply_for_shop(ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> StaffShop:
    """Asks the site to approve it. 409 ``legal_incomplete`` names what the legal notice lacks."""
    async with ctx.begin() as tx:
        await shop_states.apply(ctx, tx, shop_id)
        return await service.shop(ctx, tx, shop_id)


@put(
    "/staff/shops/{shop_id:uuid}/state",
    opt=requires(shop_states.DECIDE),
    tags=TAGS,
    operation_id="shop_staff_set_shop_state",
)
async def set_state(ctx: Ctx, shop_id: FromPath[uuid.UUID], data: JSONBody[ShopDecision]) -> StaffShop:
    """``open`` approves, opens and opens again. 409 ``legal_incomplete`` names what the legal notice lacks,
    ``wrong_state``: not from the state that it is in."""
    async with ctx.begin() as tx:
        await shop_states.decide(ctx, tx, shop_id, data.state, data.reason)
        return await service.shop(ctx, tx, shop_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_shops,
    get_shop,
    change_shop,
    create_shop,
    apply_for_shop,
    set_state,
]
