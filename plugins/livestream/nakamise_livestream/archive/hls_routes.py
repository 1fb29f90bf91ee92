"""HLS at ``/livestream/<broadcast>/hls/``: live for viewers whom WebRTC does not reach, and the recording."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Final

from litestar import Response, get
from litestar.params import FromPath
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from nakamise.errors import NotFound
from nakamise.media import read_object
from nakamise.plugin import Ctx, TenantCtx, anyone, signed_in
from nakamise_livestream.archive import watching
from nakamise_livestream.archive.playlist import live_playlist, playlist
from nakamise_livestream.archive.schemas import Part
from nakamise_livestream.broadcasts import access
from nakamise_livestream.broadcasts.schemas import Broadcast
from nakamise_livestream.broadcasts.states import State

SETTLES: Final = timedelta(minutes=2)
PLAYLIST: Final = "application/vnd.apple.mpegurl"
# A content delivery network may keep what everybody may see, but not for long: it can be hidden and deleted.
PIECE_S: Final = 600
LIVE_S: Final = 1
# Of whom the answer depends on, nothing between them and us keeps it.
_OWN: Final = "private, no-cache"


def _headers(seconds: int, *, is_open: bool) -> dict[str, str]:
    kept = f"public, max-age={seconds}" if is_open else _OWN
    return {"Cache-Control": kept, "X-Content-Type-Options": "nosniff"}


@get("/{broadcast_id:uuid}/hls/index.m3u8", opt=anyone(), include_in_schema=False)
async def index(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """The recording from its beginning."""
    async with ctx.read() as tx:
        broadcast, recording = await watching.readable(ctx, tx, broadcast_id)
        is_open = await watching.is_open(tx, broadcast, recording)
        parts = await watching.parts(tx, broadcast_id)
    is_complete = broadcast.state is State.ENDED
    text = playlist(parts, is_complete=is_complete)
    seconds = PIECE_S if is_complete and _is_settled(ctx, broadcast) else LIVE_S
    return Response(text.encode(), media_type=PLAYLIST, headers=_headers(seconds, is_open=is_open))


def _is_settled(ctx: TenantCtx, broadcast: Broadcast) -> bool:
    """The last segments come after the end."""
    return broadcast.ended_at is not None and ctx.now() - broadcast.ended_at > SETTLES


@get("/{broadcast_id:uuid}/hls/live.m3u8", opt=anyone(), include_in_schema=False)
async def live(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    """What is on the air: the newest half minute."""
    async with ctx.read() as tx:
        broadcast, recording = await watching.readable(ctx, tx, broadcast_id)
        is_open = await watching.is_open(tx, broadcast, recording)
        window = await watching.window(tx, broadcast_id)
    if not window.parts:
        raise NotFound
    text = live_playlist(window, is_over=broadcast.state is State.ENDED)
    return Response(text.encode(), media_type=PLAYLIST, headers=_headers(LIVE_S, is_open=is_open))


@get("/{broadcast_id:uuid}/hls/poster.webp", opt=anyone(), include_in_schema=False)
async def poster(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    async with ctx.read() as tx:
        broadcast, recording = await watching.readable(ctx, tx, broadcast_id)
        is_open = await watching.is_open(tx, broadcast, recording)
    if not recording.poster_key:
        raise NotFound
    data = await read_object(ctx, recording.poster_key)
    return Response(data, media_type="image/webp", headers=_headers(PIECE_S, is_open=is_open))


@get("/{broadcast_id:uuid}/hls/{name:str}", opt=anyone(), include_in_schema=False)
async def piece(ctx: Ctx, broadcast_id: FromPath[uuid.UUID], name: FromPath[str]) -> Response[bytes]:
    """``<number>.m4s`` or ``<number>.mp4``."""
    number, _, ext = name.partition(".")
    async with ctx.read() as tx:
        broadcast, recording = await watching.readable(ctx, tx, broadcast_id)
        is_open = await watching.is_open(tx, broadcast, recording)
        found = await watching.part(tx, broadcast_id, _number(number))
    headers = _headers(PIECE_S, is_open=is_open)
    if ext == "mp4":
        return Response(await read_object(ctx, found.init_key), media_type="video/mp4", headers=headers)
    return Response(await read_object(ctx, found.key), media_type="video/iso.segment", headers=headers)


@get("/studio/{broadcast_id:uuid}/recording.mp4", opt=signed_in(), include_in_schema=False)
async def download(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Stream:
    """The whole recording as one fragmented MP4 file, for its host."""
    async with ctx.read() as tx:
        await access.hosted(ctx, tx, broadcast_id)
        await watching.readable(ctx, tx, broadcast_id)
        parts = await watching.parts(tx, broadcast_id)
    if not parts:
        raise NotFound
    # A refusal is one only before the answer has begun.
    init = await read_object(ctx, parts[0].init_key)
    named = {"content-disposition": f'attachment; filename="recording-{broadcast_id}.mp4"'}
    return Stream(
        _whole(ctx, init, parts), media_type="video/mp4", headers={**named, "cache-control": "no-store"}
    )


async def _whole(ctx: TenantCtx, init: bytes, parts: Sequence[Part]) -> AsyncIterator[bytes]:
    """Fragments follow their first initialisation; those of a later one bring their parameters with them."""
    yield init
    for part in parts:
        yield await read_object(ctx, part.key)


def _number(text: str) -> int:
    """0, which nothing has, for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


route_handlers: Final[list[ControllerRouterHandler]] = [index, live, poster, piece, download]
