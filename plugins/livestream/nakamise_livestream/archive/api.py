"""Recordings as JSON."""

from __future__ import annotations

import uuid
from typing import Final

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, anyone, signed_in
from nakamise_livestream.archive import chapters, keeping, said, views, watching
from nakamise_livestream.archive.schemas import Archive, ChaptersInput, PublishInput, Said
from nakamise_livestream.broadcasts.api import plan, public
from nakamise_livestream.sales import visitor


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
async def count_view(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[Views]:
    """A player tells that it began to play. A guest is known by the cookie of the answer."""
    who, cookie = visitor.enter(ctx)
    async with ctx.begin() as tx:
        found = await views.count(ctx, tx, broadcast_id, who)
    return Response(Views(found), cookies=[cookie] if cookie else None)


@get(
    "/broadcasts/{broadcast_id:uuid}/archive/comments",
    opt=anyone(),
    tags=public.TAGS,
    operation_id="livestream_get_archive_comments",
)
async def get_comments(ctx: Ctx, broadcast_id: FromPath[uuid.UUID], from_s: FromQuery[float] = 0.0) -> Said:
    """What was said from the second ``from_s`` of the recording on."""
    async with ctx.read() as tx:
        return await said.said(ctx, tx, broadcast_id, max(from_s, 0.0))


@put(f"{plan.ONE}/archive", opt=signed_in(), tags=plan.TAGS, operation_id="livestream_publish_archive")
async def publish_archive(
    ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[PublishInput]
) -> Archive:
    async with ctx.begin() as tx:
        return await keeping.publish(ctx, tx, broadcast_id, on=data.on)


@put(f"{plan.ONE}/archive/chapters", opt=signed_in(), tags=plan.TAGS, operation_id="livestream_set_chapters")
async def set_chapters(ctx: Ctx, broadcast_id: FromPath[uuid.UUID], data: JSONBody[ChaptersInput]) -> Archive:
    async with ctx.begin() as tx:
        await chapters.set_chapters(ctx, tx, broadcast_id, data.chapters)
        return await watching.archive(ctx, tx, broadcast_id)


@delete(f"{plan.ONE}/archive", opt=signed_in(), tags=plan.TAGS, operation_id="livestream_delete_archive")
async def delete_archive(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> None:
    """For ever; 409 ``on_air`` while it is being recorded."""
    async with ctx.begin() as tx:
        await keeping.delete(ctx, tx, broadcast_id)


route_handlers: Final[list[ControllerRouterHandler]] = [
    get_archive,
    count_view,
    get_comments,
    publish_archive,
    set_chapters,
    delete_archive,
]
