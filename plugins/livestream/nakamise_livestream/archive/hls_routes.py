"""HLS at ``/livestream/<broadcast>/hls/``: live for viewers whom WebRTC does not reach, and the recording."""

from __future__ import annotations

import uuid
from typing import Final

from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.media import read_object
from nakamise.plugin import Ctx, anyone
from nakamise_livestream.archive import watching
from nakamise_livestream.archive.playlist import playlist
from nakamise_livestream.broadcasts.states import State

PLAYLIST: Final = "application/vnd.apple.mpegurl"
# What is hidden or deleted goes from browsers soon; nothing between them and us keeps it.
_KEPT: Final = {"Cache-Control": "private, max-age=600", "X-Content-Type-Options": "nosniff"}


@get("/{broadcast_id:uuid}/hls/index.m3u8", opt=anyone(), include_in_schema=False)
async def index(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        broadcast, _ = await watching.readable(ctx, tx, broadcast_id)
        parts = await watching.parts(tx, broadcast_id)
    text = playlist(parts, is_complete=broadcast.state is State.ENDED)
    return Response(text.encode(), media_type=PLAYLIST, headers={"Cache-Control": "private, no-cache"})


@get("/{broadcast_id:uuid}/hls/{name:str}", opt=anyone(), include_in_schema=False)
async def piece(ctx: Ctx, broadcast_id: FromPath[uuid.UUID], name: FromPath[str]) -> Response[bytes]:
    """``<number>.m4s`` or ``<number>.mp4``."""
    number, _, ext = name.partition(".")
    async with ctx.read() as tx:
        await watching.readable(ctx, tx, broadcast_id)
        found = await watching.part(tx, broadcast_id, _number(number))
    if ext == "mp4":
        return Response(await read_object(ctx, found.init_key), media_type="video/mp4", headers=_KEPT)
    return Response(await read_object(ctx, found.key), media_type="video/iso.segment", headers=_KEPT)


def _number(text: str) -> int:
    """0, which nothing has, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


route_handlers: Final[list[ControllerRouterHandler]] = [index, piece]
