"""A broadcast in a frame of somebody else's site: the picture, and the way to watch and buy here."""

from __future__ import annotations

import html
import uuid
from typing import Any, Final

from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from nakamise.db import Tx
from nakamise.errors import NotFound
from nakamise.plugin import Ctx, TenantCtx, anyone
from nakamise.web import frameable, page
from nakamise_livestream.archive import watching as archives
from nakamise_livestream.broadcasts import goods, lists, watching
from nakamise_livestream.broadcasts.schemas import Broadcast, ListFilter, PublicBroadcast, path_of
from nakamise_livestream.broadcasts.states import State
from nakamise_livestream.settings import LivestreamSettings
from nakamise_livestream.words import BROADCAST_STATES, badges


def sites(ctx: TenantCtx) -> tuple[str, ...]:
    """Whose frames may show it."""
    return tuple(dict.fromkeys(ctx.settings(LivestreamSettings).embed_sites.split()))


def lines_of(ctx: TenantCtx, broadcast: Broadcast) -> str:
    """HTML for a page of such a site; "" where no site may show anything."""
    if not sites(ctx):
        return ""
    address = ctx.url(f"{path_of(broadcast.id)}/embed")
    return (
        f'<iframe src="{address}" title="{html.escape(broadcast.title)}" width="400" height="720" loading="lazy"'
        ' allow="autoplay; fullscreen; picture-in-picture"></iframe>'
    )


@get("/embed", opt=anyone(), include_in_schema=False)
async def embed_current(ctx: Ctx) -> Response[bytes]:
    """What is on the air now, else what is next, else the last one."""
    async with ctx.read() as tx:
        found = await lists.cards(ctx, tx, ListFilter())
    if not found.items:
        raise NotFound
    return await _embed(ctx, found.items[0].id)


@get("/{broadcast_id:uuid}/embed", opt=anyone(), include_in_schema=False)
async def embed(ctx: Ctx, broadcast_id: FromPath[uuid.UUID]) -> Response[bytes]:
    return await _embed(ctx, broadcast_id)


async def _embed(ctx: TenantCtx, broadcast_id: uuid.UUID) -> Response[bytes]:
    """Raises NotFound, also where no site may show anything."""
    allowed = sites(ctx)
    if not allowed:
        raise NotFound
    async with ctx.read() as tx:
        found = await watching.public(ctx, tx, broadcast_id)
        playlist = await _playlist(ctx, tx, found)
    answer = await page(
        ctx,
        "livestream/embed.html",
        found=found,
        goods=goods.worded(found.products, ctx.locale),
        states=badges(ctx, BROADCAST_STATES),
        zone=ctx.tenant.timezone,
        facts=_facts(ctx, found, playlist),
    )
    return frameable(ctx, answer, allowed)


async def _playlist(ctx: TenantCtx, tx: Tx, found: PublicBroadcast) -> str:
    """Of its recording; "" without one."""
    if found.state is not State.ENDED:
        return ""
    try:
        archive = await archives.archive(ctx, tx, found.id)
    except NotFound:
        return ""
    return archive.playlist if archive.duration_s else ""


def _facts(ctx: TenantCtx, found: PublicBroadcast, playlist: str) -> dict[str, Any]:
    return {
        "id": str(found.id),
        "state": found.state.value,
        "playlist": playlist,
        "zone": ctx.tenant.timezone,
        "now_ms": int(ctx.now().timestamp() * 1000),
    }


route_handlers: Final[list[ControllerRouterHandler]] = [embed_current, embed]
