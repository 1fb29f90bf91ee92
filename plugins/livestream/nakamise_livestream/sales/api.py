"""Taps of viewers, and the numbers for hosts."""

from __future__ import annotations

import uuid
from typing import Final

from litestar import Response, get, post
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, anyone, signed_in
from nakamise_livestream.broadcasts.api.plan import ONE, TAGS
from nakamise_livestream.sales import interest, visitor
from nakamise_livestream.sales import numbers as counting
from nakamise_livestream.sales.schemas import InterestInput, Numbers


@post(
    "/broadcasts/{broadcast_id:uuid}/interest",
    opt=anyone(),
    tags=["live"],
    operation_id="livestream_note_interest",
    status_code=204,
)
async def note_interest(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[InterestInput]
) -> Response[None]:
    """A product was opened, or put into the cart, while watching: an order of it counts for the broadcast.

    A guest is known by the cookie of the answer.
    """
    who, cookie = visitor.enter(ctx)
    async with ctx.begin() as tx:
        await interest.note(ctx, tx, broadcast_id, who, data)
    return Response(None, cookies=[cookie] if cookie else None)


@get(f"{ONE}/numbers", opt=signed_in(), tags=TAGS, operation_id="livestream_get_numbers")
async def get_numbers(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Numbers:
    """Viewers, comments, taps, carts, orders and sales so far."""
    async with ctx.read() as tx:
        return await counting.numbers(ctx, tx, broadcast_id)


route_handlers: Final[list[ControllerRouterHandler]] = [note_interest, get_numbers]
