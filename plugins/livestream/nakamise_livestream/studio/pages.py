"""The studio of one broadcast, for its host and for staff who run broadcasts."""

from __future__ import annotations

import uuid
from typing import Any, Final

import msgspec
from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, signed_in
from nakamise.web import page
from nakamise_livestream.broadcasts import access, goods, keys, products
from nakamise_livestream.broadcasts.states import State
from nakamise_livestream.chat import lines, minutes
from nakamise_livestream.chat.schemas import TEXT_MAX
from nakamise_livestream.words import BROADCAST_STATES, badges

AnyRequest = Request[Any, Any, Any]
UPLOAD_MAX: Final = 1_000_000


@get("/studio/{broadcast_id:uuid}", opt=signed_in(), include_in_schema=False)
async def studio(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        broadcast = await access.hosted(ctx, tx, broadcast_id)
        shown = await products.looked_up(ctx, tx, await products.product_ids(tx, broadcast_id))
        key = await keys.stream_key(ctx, tx, broadcast_id)
        told = await minutes.minutes(ctx, tx, broadcast_id)
    chat = await lines.chat_of(ctx, broadcast_id)
    worded = goods.worded(shown, ctx.locale)
    return await page(
        ctx,
        "livestream/studio.html",
        broadcast=broadcast,
        is_over=not broadcast.is_on_air and broadcast.state is not State.SCHEDULED,
        states=badges(ctx, BROADCAST_STATES),
        chat=chat,
        goods=worded,
        lines=msgspec.to_builtins([line for line in chat.lines if line.deleted is None]),
        key=key,
        whip=ctx.url("/livestream/whip"),
        text_max=TEXT_MAX,
        facts={
            "id": str(broadcast.id),
            "state": broadcast.state.value,
            "is_rehearsing": broadcast.rehearsing_since is not None,
            "started_at": broadcast.started_at.isoformat() if broadcast.started_at else None,
            "publishing": broadcast.publishing,
            "pinned_id": str(broadcast.pinned_id) if broadcast.pinned_id else None,
            "cursor": chat.cursor,
            "goods": msgspec.to_builtins(worded),
            "standing": msgspec.to_builtins(chat.standing),
            "mode": msgspec.to_builtins(chat.mode),
            "comments": sum(minute.comments for minute in told),
            "now_ms": int(ctx.now().timestamp() * 1000),
        },
    )


@post(
    "/studio/{broadcast_id:uuid}/upload-check",
    opt=signed_in(),
    include_in_schema=False,
    status_code=204,
    request_max_body_size=UPLOAD_MAX,
)
async def upload_check(request: AnyRequest, ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> None:
    """Reads what the host's page sends to learn how fast its line is, and forgets it."""
    async with ctx.read() as tx:
        await access.hosted(ctx, tx, broadcast_id)
    async for _ in request.stream():
        pass


route_handlers: Final[list[ControllerRouterHandler]] = [studio, upload_check]
