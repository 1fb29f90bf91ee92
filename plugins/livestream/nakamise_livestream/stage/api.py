"""Guests of a broadcast, for its host."""

from __future__ import annotations

import uuid
from typing import Final

from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, signed_in
from nakamise_livestream.broadcasts.api.plan import ONE, TAGS
from nakamise_livestream.stage import guests
from nakamise_livestream.stage.schemas import Guest, GuestInput, MutedInput, NewGuest
from nakamise_livestream.whip import chores


@get(f"{ONE}/guests", opt=signed_in(), tags=TAGS, operation_id="livestream_list_guests")
async def list_guests(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> list[Guest]:
    """Without those who were removed."""
    async with ctx.read() as tx:
        return await guests.guests(ctx, tx, broadcast_id)


@post(f"{ONE}/guests", opt=signed_in(), tags=TAGS, operation_id="livestream_invite_guest")
async def invite_guest(ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[GuestInput]) -> NewGuest:
    """The link is shown once. 409 ``stage_full``."""
    async with ctx.begin() as tx:
        return await guests.invite(ctx, tx, broadcast_id, data.name)


@put(
    f"{ONE}/guests/{{guest_id:uuid}}/muted", opt=signed_in(), tags=TAGS, operation_id="livestream_mute_guest"
)
async def mute_guest(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], guest_id: FromPath[uuid.UUID], data: JSONBody[MutedInput]
) -> list[Guest]:
    """No page plays the guest's sound until it is taken back."""
    async with ctx.begin() as tx:
        await guests.set_muted(ctx, tx, broadcast_id, guest_id, on=data.on)
        return await guests.guests(ctx, tx, broadcast_id)


@delete(
    f"{ONE}/guests/{{guest_id:uuid}}",
    opt=signed_in(),
    tags=TAGS,
    operation_id="livestream_remove_guest",
    status_code=200,
)
async def remove_guest(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], guest_id: FromPath[uuid.UUID]
) -> list[Guest]:
    """The picture is cut at once, and the link opens nothing any more."""
    async with ctx.begin() as tx:
        seat = await guests.remove(ctx, tx, broadcast_id, guest_id)
        left = await guests.guests(ctx, tx, broadcast_id)
    await chores.cut_guest(ctx, broadcast_id, seat)
    return left


route_handlers: Final[list[ControllerRouterHandler]] = [list_guests, invite_guest, mute_guest, remove_guest]
