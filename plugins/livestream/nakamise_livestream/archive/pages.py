"""The page of a recording: it plays and sells, and its host looks after it there; and the list of recordings."""

from __future__ import annotations

import uuid
from typing import Any, Final, Literal

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.errors import Forbidden, Invalid, NotFound, Unauthenticated
from nakamise.plugin import Ctx, TenantCtx, anyone, signed_in
from nakamise.web import N_, page, read_form, see_other
from nakamise_livestream.archive import chapters, keeping, lists, timecode, watching
from nakamise_livestream.broadcasts import access, goods, products
from nakamise_livestream.broadcasts import watching as broadcasts
from nakamise_livestream.broadcasts.schemas import PublicBroadcast, path_of
from nakamise_livestream.words import say, words

AnyRequest = Request[Any, Any, Any]


class PublishForm(msgspec.Struct, frozen=True):
    on: bool = False


class ChaptersForm(msgspec.Struct, frozen=True):
    chapters: str = ""


@get("/archive", opt=anyone(), include_in_schema=False)
async def recordings(ctx: Ctx) -> Response[bytes]:
    """The newest published ones."""
    async with ctx.read() as tx:
        found = await lists.published(tx)
    return await page(ctx, "livestream/archive_list.html", found=found, clock=timecode.clock)


@get("/{broadcast_id:uuid}/archive", opt=anyone(), include_in_schema=False)
async def recording(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """Says so where there is none, or none that the reader may see."""
    async with ctx.read() as tx:
        found = await broadcasts.public(ctx, tx, broadcast_id)
    shown = await replay(ctx, found)
    if shown is None:
        return await page(ctx, "livestream/archive_none.html", found=found)
    return shown


async def replay(ctx: TenantCtx, found: PublicBroadcast) -> Response[bytes] | None:
    """None without a recording that the reader may see and that has anything in it."""
    try:
        async with ctx.read() as tx:
            archive = await watching.archive(ctx, tx, found.id)
            is_host = await _may_run(ctx, found.id)
    except NotFound:
        return None
    if not archive.duration_s or found.is_on_air or found.started_at is None:
        return None
    shown = goods.worded(found.products, ctx.locale)
    first = {mark.product_id: mark.starts_s for mark in reversed(archive.marks)}
    return await page(
        ctx,
        "livestream/archive.html",
        found=found,
        archive=archive,
        goods=shown,
        first=first,
        is_host=is_host,
        written=timecode.written(archive.chapters),
        clock=timecode.clock,
        facts={
            "id": str(found.id),
            "playlist": archive.playlist,
            "marks": msgspec.to_builtins(archive.marks),
            "goods": msgspec.to_builtins(shown),
        },
    )


async def _may_run(ctx: TenantCtx, broadcast_id: uuid.UUID) -> bool:
    async with ctx.read() as tx:
        try:
            await access.hosted(ctx, tx, broadcast_id)
        except (NotFound, Forbidden, Unauthenticated):
            return False
    return True


@get("/{broadcast_id:uuid}/archive/goods", opt=anyone(), include_in_schema=False)
async def goods_now(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> list[goods.Good]:
    """Today's prices and stocks."""
    async with ctx.read() as tx:
        await watching.readable(ctx, tx, broadcast_id)
        ids = await products.product_ids(tx, broadcast_id)
        return goods.worded(await products.looked_up(ctx, tx, ids), ctx.locale)


@post("/{broadcast_id:uuid}/archive/publish", opt=signed_in(), include_in_schema=False)
async def publish(request: AnyRequest, ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    given = (await read_form(request, PublishForm)).valid()
    async with ctx.begin() as tx:
        await keeping.publish(ctx, tx, broadcast_id, on=given.on)
    told = N_("Everybody can watch the recording now.") if given.on else N_("The recording is hidden now.")
    return _back(ctx, broadcast_id, words(ctx)(told))


@post("/{broadcast_id:uuid}/archive/chapters", opt=signed_in(), include_in_schema=False)
async def set_chapters(request: AnyRequest, ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    given = (await read_form(request, ChaptersForm)).valid()
    try:
        async with ctx.begin() as tx:
            await chapters.set_chapters(ctx, tx, broadcast_id, timecode.read(given.chapters))
    except Invalid as refused:
        return _back(ctx, broadcast_id, say(ctx, refused.fields["chapters"]), kind="danger")
    return _back(ctx, broadcast_id, words(ctx)(N_("The chapters are saved.")))


@post("/{broadcast_id:uuid}/archive/delete", opt=signed_in(), include_in_schema=False)
async def delete(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.begin() as tx:
        await keeping.delete(ctx, tx, broadcast_id)
    return see_other(ctx, path_of(broadcast_id), flash=words(ctx)(N_("The recording is deleted.")))


def _back(
    ctx: TenantCtx, broadcast_id: uuid.UUID, flash: str, kind: Literal["ok", "danger"] = "ok"
) -> Response[bytes]:
    return see_other(ctx, f"{path_of(broadcast_id)}/archive", flash=flash, kind=kind)


route_handlers: Final[list[ControllerRouterHandler]] = [
    recordings,
    recording,
    goods_now,
    publish,
    set_chapters,
    delete,
]
