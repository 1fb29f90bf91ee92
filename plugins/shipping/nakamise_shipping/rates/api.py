"""Rates as JSON."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

import msgspec
from litestar import get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler
from msgspec import Meta

from nakamise.contracts.pricing import Destination
from nakamise.plugin import Ctx, requires
from nakamise_shipping.domain.config import ShopShipping, Temperature
from nakamise_shipping.domain.rates import Piece
from nakamise_shipping.domain.sizes import Centimetres, Grams, Measure
from nakamise_shipping.rates import service
from nakamise_shipping.rates.service import Kept, Trial

TAGS: Final = ["shipping"]
MANAGE: Final = "shipping.manage"


class RatesBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``version`` is what was read; 0 where nothing was set."""

    version: int
    config: ShopShipping


class TrialBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    goods: Annotated[int, Meta(ge=0, le=10_000_000)]
    prefecture: str
    postal_code: str = ""
    temperature: Temperature = Temperature.NORMAL
    cm: Centimetres | None = None
    grams: Grams | None = None


class MeasureBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One packed piece: length, width and height together, and weight; null = not known."""

    variant_id: uuid.UUID
    cm: Centimetres | None = None
    grams: Grams | None = None


class MeasuresBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    variants: Annotated[list[MeasureBody], Meta(max_length=1000)]


class TemperatureBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    temperature: Temperature


@get("/shops", opt=requires(MANAGE), tags=TAGS, operation_id="shipping_list_shops")
async def list_shops(ctx: Ctx) -> list[Kept]:
    async with ctx.read() as tx:
        return await service.shops(ctx, tx)


@get("/shops/{shop_id:uuid}", opt=requires(MANAGE), tags=TAGS, operation_id="shipping_get_rates")
async def get_rates(ctx: Ctx, shop_id: FromPath[uuid.UUID]) -> Kept:
    async with ctx.read() as tx:
        return await service.shop(ctx, tx, shop_id)


@put("/shops/{shop_id:uuid}", opt=requires(MANAGE), tags=TAGS, operation_id="shipping_set_rates")
async def set_rates(ctx: Ctx, shop_id: FromPath[uuid.UUID], data: JSONBody[RatesBody]) -> Kept:
    async with ctx.begin() as tx:
        await service.change(ctx, tx, shop_id, data.version, data.config)
        return await service.shop(ctx, tx, shop_id)


@post(
    "/shops/{shop_id:uuid}/trial",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="shipping_try_rates",
    status_code=200,
)
async def try_rates(ctx: Ctx, shop_id: FromPath[uuid.UUID], data: JSONBody[TrialBody]) -> Trial:
    """What goods of this worth would cost to send there."""
    async with ctx.read() as tx:
        found = await service.shop(ctx, tx, shop_id)
    to = Destination(postal_code=data.postal_code.replace("-", ""), prefecture=data.prefecture)
    parcel = Piece(data.temperature, Measure(data.cm, data.grams))
    return service.trial(ctx, found.config, data.goods, to, parcel)


@put(
    "/products/{product_id:uuid}",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="shipping_set_temperature",
    status_code=204,
)
async def set_temperature(ctx: Ctx, product_id: FromPath[uuid.UUID], data: JSONBody[TemperatureBody]) -> None:
    async with ctx.begin() as tx:
        await service.set_temperature(ctx, tx, product_id, data.temperature)


@put(
    "/products/{product_id:uuid}/measures",
    opt=requires(MANAGE),
    tags=TAGS,
    operation_id="shipping_set_measures",
    status_code=204,
)
async def set_measures(ctx: Ctx, product_id: FromPath[uuid.UUID], data: JSONBody[MeasuresBody]) -> None:
    """Of all variants of a product; one that is not named is unmeasured afterwards."""
    found = {one.variant_id: Measure(one.cm, one.grams) for one in data.variants}
    async with ctx.begin() as tx:
        await service.set_measures(ctx, tx, product_id, found)


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_shops,
    get_rates,
    set_rates,
    try_rates,
    set_temperature,
    set_measures,
]
