"""Notifications as JSON."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from litestar import get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, signed_in
from nakamise_social.notices import consent, inbox
from nakamise_social.notices.schemas import Kind, NoticeFilter, NoticePage, Preferences, Unread

TAGS: Final = ["social"]


@get("/notifications", opt=signed_in(), tags=TAGS, operation_id="social_notifications")
async def notifications(
    ctx: Ctx,
    kind: Annotated[Kind | None, QueryParameter()] = None,
    unread: Annotated[bool, QueryParameter()] = False,
    page_number: Annotated[int, QueryParameter(name="page", ge=1, le=10_000)] = 1,
) -> NoticePage:
    """The newest first."""
    async with ctx.read() as tx:
        return await inbox.inbox(ctx, tx, NoticeFilter(kind=kind, unread=unread, page=page_number))


@post("/notifications/read", opt=signed_in(), tags=TAGS, operation_id="social_read_all", status_code=200)
async def read_all(ctx: Ctx, kind: Annotated[Kind | None, QueryParameter()] = None) -> Unread:
    """Everything, or all of one kind. The same again changes nothing."""
    async with ctx.begin() as tx:
        return Unread(await inbox.mark_all_read(ctx, tx, kind))


@post(
    "/notifications/{notice_id:uuid}/read",
    opt=signed_in(),
    tags=TAGS,
    operation_id="social_read_one",
    status_code=200,
)
async def read_one(ctx: Ctx, notice_id: FromPath[uuid.UUID]) -> Unread:
    """The same again changes nothing."""
    async with ctx.begin() as tx:
        return Unread(await inbox.mark_read(ctx, tx, notice_id))


@get("/preferences", opt=signed_in(), tags=TAGS, operation_id="social_get_preferences")
async def get_preferences(ctx: Ctx) -> Preferences:
    async with ctx.read() as tx:
        return await consent.preferences(ctx, tx)


@put("/preferences", opt=signed_in(), tags=TAGS, operation_id="social_choose_preferences")
async def choose_preferences(ctx: Ctx, data: JSONBody[Preferences]) -> Preferences:
    async with ctx.begin() as tx:
        return await consent.choose(ctx, tx, data)


route_handlers: Final[list[ControllerRouterHandler]] = [
    notifications,
    read_all,
    read_one,
    get_preferences,
    choose_preferences,
]
