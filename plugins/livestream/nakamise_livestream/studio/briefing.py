"""What a host wants at hand while a product is shown: each variant's price and stock, facts, and their own notes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Final

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.contracts.catalog import Catalog, CatalogVariant
from nakamise.errors import NotFound
from nakamise.plugin import Ctx, signed_in
from nakamise.web import fragment, yen
from nakamise_livestream.broadcasts import access, goods, products, rows, run_sheet

TEMPLATE: Final = "livestream/_studio_briefing.html"


class Choice(msgspec.Struct, frozen=True):
    """One variant in ready words; ``kind`` as of `goods.Good`."""

    name: str
    price: str
    stock: str
    kind: goods.Kind


@get(
    "/studio/{broadcast_id:uuid}/products/{product_id:uuid}",
    opt=signed_in(),
    include_in_schema=False,
)
async def briefing(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], product_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    """As it is now, for whoever may moderate: the same that buyers see, and the run-sheet's talking points."""
    async with ctx.read() as tx:
        broadcast = await rows.get(tx, broadcast_id)
        if not await access.may_moderate(ctx, tx, broadcast):
            raise NotFound
        if product_id not in await products.product_ids(tx, broadcast_id):
            raise NotFound
        catalog = ctx.optional_service(Catalog)
        found = await catalog.details(tx, product_id) if catalog else None
        sheet = await run_sheet.items_of(tx, broadcast_id)
    notes = [item.points for item in sheet if item.product_id == product_id and item.points]
    choices = _choices(found.variants if found else (), ctx.locale)
    return await fragment(ctx, TEMPLATE, "briefing", found=found, choices=choices, notes=notes)


def _choices(variants: Sequence[CatalogVariant], locale: str) -> list[Choice]:
    return [
        Choice(one.name, yen(one.price), *goods.stock_words(one.available, locale, exact=True))
        for one in variants
    ]


route_handlers: Final[list[ControllerRouterHandler]] = [briefing]
