"""What belongs to a broadcast: products and the pinned one, run-sheet, PR label, moderators."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.contracts.catalog import CatalogProduct
from nakamise.plugin import Ctx, signed_in
from nakamise_livestream.broadcasters.apply import require_approved
from nakamise_livestream.broadcasts import access, label, moderators, pins, products, run_sheet
from nakamise_livestream.broadcasts.api.plan import ONE, TAGS
from nakamise_livestream.broadcasts.label import LabelNote
from nakamise_livestream.broadcasts.moderators import Moderator, ModeratorInput
from nakamise_livestream.broadcasts.products import ProductsInput, ShownProduct
from nakamise_livestream.broadcasts.run_sheet import RunItem, RunSheetInput
from nakamise_livestream.broadcasts.schemas import Broadcast, LabelInput


class PinInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    product_id: uuid.UUID


class StepInput(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """None: the item after the current one."""

    item_id: uuid.UUID | None = None


@get("/studio/offers", opt=signed_in(), tags=TAGS, operation_id="livestream_list_offers")
async def list_offers(
    ctx: Ctx, q: Annotated[str, QueryParameter(max_length=100)] = ""
) -> list[CatalogProduct]:
    """What the signed-in broadcaster may show; nothing where there is no shop."""
    async with ctx.read() as tx:
        await require_approved(ctx, tx)
        return await products.offers(ctx, tx, q)


@get(f"{ONE}/products", opt=signed_in(), tags=TAGS, operation_id="livestream_list_products")
async def list_products(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> list[ShownProduct]:
    """In order, also those that are not sold any more."""
    async with ctx.read() as tx:
        return await products.shown(ctx, tx, await access.moderated(ctx, tx, broadcast_id))


@put(f"{ONE}/products", opt=signed_in(), tags=TAGS, operation_id="livestream_set_products")
async def set_products(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[ProductsInput]
) -> list[ShownProduct]:
    """The whole list in its order."""
    async with ctx.begin() as tx:
        return await products.set_products(ctx, tx, broadcast_id, data.product_ids)


@put(f"{ONE}/pin", opt=signed_in(), tags=TAGS, operation_id="livestream_pin")
async def pin_product(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[PinInput]
) -> list[ShownProduct]:
    """Every viewer sees it at once. Moderators may do it too."""
    async with ctx.begin() as tx:
        await pins.pin(ctx, tx, broadcast_id, data.product_id)
        return await products.shown(ctx, tx, await access.moderated(ctx, tx, broadcast_id))


@delete(f"{ONE}/pin", opt=signed_in(), tags=TAGS, operation_id="livestream_unpin", status_code=200)
async def unpin_product(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> list[ShownProduct]:
    async with ctx.begin() as tx:
        await pins.unpin(ctx, tx, broadcast_id)
        return await products.shown(ctx, tx, await access.moderated(ctx, tx, broadcast_id))


@get(f"{ONE}/run-sheet", opt=signed_in(), tags=TAGS, operation_id="livestream_get_run_sheet")
async def get_run_sheet(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> list[RunItem]:
    async with ctx.read() as tx:
        return await run_sheet.run_sheet(ctx, tx, broadcast_id)


@put(f"{ONE}/run-sheet", opt=signed_in(), tags=TAGS, operation_id="livestream_set_run_sheet")
async def set_run_sheet(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[RunSheetInput]
) -> list[RunItem]:
    """The whole sheet in its order."""
    async with ctx.begin() as tx:
        return await run_sheet.write(ctx, tx, broadcast_id, data.items)


@post(f"{ONE}/run-sheet/next", opt=signed_in(), tags=TAGS, operation_id="livestream_step", status_code=200)
async def step(ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[StepInput]) -> list[RunItem]:
    """The item's product is pinned. 409 ``at_end`` behind the last one."""
    async with ctx.begin() as tx:
        return await run_sheet.step(ctx, tx, broadcast_id, data.item_id)


@put(f"{ONE}/label", opt=signed_in(), tags=TAGS, operation_id="livestream_set_label")
async def set_label(ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[LabelInput]) -> Broadcast:
    """409 ``label_locked``: staff gave it the label for good."""
    async with ctx.begin() as tx:
        return await label.set_label(ctx, tx, broadcast_id, data)


@get(f"{ONE}/label", opt=signed_in(), tags=TAGS, operation_id="livestream_list_label_notes")
async def list_label_notes(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> list[LabelNote]:
    """Since when it said what."""
    async with ctx.read() as tx:
        await access.hosted(ctx, tx, broadcast_id)
        return await label.story(tx, broadcast_id)


@get(f"{ONE}/moderators", opt=signed_in(), tags=TAGS, operation_id="livestream_list_moderators")
async def list_moderators(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> list[Moderator]:
    async with ctx.read() as tx:
        return await moderators.moderators(ctx, tx, broadcast_id)


@post(
    f"{ONE}/moderators", opt=signed_in(), tags=TAGS, operation_id="livestream_add_moderator", status_code=200
)
async def add_moderator(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[ModeratorInput]
) -> list[Moderator]:
    async with ctx.begin() as tx:
        return await moderators.add(ctx, tx, broadcast_id, data)


@delete(
    f"{ONE}/moderators/{{user_id:uuid}}",
    opt=signed_in(),
    tags=TAGS,
    operation_id="livestream_remove_moderator",
    status_code=200,
)
async def remove_moderator(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], user_id: FromPath[uuid.UUID]
) -> list[Moderator]:
    async with ctx.begin() as tx:
        return await moderators.remove(ctx, tx, broadcast_id, user_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    list_offers,
    list_products,
    set_products,
    pin_product,
    unpin_product,
    get_run_sheet,
    set_run_sheet,
    step,
    set_label,
    list_label_notes,
    list_moderators,
    add_moderator,
    remove_moderator,
]
