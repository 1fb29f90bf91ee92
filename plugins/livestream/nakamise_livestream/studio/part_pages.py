"""Parts of a broadcast that have a form of their own: cover, moderators, its series, and calling it off."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable
from typing import Any, Final

from litestar import Request, Response, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.db import Tx
from nakamise.errors import Conflict, Invalid
from nakamise.plugin import Ctx, TenantCtx, signed_in
from nakamise.web import N_, read_form, see_other
from nakamise_livestream.broadcasts import cancel, covers, moderators, series
from nakamise_livestream.broadcasts.moderators import ModeratorInput
from nakamise_livestream.broadcasts.schemas import CancelInput
from nakamise_livestream.studio.dashboard import HOME
from nakamise_livestream.studio.plan_pages import edit_path, show
from nakamise_livestream.uploads import picture_in, refusing
from nakamise_livestream.words import say, words

AnyRequest = Request[Any, Any, Any]
ONE: Final = "/studio/{broadcast_id:uuid}"


async def _done(ctx: TenantCtx, broadcast_id: uuid.UUID, act: Awaitable[object]) -> Response[bytes]:
    """Back to the page, with what was refused if it was."""
    try:
        await act
    except Invalid as refused:
        return await show(ctx, broadcast_id, {}, refused.fields)
    except Conflict as refused:
        return see_other(ctx, edit_path(broadcast_id), flash=say(ctx, refused), kind="danger")
    return see_other(ctx, edit_path(broadcast_id), flash=words(ctx)(N_("Saved.")))


async def _changed(
    ctx: TenantCtx, broadcast_id: uuid.UUID, act: Callable[[Tx], Awaitable[object]]
) -> Response[bytes]:
    """`_done`, in one transaction."""

    async def changing() -> None:
        async with ctx.begin() as tx:
            await act(tx)

    return await _done(ctx, broadcast_id, changing())


@post(f"{ONE}/cover", opt=signed_in(), include_in_schema=False)
async def put_cover(request: AnyRequest, ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async def act() -> None:
        data = await picture_in(request)
        with refusing():
            await covers.put(ctx, broadcast_id, data)

    return await _done(ctx, broadcast_id, act())


@post(f"{ONE}/cover/remove", opt=signed_in(), include_in_schema=False)
async def remove_cover(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _changed(ctx, broadcast_id, lambda tx: covers.remove(ctx, tx, broadcast_id))


@post(f"{ONE}/moderators", opt=signed_in(), include_in_schema=False)
async def add_moderator(request: AnyRequest, ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, ModeratorInput)
    return await _changed(ctx, broadcast_id, lambda tx: moderators.add(ctx, tx, broadcast_id, form.valid()))


@post(f"{ONE}/moderators/{{user_id:uuid}}/remove", opt=signed_in(), include_in_schema=False)
async def remove_moderator(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], user_id: FromPath[uuid.UUID]
) -> Response[bytes]:
    return await _changed(ctx, broadcast_id, lambda tx: moderators.remove(ctx, tx, broadcast_id, user_id))


@post(f"{ONE}/series/stop", opt=signed_in(), include_in_schema=False)
async def stop_series(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _changed(ctx, broadcast_id, lambda tx: series.stop(ctx, tx, broadcast_id))


@post(f"{ONE}/series/carry-on", opt=signed_in(), include_in_schema=False)
async def carry_on(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _changed(ctx, broadcast_id, lambda tx: series.carry_on(ctx, tx, broadcast_id))


@post(f"{ONE}/cancel", opt=signed_in(), include_in_schema=False)
async def call_off(request: AnyRequest, ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    form = await read_form(request, CancelInput)
    try:
        async with ctx.begin() as tx:
            await cancel.cancel(ctx, tx, broadcast_id, form.valid().reason)
    except Invalid as refused:
        return await show(ctx, broadcast_id, {}, refused.fields)
    except Conflict as refused:
        return see_other(ctx, edit_path(broadcast_id), flash=say(ctx, refused), kind="danger")
    said = words(ctx)(N_("The broadcast is cancelled. Who wanted to come is told."))
    return see_other(ctx, HOME, flash=said)


route_handlers: Final[list[ControllerRouterHandler]] = [
    put_cover,
    remove_cover,
    add_moderator,
    remove_moderator,
    stop_series,
    carry_on,
    call_off,
]
