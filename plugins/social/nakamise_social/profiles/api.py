"""Profiles as JSON."""

from __future__ import annotations

from typing import Final

import msgspec
from litestar import get, put
from litestar.params import FromPath, JSONBody
from litestar.types import ControllerRouterHandler

from nakamise.plugin import Ctx, anyone, signed_in
from nakamise_social.follows.lists import me
from nakamise_social.profiles import handles, service
from nakamise_social.profiles.handles import HandleInput
from nakamise_social.profiles.schemas import Profile

TAGS: Final = ["social"]


class Address(msgspec.Struct, frozen=True):
    """``path``: the page of the profile."""

    path: str


@get("/profiles/{handle:str}", opt=anyone(), tags=TAGS, operation_id="social_get_profile")
async def get_profile(ctx: Ctx, handle: FromPath[str]) -> Profile:
    """By handle or by the broadcaster's id; 404 unless approved."""
    async with ctx.read() as tx:
        return await service.profile(ctx, tx, handle)


@put("/address", opt=signed_in(), tags=TAGS, operation_id="social_choose_address")
async def choose_address(ctx: Ctx, data: JSONBody[HandleInput]) -> Address:
    """The caller's own handle. 403 ``not_approved``, 422 for one that is taken."""
    async with ctx.begin() as tx:
        return Address(await handles.choose(ctx, tx, (await me(ctx, tx)).id, data))


route_handlers: Final[list[ControllerRouterHandler]] = [get_profile, choose_address]
