"""Listening: ``/rooms/<kind>/<id>`` for pages (cookie), ``/api/core/rooms/<kind>/<id>`` for programs (bearer)."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Final

from litestar import get
from litestar.params import FromPath, HeaderParameter, QueryParameter
from litestar.response.base import ASGIResponse
from litestar.types import ControllerRouterHandler

from nakamise.errors import NotFound
from nakamise.plugin.access import anyone
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.plugin.rooms import Admission
from nakamise.rooms.address import ROOM_ID, EventId, RoomKey
from nakamise.rooms.event import View
from nakamise.rooms.hub import Visitor
from nakamise.rooms.stream import RoomStream

PAGES: Final = "/rooms/{kind:str}/{room_id:str}"
API: Final = "/api/core/rooms/{kind:str}/{room_id:str}"
_VIEWER: Final = re.compile(r"[A-Za-z0-9_-]{16,64}\Z")

Since = Annotated[str, QueryParameter(name="since")]
Viewer = Annotated[str, QueryParameter(name="viewer")]
LastId = Annotated[str, HeaderParameter(name="Last-Event-ID")]


@get(PAGES, opt=anyone(), include_in_schema=False)
async def listen(
    ctx: Ctx,
    kind: FromPath[str],
    room_id: FromPath[str],
    since: Since = "",
    viewer: Viewer = "",
    last_id: LastId = "",
) -> ASGIResponse:
    return await _enter(ctx, kind, room_id, last_id or since, viewer)


@get(API, opt=anyone(), tags=["rooms"])
async def listen_json(
    ctx: Ctx,
    kind: FromPath[str],
    room_id: FromPath[str],
    since: Since = "",
    viewer: Viewer = "",
    last_id: LastId = "",
) -> ASGIResponse:
    """A room's events as text/event-stream. ``since`` or Last-Event-ID resumes after an event; ``reset`` is said
    when that is too long ago. ``viewer``: 16 to 64 letters, digits, - or _, by which a guest is counted once."""
    return await _enter(ctx, kind, room_id, last_id or since, viewer)


async def _enter(ctx: TenantCtx, kind: str, room_id: str, since: str, viewer: str) -> RoomStream:
    """Raises NotFound for a kind of a plugin that is off, as for one that never was, and what the plugin raises."""
    found = ctx.runtime.host.room_kind(kind, ctx.tenant.plugins)
    if found is None or ROOM_ID.match(room_id) is None:
        raise NotFound
    admission = await found.admit(ctx, room_id)
    if admission is None:
        raise NotFound
    key = RoomKey(ctx.tenant.id, kind, room_id)
    return RoomStream(
        ctx.runtime.rooms, key, found.kind, _visitor(ctx, key, admission, viewer), EventId.parse(since)
    )


def _visitor(ctx: TenantCtx, key: RoomKey, admission: Admission, viewer: str) -> Visitor:
    """A guest is told from others by what the page made up, or else by address and browser."""
    user_id = ctx.actor.user_id
    if user_id is not None:
        person = f"user {user_id}"
    elif _VIEWER.match(viewer):
        person = f"guest {viewer} {ctx.http.client}"
    else:
        person = f"guest {ctx.http.client} {ctx.http.user_agent}"
    digest = hashlib.blake2b(f"{key} {person}".encode(), digest_size=12)
    digest.update(ctx.runtime.settings.secret_key)
    view = View(ctx.locale, admission.staff, user_id)
    return Visitor(view, ctx.http.client, digest.digest(), admission.counted)


route_handlers: Final[list[ControllerRouterHandler]] = [listen, listen_json]
