"""Recordings as JSON."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec
from litestar import delete, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, anyone, signed_in
from nakamise_livestream.archive import keeping, watching
from nakamise_livestream.archive.schemas import Archive, PublishInput
from nakamise_livestream.broadcasts.api import plan, public


class Views(msgspec.Struct, frozen=True):
    views: int


@get(
    "/broadcasts/{broadcast_id:uuid}/archive",
    opt=anyone(),
    tags=public.TAGS,
    operation_id="livestream_get_archive",
)
async def get_archive(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Archive:
    """The recording, and when which product was shown; 404 without one that the reader may see."""
    async with ctx.read() as tx:
        return await watching.archive(ctx, tx, broadcast_id)


@post(
    "/broadcasts/{broadcast_id:uuid}/archive/views",
    opt=anyone(),
    tags=public.TAGS,
    operation_id="livestream_count_view",
    status_code=200,
)
async def count_view(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Views:
    """A player tells that it began to play."""
    async with ctx.begin() as tx:
        return Views(await watching.count_view(ctx, tx, broadcast_id))


@put(f"{plan.ONE}/archive", opt=signed_in(), tags=plan.TAGS, operation_id="livestream_publish_archive")
async def publish_archive(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[PublishInput]
) -> Archive:
    async with ctx.begin() as tx:
        return await keeping.publish(ctx, tx, broadcast_id, on=data.on)


@delete(f"{plan.ONE}/archive", opt=signed_in(), tags=plan.TAGS, operation_id="livestream_delete_archive")
async def delete_archive(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> None:
    """For ever; 409 ``on_air`` while it is being recorded."""
    async with ctx.begin() as tx:
        await keeping.delete(ctx, tx, broadcast_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    get_archive,
    count_view,
    publish_archive,
    delete_archive,
]
