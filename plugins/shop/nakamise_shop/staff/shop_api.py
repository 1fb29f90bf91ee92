"""Shops as JSON, for staff."""

from __future__ import annotations

import uuid
from typing import Final, Literal

import msgspec
from litestar import get, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, requires
from nakamise_shop import scope
from nakamise_shop.staff import shops_repository as repository
from nakamise_shop.staff import shops_service as service
from nakamise_shop.staff.shop_pages import MANAGE
from nakamise_shop.staff.shops_schemas import ShopInput, StaffShop, StaffShopLine

TAGS: Final = ["shop staff"]


class ShopStateBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    state: Literal["open", "closed"]


@get("/staff/shops", opt=requires(MANAGE), tags=TAGS, operation_id="shop_staff_list_shops")
async def list_shops(ctx: Ctx) -> list[StaffShopLine]:
    """In all states, the oldest first."""
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


@put(
    "/staff/shops/{shop_id:uuid}/state",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="shop_staff_set_shop_state",
)
async def set_state(ctx: Ctx, shop_id: FromPath[uuid.UUID], data: JSONBody[ShopStateBody]) -> StaffShop:
    """409 ``legal_incomplete`` names what the legal notice lacks."""
    act = service.open_shop if data.state == "open" else service.close_shop
    async with ctx.begin() as tx:
        await act(ctx, tx, shop_id)
        return await service.shop(ctx, tx, shop_id)


route_handlers: Final[list[ControllerRouterHandler]] = [list_shops, get_shop, change_shop, set_state]
