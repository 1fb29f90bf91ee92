"""Server-sent events: ``/events`` for pages (cookie), ``/api/core/events`` for programs (bearer token)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from typing import Annotated, Final

from litestar import get
from litestar.params import QueryParameter
from litestar.response import Stream
from litestar.types import ControllerRouterHandler

from nakamise.errors import NotFound
from nakamise.events.live import Ended, Listener
from nakamise.plugin.access import anyone
from nakamise.plugin.context import Ctx, TenantCtx
from nakamise.plugin.live import LiveTopic

PAGES: Final = "/events"
API: Final = "/api/core/events"
TOPICS_MAX: Final = 20
HEARTBEAT_S: Final = 15.0
# A connection ends after this long and the page makes a new one, with the rights that it has by then.
LIFE_S: Final = 60.0
RETRY_MS: Final = 500
_HEADERS: Final = {"cache-control": "no-store", "x-accel-buffering": "no"}


@get(PAGES, opt=anyone(), include_in_schema=False)
async def events(ctx: Ctx, topic: Annotated[list[str] | None, QueryParameter(name="topic")] = None) -> Stream:
    return _stream(ctx, topic or [])


@get(API, opt=anyone(), tags=["events"])
async def events_json(
    ctx: Ctx, topic: Annotated[list[str] | None, QueryParameter(name="topic")] = None
) -> Stream:
    """Live messages as text/event-stream; name up to 20 ``topic``. Ends after a minute: connect again."""
    return _stream(ctx, topic or [])


def _stream(ctx: TenantCtx, topics: Sequence[str]) -> Stream:
    """Raises NotFound, Unauthenticated or Forbidden before anything is sent."""
    if not topics or len(topics) > TOPICS_MAX:
        raise NotFound
    for topic in topics:
        _admit(ctx, ctx.runtime.host.live_topic(topic, ctx.tenant.plugins))
    return Stream(_lines(ctx, topics), media_type="text/event-stream", headers=_HEADERS)


def _admit(ctx: TenantCtx, topic: LiveTopic | None) -> None:
    """A topic of a plugin that is off is met like one that never was."""
    if topic is None:
        raise NotFound
    if topic.audience == "user":
        ctx.require_user()
    if topic.permission is not None:
        ctx.require(topic.permission)


async def _lines(ctx: TenantCtx, topics: Sequence[str]) -> AsyncIterator[bytes]:
    until = time.monotonic() + LIFE_S
    async with ctx.runtime.live.listening(ctx.tenant.id, topics, ctx.actor.user_id) as listener:
        yield f"retry: {RETRY_MS}\n\n".encode()
        while not listener.is_cut_off and (left := until - time.monotonic()) > 0:
            yield await _next(listener, min(left, HEARTBEAT_S))


async def _next(listener: Listener, wait_s: float) -> bytes:
    try:
        async with asyncio.timeout(wait_s):
            message = await listener.next()
    except (TimeoutError, Ended):
        return b": still here\n\n"
    return b"event: %b\ndata: %b\n\n" % (message.topic.encode(), bytes(message.data))


route_handlers: Final[list[ControllerRouterHandler]] = [events, events_json]
