"""Following as JSON."""

from __future__ import annotations

import uuid
from typing import Annotated, Final

from litestar import delete, get, put
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, anyone, signed_in
from nakamise_social.follows import lists, service
from nakamise_social.follows.schemas import (
    FollowedPage,
    FollowerPage,
    FollowState,
    PageFilter,
    SwitchInput,
)

TAGS: Final = ["social"]
_ONE: Final = "/broadcasters/{broadcaster_id:uuid}/follow"
PageNumber = Annotated[int, QueryParameter(name="page", ge=1, le=10_000)]


@get(_ONE, opt=anyone(), tags=TAGS, operation_id="social_get_follow")
async def get_follow(ctx: Ctx, broadcaster_id: FromPath[uuid.UUID]) -> FollowState:
    """The number of followers, and how the caller stands to the broadcaster. 404 unless approved."""
    async with ctx.read() as tx:
        return await service.state(ctx, tx, await service.broadcaster(ctx, tx, broadcaster_id))


@put(_ONE, opt=signed_in(), tags=TAGS, operation_id="social_follow")
async def follow(ctx: Ctx, broadcaster_id: FromPath[uuid.UUID]) -> FollowState:
    """The same again changes nothing. 403 ``email_unverified``, 409 ``own``."""
    async with ctx.begin() as tx:
        return await service.follow(ctx, tx, broadcaster_id)


@delete(_ONE, opt=signed_in(), tags=TAGS, operation_id="social_unfollow", status_code=204)
async def unfollow(ctx: Ctx, broadcaster_id: FromPath[uuid.UUID]) -> None:
    """The same again changes nothing."""
    async with ctx.begin() as tx:
        await service.unfollow(ctx, tx, broadcaster_id)


@put(f"{_ONE}/notify", opt=signed_in(), tags=TAGS, operation_id="social_switch", status_code=204)
async def switch(ctx: Ctx, broadcaster_id: FromPath[uuid.UUID], data: JSONBody[SwitchInput]) -> None:
    """Whether to be told when this broadcaster starts. 404 for somebody whom the caller does not follow."""
    async with ctx.begin() as tx:
        await service.switch(ctx, tx, broadcaster_id, notify=data.notify)


@get("/following", opt=signed_in(), tags=TAGS, operation_id="social_following")
async def following(ctx: Ctx, page_number: PageNumber = 1) -> FollowedPage:
    """The newest first."""
    async with ctx.read() as tx:
        return await lists.following(ctx, tx, PageFilter(page=page_number))


@get("/followers", opt=signed_in(), tags=TAGS, operation_id="social_followers")
async def followers(ctx: Ctx, page_number: PageNumber = 1) -> FollowerPage:
    """The caller's own, the newest first. 403 ``not_approved`` for somebody who is no broadcaster."""
    async with ctx.read() as tx:
        return await lists.followers(ctx, tx, PageFilter(page=page_number))


route_handlers: Final[list[ControllerRouterHandler]] = [
    get_follow,
    follow,
    unfollow,
    switch,
    following,
    followers,
]
