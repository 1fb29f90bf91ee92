"""Requests about sellers as JSON: a buyer's own, and the operator's desk."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from litestar import get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, requires, signed_in
from nakamise_shop.disclosure import service
from nakamise_shop.disclosure.pages import PERMISSION
from nakamise_shop.disclosure.schemas import (
    AskDisclosure,
    DecideDisclosure,
    Disclosure,
    DisclosurePage,
    OwnDisclosure,
)

TAGS: Final = ["shop"]
STAFF: Final = ["shop staff"]
PageNumber = Annotated[int, QueryParameter(name="page", ge=1, le=10_000)]


@get("/orders/{number:str}/seller", opt=signed_in(), tags=TAGS, operation_id="shop_list_disclosures")
async def list_own(ctx: Ctx, number: FromPath[str]) -> list[OwnDisclosure]:
    """Your requests about the seller of this order, the newest first."""
    async with ctx.read() as tx:
        order = await service.own_order(ctx, tx, number)
        return [service.as_own(one) for one in await service.of_order(ctx, tx, order.id)]


@post("/orders/{number:str}/seller", opt=signed_in(), tags=TAGS, operation_id="shop_ask_disclosure")
async def ask(ctx: Ctx, number: FromPath[str], data: JSONBody[AskDisclosure]) -> OwnDisclosure:
    """For a claim of more than ¥10,000. 409 ``not_paid``, and ``twice`` while a request is open."""
    async with ctx.begin() as tx:
        made = await service.ask(ctx, tx, number, data)
        return service.as_own(await service.one(ctx, tx, made))


@get("/staff/disclosures", opt=requires(PERMISSION), tags=STAFF, operation_id="shop_staff_list_disclosures")
async def list_all(ctx: Ctx, page_number: PageNumber = 1) -> DisclosurePage:
    async with ctx.read() as tx:
        return await service.found_page(ctx, tx, page_number)


@get(
    "/staff/disclosures/{disclosure_id:uuid}",
    opt=requires(PERMISSION),
    tags=STAFF,
    operation_id="shop_staff_get_disclosure",
)
async def get_one(ctx: Ctx, disclosure_id: FromPath[uuid.UUID]) -> Disclosure:
    async with ctx.read() as tx:
        return await service.one(ctx, tx, disclosure_id)


@post(
    "/staff/disclosures/{disclosure_id:uuid}/decision",
    opt=requires(PERMISSION),
    tags=STAFF,
    operation_id="shop_staff_decide_disclosure",
    status_code=200,
)
async def decide(
    ctx: Ctx, disclosure_id: FromPath[uuid.UUID], data: JSONBody[DecideDisclosure]
) -> Disclosure:
    """Once, and the buyer is told by mail: 409 ``decided`` for a second time, ``nothing_to_tell`` for a seller
    whose legal notice lacks name or address."""
    async with ctx.begin() as tx:
        return await service.decide(ctx, tx, disclosure_id, data)


route_handlers: Final[list[ControllerRouterHandler]] = [list_own, ask, list_all, get_one, decide]
